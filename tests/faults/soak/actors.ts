import { hash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type postgres from "postgres";
import * as v from "valibot";
import { InstallSuccess } from "../../../functions/http/responses.ts";
import { TokenLookupResponse } from "../../../functions/invoke/responses.ts";
import { REQUEST_TIMEOUT_SECONDS } from "../../../infra/runtime.ts";
import { createLambdaContext } from "../../../local/aws/lambda-context.ts";
import { withDeadline } from "../../../local/deadline.ts";
import type { Stack } from "../../../local/stack.ts";
import { openSession } from "../../support/browser-session.ts";
import { TOKEN_LOOKUP } from "../../support/lookup-process.ts";
import {
  authorizeGithubUser,
  consentJira,
  consentSlack,
  installGithubApp,
} from "../../support/platform-installs.ts";
import type { RacePlatform } from "../../support/race-installs.ts";
import { createRandom } from "../../support/random.ts";
import { callApi } from "../../support/stack.ts";
import type { Ledger } from "./ledger.ts";
import { note, type Organization } from "./organizations.ts";
import { proveOwner } from "./proof.ts";
import type { SandboxPool } from "./sandbox-pool.ts";

/** Codes that no fault around us explains. */
const BUGS = ["server_error", "decryption_failed", "invalid_request", "provider_misconfigured"];

export type Lookup =
  | { readonly ok: true; readonly answer: TokenLookupResponse }
  | { readonly ok: false; readonly code: string };

/** The callers, installers and administrators, who act on any organization at any time. */
export interface Actors {
  lookUp(organization: Organization): Promise<Lookup>;
  /** Performs random actions until it is stopped. */
  run(seed: number, signal: AbortSignal): Promise<void>;
}

export interface Stage {
  readonly stack: Stack;
  readonly sql: postgres.Sql;
  readonly pool: SandboxPool;
  readonly organizations: readonly [Organization, ...Organization[]];
}

export function createActors(stage: Stage, ledger: Ledger): Actors {
  const { stack, sql, pool, organizations } = stage;
  const { control } = stack.platforms;
  let lastValue = 0;

  async function lookUp({ id }: Organization): Promise<Lookup> {
    const handler = await pool.load(TOKEN_LOOKUP);
    const context = createLambdaContext("token-lookup", REQUEST_TIMEOUT_SECONDS * 1000);
    try {
      return {
        ok: true,
        answer: v.parse(TokenLookupResponse, await handler({ installation_id: id }, context)),
      };
    } catch (error) {
      const { name: code, message } = error instanceof Error ? error : new Error(String(error));
      ledger.failures.push(message);
      if (BUGS.includes(code)) ledger.violate(`A lookup failed with ${code}`);
      return { ok: false, code };
    }
  }

  /** Looks a token up, and asks its platform whose it is. */
  async function lookUpAndProve(organization: Organization): Promise<void> {
    const { changes, agings, platform, name, isBusy } = organization;
    if (organization.id === undefined) return;
    const lookup = await lookUp(organization);
    ledger.count(`lookup ${lookup.ok ? "ok" : lookup.code}`);
    if (!lookup.ok) return note(organization, `lookup: ${lookup.code}`);

    const fingerprint = hash("sha256", lookup.answer.access_token).slice(0, 6);
    note(organization, `lookup: ${fingerprint}`);

    ledger.own(lookup.answer.access_token, name);
    const owner = await proveOwner(stack, platform, lookup.answer.access_token);
    if (owner === "unknown") return;
    const { isEnded, isUncertain } = organization;
    const isUnchanged = !isBusy && organization.changes === changes;
    // While a process is stopped during a lookup, a token that is aged can be refreshed twice.
    const isUntouched = isUnchanged && organization.agings === agings && !isEnded && !isUncertain;
    if (owner === "dead") {
      const cause = `${name} got the dead token ${fingerprint}`;
      if (isUntouched) ledger.violate([cause, ...organization.history].join("\n"));
    } else if (owner.organizationId !== lookup.answer.organization_id) {
      ledger.violate(`${name} got a token of ${owner.organizationId}`);
    }
  }

  /** Does something to an organization that nobody else does anything to; `false`: the outcome is unknown. */
  async function change(
    organization: Organization,
    what: string,
    act: () => Promise<boolean>,
  ): Promise<void> {
    if (organization.isBusy || organization.isUncertain) return;
    if (organization.agingsUnderWay > 0) return;
    organization.isBusy = true;
    organization.changes += 1;
    note(organization, what);
    organization.isUncertain = !(await act().catch(() => false));
    note(organization, `${what}: ${organization.isUncertain ? "unknown" : "done"}`);
    organization.changes += 1;
    organization.isBusy = false;
  }

  async function request(what: string, method: string, path: string, body?: unknown) {
    const response = await callApi(stack, method, path, body);
    const text = await response.text();
    ledger.count(`${what} ${response.status}`);
    if (!response.ok) noteFailure(what, text);
    return { status: response.status, text };
  }

  function noteFailure(what: string, text: string): void {
    ledger.failures.push(text);
    const code = /"error":"(\w+)"/.exec(text)?.[1];
    if (code && BUGS.includes(code)) ledger.violate(`${what} failed with ${code}`);
  }

  async function install(organization: Organization, replays: boolean): Promise<boolean> {
    const session = openSession();
    ledger.count("install begun");
    const callback = await BEGIN[organization.platform](stack, session, organization.name);
    const { searchParams } = new URL(callback);
    for (const name of ["code", "state"]) ledger.canaries.plant(name, searchParams.get(name) ?? "");
    for (const cookie of session.cookies.values()) ledger.canaries.plant("cookie", cookie);
    const cookies = [...session.cookies].map(([name, value]) => `${name}=${value}`).join("; ");

    const headers = { accept: "application/json", cookie: cookies };
    const reply = await fetch(callback, { headers, redirect: "manual" });
    const text = await reply.text();
    ledger.count(`install ${reply.status}`);
    if (reply.status !== 200) {
      noteFailure("An install", text);
      return false;
    }
    const { installation_id: id, webhook_secret: secret } = v.parse(
      InstallSuccess,
      JSON.parse(text),
    );
    ledger.canaries.plant("webhook secret", secret ?? "");
    if (organization.id !== undefined && organization.id !== id) {
      ledger.violate(`${organization.name} got another id by a re-install`);
    }
    organization.id = id;
    organization.isEnded = false;
    if (!replays) return true;
    const replay = await fetch(callback, { headers, redirect: "manual" });
    ledger.count(`replayed callback ${replay.status}`);
    if (replay.status === 200) ledger.violate("A state was good for a second install");
    return true;
  }

  async function patch(organization: Organization): Promise<boolean> {
    if (organization.id === undefined) return true;
    lastValue += 1;
    const value = lastValue;
    organization.possible.push(value);
    const path = `/installations/${organization.id}`;
    const { status } = await request("patch", "PATCH", path, { metadata: { soak: value } });
    if (status === 200) organization.possible = [value];
    return status === 200;
  }

  async function remove(organization: Organization, query: string): Promise<boolean> {
    if (organization.id === undefined) return true;
    const path = `/installations/${organization.id}${query}`;
    const { status } = await request("delete", "DELETE", path);
    organization.isEnded = true;
    if (status !== 200) return false;
    organization.id = undefined;
    organization.possible = [];
    return true;
  }

  async function show({ id }: Organization): Promise<void> {
    if (id !== undefined) await request("get", "GET", `/installations/${id}`);
  }

  /**
   * Stores that a token is about to expire, or has expired, although it has not. Not during an install: with
   * twelve hours passing in each millisecond, its token could be refreshed twice before it is stored, and Slack
   * accepts two tokens.
   */
  async function age(organization: Organization, life: number): Promise<void> {
    const { id, isBusy } = organization;
    if (id === undefined || isBusy) return;
    ledger.count("token aged");
    note(organization, `token aged to ${life} s`);
    organization.agings += 1;
    organization.agingsUnderWay += 1;
    await ageToken(id, life).finally(() => {
      organization.agingsUnderWay -= 1;
    });
  }

  async function ageToken(id: string, life: number): Promise<void> {
    // Never younger: what the platform takes for dead must not look alive.
    const aging = sql`
      update installations set
        token_expires_at = token_expires_at - age.by,
        token_stored_at = token_stored_at - age.by
      from (
        select greatest(
          token_expires_at - clock_timestamp() - make_interval(secs => ${life}), interval '0'
        ) as by
        from installations where id = ${id}
      ) as age
      where id = ${id}
    `;
    await withDeadline(
      aging.then(() => {}),
      5_000,
      undefined,
    );
  }

  /** Somebody at the platform removes the bot, of which its webhook tells us. */
  async function uninstall({ platform, name }: Organization): Promise<boolean> {
    ledger.count(`uninstalled at ${platform}`);
    if (platform === "github") await control.github.uninstall({ account: name });
    else await control.revoke(platform, platform === "slack" ? `T${name.toUpperCase()}` : name);
    return true;
  }

  async function forgeWebhook(): Promise<void> {
    const headers = { "content-type": "application/json", "x-hub-signature-256": "sha256=00" };
    const init = { method: "POST", headers, body: "{}" };
    const { status } = await fetch(`${stack.url}/webhooks/github`, init);
    ledger.count(`forged webhook ${status}`);
    if (status === 202) ledger.violate("A forged webhook was taken");
  }

  return {
    lookUp,

    async run(seed, signal) {
      const random = createRandom(seed);
      while (!signal.aborted) {
        const organization = random.pick(organizations);
        const dice = random.next();
        if (dice < 0.12) await age(organization, random.pick([-1, 30, 200])).catch(() => {});
        else if (dice < 0.62) await lookUpAndProve(organization);
        else if (dice < 0.7) {
          await Promise.all(Array.from({ length: 5 }, () => lookUpAndProve(organization)));
        } else if (dice < 0.82) {
          await change(organization, "install", () => install(organization, random.next() < 0.3));
        } else if (dice < 0.88) await change(organization, "patch", () => patch(organization));
        else if (dice < 0.91) await request("list", "GET", "/installations?limit=20");
        else if (dice < 0.94) await show(organization);
        else if (dice < 0.96) {
          const query = random.pick(["", "?revoke=false"]);
          await change(organization, `delete${query}`, () => remove(organization, query));
        } else if (dice < 0.98) {
          await change(organization, "uninstall", async () => {
            organization.isEnded = true;
            return uninstall(organization);
          });
        } else await forgeWebhook();
        await sleep(random.between(10, 60));
      }
    },
  };
}

type Begin = (
  stack: Stack,
  session: ReturnType<typeof openSession>,
  name: string,
) => Promise<string>;

/** The callback of a flow that was consented to. */
const BEGIN: Record<RacePlatform, Begin> = {
  async github(stack, session, login) {
    const setupUrl = await installGithubApp(stack, session, undefined, { login });
    return authorizeGithubUser(stack, session, setupUrl, login);
  },
  slack: (stack, session, name) => consentSlack(stack, session, `T${name.toUpperCase()}`),
  jira: (stack, session, name) => consentJira(stack, session, { account: name, sites: [name] }),
};
