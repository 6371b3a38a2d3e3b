import { generateKeyPairSync } from "node:crypto";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { InstallSuccess } from "../../functions/http/responses.ts";
import { openSession } from "../support/browser-session.ts";
import { startLookupProcess, startLookupProcesses } from "../support/lookup-process.ts";
import { consentJira, consentSlack, installGithubAppAs } from "../support/platform-installs.ts";
import {
  ageLeases,
  countCalls,
  LIFETIME_SECONDS,
  newName,
  outcomes,
  plant,
  works,
} from "../support/race-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";

const COOL_DOWN_SECONDS = 31;
/** Longer than a secret that was just read is taken for the newest. */
const RELOAD_MS = 11_000;

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;
const { sql } = stack.database;
control.slack?.configure({ holdEvents: true });
control.github.holdDeliveries();
const processes = await startLookupProcesses(2);

async function lookUpAll(id: string): Promise<string[]> {
  const request = { installation_id: id };
  const answers = processes.map((process) => process.lookUp(request, { times: 20 }));
  return outcomes((await Promise.all(answers)).flat());
}

async function stateOf(id: string) {
  const [row] = await sql`
    select is_active, inactive_reason, last_refresh_error from installations where id = ${id}
  `;
  return row;
}

const WRONG_KEY = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
  type: "pkcs8",
  format: "pem",
});

describe.each(["slack", "jira", "github"] as const)("%s", (platform) => {
  test("rejects a wrong client secret: no row is marked, and a warm process recovers when the secret is rotated", async () => {
    const right = await readSecret(platform);
    const wrong = { ...right, client_secret: "wrong", private_key: WRONG_KEY };
    stack.aws.putSecret(platform, JSON.stringify(wrong));
    const process = await startLookupProcess();
    const id = await plant(stack, platform);
    const request = { installation_id: id };
    const before = countCalls(stack, platform);

    const refused = outcomes(await process.lookUp(request, { times: 20 }));
    const state = await stateOf(id);
    const calls = countCalls(stack, platform) - before;
    stack.aws.putSecret(platform, JSON.stringify(right));
    await ageLeases(sql, COOL_DOWN_SECONDS);
    await process.skewClock(RELOAD_MS);
    const [token = ""] = outcomes(await process.lookUp(request, { times: 20 }));

    expect(refused).toEqual(["provider_misconfigured"]);
    expect(calls).toBe(1);
    expect(state).toEqual({
      is_active: true,
      inactive_reason: null,
      last_refresh_error: "provider_misconfigured",
    });
    expect(await works(stack, platform, token)).toBe(true);
    expect(await stateOf(id)).toMatchObject({ is_active: true, last_refresh_error: null });
  });
});

/** The secret of a platform in Secrets Manager. */
async function readSecret(platform: string): Promise<object> {
  const { SecretString = "{}" } = await new SecretsManagerClient({}).send(
    new GetSecretValueCommand({ SecretId: platform }),
  );
  return v.parse(v.record(v.string(), v.string()), JSON.parse(SecretString));
}

const DEAD_GRANTS = [
  {
    name: "slack",
    platform: "slack",
    said: "invalid_refresh_token",
    revoke: (name: string) => control.revoke("slack", `T${name.toUpperCase()}`),
    async install(name: string) {
      const session = openSession();
      const callback = await consentSlack(stack, session, `T${name.toUpperCase()}`);
      return session.get(callback, { accept: "application/json" });
    },
  },
  {
    name: "jira, which says unauthorized_client",
    platform: "jira",
    said: "unauthorized_client",
    async revoke(name: string) {
      control.jira?.configure({ deadRefreshToken: "unauthorized_client" });
      return control.revoke("jira", name);
    },
    install: installJira,
  },
  {
    name: "jira, which says invalid_grant",
    platform: "jira",
    said: "invalid_grant",
    async revoke(name: string) {
      control.jira?.configure({ deadRefreshToken: "invalid_grant" });
      return control.revoke("jira", name);
    },
    install: installJira,
  },
] as const;

async function installJira(account: string): Promise<Response> {
  const session = openSession();
  const callback = await consentJira(stack, session, { account, sites: [account] });
  return session.get(callback, { accept: "application/json" });
}

describe.each(DEAD_GRANTS)("$name", ({ platform, said, revoke, install }) => {
  test("a dead grant costs one call and marks its row once; later lookups call no platform; a reinstall reactivates it with the same id", async () => {
    const name = newName();
    const { installation_id: id } = v.parse(InstallSuccess, await (await install(name)).json());
    await control.letTimePass(LIFETIME_SECONDS[platform] + 60);
    await revoke(name);
    const before = countCalls(stack, platform);

    const ended = await lookUpAll(id);
    const state = await stateOf(id);
    await ageLeases(sql, 3600);
    const again = await lookUpAll(id);
    const calls = countCalls(stack, platform) - before;
    const healed = v.parse(InstallSuccess, await (await install(name)).json());
    const [token = ""] = await lookUpAll(id);

    expect([ended, again]).toEqual(Array(2).fill(["reauthorization_required"]));
    expect(calls).toBe(1);
    expect(state).toEqual({
      is_active: false,
      inactive_reason: "reauthorization_required",
      last_refresh_error: said,
    });
    expect(healed.installation_id).toBe(id);
    expect(await works(stack, platform, token)).toBe(true);
  });
});

test("an uninstalled GitHub App mints once more without success; later lookups call no platform; a reinstall reactivates it with the same id", async () => {
  const login = newName();
  const first = v.parse(InstallSuccess, await (await installGithubAppAs(stack, { login })).json());
  const id = first.installation_id;
  await control.letTimePass(LIFETIME_SECONDS.github + 60);
  await control.github.uninstall({ account: login });
  const before = countCalls(stack, "github");

  const ended = await lookUpAll(id);
  const state = await stateOf(id);
  const again = await lookUpAll(id);
  const calls = countCalls(stack, "github") - before;
  const healed = v.parse(InstallSuccess, await (await installGithubAppAs(stack, { login })).json());
  const [token = ""] = await lookUpAll(id);

  expect([ended, again]).toEqual(Array(2).fill(["installation_inactive"]));
  expect(calls).toBe(1);
  expect(state).toMatchObject({ is_active: false, inactive_reason: "uninstalled" });
  expect(healed.installation_id).toBe(id);
  expect(await works(stack, "github", token)).toBe(true);
});
