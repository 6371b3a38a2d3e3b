import { beforeEach, describe, expect, test } from "vitest";
import { openSession } from "../support/browser-session.ts";
import { eventsOf } from "../support/bus-events.ts";
import {
  authorizeGithubUser,
  installGithubApp,
  installGithubAppAs,
} from "../support/platform-installs.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const stack = await startTestStack({ ...GITHUB_APP, EVENT_BUS_NAME: "bus-1" });
const { control } = stack.platforms;
const { github } = control;
const { sql } = stack.database;

const CLAIM_SECONDS = 901;
const JSON_ONLY = { accept: "application/json" };

beforeEach(async () => {
  await github.releaseDeliveries();
  await sql`delete from installations`;
  await sql`delete from pending_events`;
});

let accounts = 0;

/** Returns an account without an installation, also if a test is run again. */
function newAccount(): string {
  accounts += 1;
  return `unclaimed-${accounts}`;
}

interface Item {
  readonly id: string;
  readonly organization_name: string;
  readonly inactive_reason: string | null;
}

async function listRows(): Promise<Item[]> {
  const reply = await callApi(stack, "GET", "/installations?limit=100");
  return Object(await reply.json()).items;
}

async function tickAfterClaimTime(): Promise<void> {
  await control.letTimePass(CLAIM_SECONDS);
  expect(await invoke(stack, "tick", {})).toMatchObject({ ok: true });
}

describe("an App that is installed on GitHub itself", () => {
  test("is stored as unclaimed, without a token, and its event is sent after 15 minutes", async () => {
    const account = newAccount();
    await github.install({ account });
    await github.releaseDeliveries();
    const [row] = await listRows();
    const id = row?.id ?? "";
    const early = await invoke(stack, "tick", {});
    const before = eventsOf(stack, id);

    await tickAfterClaimTime();
    await tickAfterClaimTime();

    expect(row).toMatchObject({
      organization_name: account,
      inactive_reason: "unclaimed",
      is_active: false,
    });
    expect(early).toMatchObject({ answer: { sent: 0 } });
    expect(before).toEqual([]);
    expect(eventsOf(stack, id)).toEqual(["installation.unclaimed"]);
    expect(await invoke(stack, "token-lookup", { installation_id: id })).toMatchObject({
      ok: false,
      error: "installation_inactive",
    });
  });

  test("is created when its owner connects it, with the same id", async () => {
    const account = newAccount();
    await github.install({ account });
    await github.releaseDeliveries();
    const [row] = await listRows();
    const session = openSession();
    const start = `${stack.url}/oauth/github/authorize?connect=true`;

    const callback = await authorizeGithubUser(stack, session, start, account);
    const reply = Object(await (await session.get(callback, JSON_ONLY)).json());

    expect(reply).toMatchObject({ status: "success", installation_id: row?.id });
    const id = String(reply.installation_id);
    const secret = await invoke(stack, "webhook-secret", { installation_id: id });
    expect(secret).toMatchObject({ ok: true, answer: { webhook_secret: reply.webhook_secret } });
    expect(await invoke(stack, "token-lookup", { installation_id: id })).toMatchObject({
      ok: true,
    });
    await tickAfterClaimTime();
    expect(eventsOf(stack, id)).toEqual(["installation.created"]);
  });

  test("and uninstalled again leaves no row and no event", async () => {
    const account = newAccount();
    await github.install({ account });
    await github.releaseDeliveries();
    const [row] = await listRows();

    await github.uninstall({ account });
    await github.releaseDeliveries();

    expect(row).toMatchObject({ inactive_reason: "unclaimed" });
    expect(await listRows()).toEqual([]);
    await tickAfterClaimTime();
    expect(eventsOf(stack, row?.id ?? "")).toEqual([]);
  });

  test("on an enterprise is not stored, because its owners cannot be verified", async () => {
    const account = newAccount();
    await github.install({ account, type: "Enterprise" });
    await github.releaseDeliveries();

    expect(await listRows()).toEqual([]);
  });

  test("and uninstalled before the webhook arrives is not stored", async () => {
    github.holdDeliveries();
    const account = newAccount();
    await github.install({ account });
    await github.uninstall({ account });

    const held = (await github.deliveries()).map(({ id }) => id);
    await github.releaseDeliveries(held.toReversed());

    expect(await listRows()).toEqual([]);
  });
});

describe("an ordinary install", () => {
  const ORDERS = ["webhook first", "callback first", "both at once"] as const;

  test.each(ORDERS)("is created once and never unclaimed: %s", async (order) => {
    const ids: string[] = [];
    for (let index = 0; index < 34; index += 1) {
      const login = `${order.replaceAll(" ", "-")}-${index}`;
      ids.push(await installIn(order, login));
    }

    await tickAfterClaimTime();

    expect(ids.map((id) => eventsOf(stack, id))).toEqual(ids.map(() => ["installation.created"]));
    const unclaimed = stack.aws.events.filter(({ detailType, detail }) => {
      const isOurs = ids.includes(String(detail.installation_id));
      return isOurs && detailType === "installation.unclaimed";
    });
    expect(unclaimed).toEqual([]);
    expect((await listRows()).map(({ inactive_reason }) => inactive_reason)).toEqual(
      ids.map(() => null),
    );
  });
});

async function installIn(order: string, login: string): Promise<string> {
  if (order === "webhook first") return idOf(await installGithubAppAs(stack, { login }));

  github.holdDeliveries();
  const session = openSession();
  const setup = await installGithubApp(stack, session, undefined, { login });
  const callback = await authorizeGithubUser(stack, session, setup, login);
  const finish = () => session.get(callback, JSON_ONLY);
  if (order === "callback first") {
    const reply = await finish();
    await github.releaseDeliveries();
    return idOf(reply);
  }
  const [reply] = await Promise.all([finish(), github.releaseDeliveries()]);
  return idOf(reply);
}

async function idOf(reply: Response): Promise<string> {
  return String(Object(await reply.json()).installation_id);
}
