import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { InstallSuccess } from "../../functions/http/responses.ts";
import { openSession } from "../support/browser-session.ts";
import { consentJira, consentSlack, installGithubAppAs } from "../support/platform-installs.ts";
import { countCalls, LIFETIME_SECONDS, works } from "../support/race-installs.ts";
import { startSandboxedStack } from "../support/sandboxed-stack.ts";
import { callApi, GITHUB_APP } from "../support/stack.ts";

const HOURS_2 = 7_200;
const MINUTE = 60;

const stack = await startSandboxedStack({ variables: GITHUB_APP, sandboxes: 2 });
const { control } = stack.platforms;
const [wrong, right] = stack.sandboxes;
const [, lookups] = stack.lookups;
if (!wrong || !right || !lookups) throw new Error("No process started.");

const INSTALLS = {
  github: () => installGithubAppAs(stack),
  slack: async () => {
    const session = openSession();
    return session.get(await consentSlack(stack, session), { accept: "application/json" });
  },
  jira: async () => {
    const session = openSession();
    return session.get(await consentJira(stack, session), { accept: "application/json" });
  },
};
type Name = keyof typeof INSTALLS;

/** Installs while the functions of the flow have another clock than the database and the platforms. */
async function install(platform: Name, aheadSeconds: number): Promise<string> {
  stack.use(wrong ? [wrong] : []);
  await wrong?.skewClock(aheadSeconds * 1000);
  const reply = await INSTALLS[platform]();
  await wrong?.skewClock(0);
  stack.use(right ? [right] : []);
  return v.parse(InstallSuccess, await reply.json()).installation_id;
}

/** Looks a token up in the process whose clock is right, and uses it at the platform. */
async function lookUp(platform: Name, id: string) {
  const [result] = (await lookups?.lookUp({ installation_id: id })) ?? [];
  if (!result?.ok) throw new Error(result?.code);
  const { access_token, expires_at } = result.token;
  const leftSeconds = (Date.parse(expires_at ?? "") - Date.now()) / 1000;
  return { works: await works(stack, platform, access_token), expires_at, leftSeconds };
}

describe.each([
  ["slack", HOURS_2],
  ["slack", -HOURS_2],
  ["jira", HOURS_2],
  ["jira", -HOURS_2],
  // GitHub refuses the JWT of an App whose clock is more wrong than that.
  ["github", 50],
  ["github", -5 * MINUTE],
] as const)("an install at %s by a process whose clock is %i s ahead", (platform, ahead) => {
  test("F-55 hands out no dead token, causes no needless refresh, and reports when the token expires", async () => {
    const life = LIFETIME_SECONDS[platform];
    const id = await install(platform, ahead);
    const issued = countCalls(stack, platform);

    const fresh = await lookUp(platform, id);
    const item = await (await callApi(stack, "GET", `/installations/${id}`)).json();
    const refreshes = countCalls(stack, platform) - issued;
    await control.letTimePass(life + MINUTE);
    const late = await lookUp(platform, id);

    expect([fresh.works, late.works, refreshes]).toEqual([true, true, 0]);
    expect(fresh.leftSeconds).toBeGreaterThan(life - MINUTE);
    expect(fresh.leftSeconds).toBeLessThanOrEqual(life + 1);
    expect(item).toMatchObject({ token_expires_at: fresh.expires_at });
  });
});
