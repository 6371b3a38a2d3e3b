import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { InstallSuccess } from "../../functions/http/responses.ts";
import { openSession } from "../support/browser-session.ts";
import { startLookupProcess, startLookupProcesses } from "../support/lookup-process.ts";
import { startPlatformFront } from "../support/platform-front.ts";
import { consentJira, consentSlack, installGithubAppAs } from "../support/platform-installs.ts";
import {
  LIFETIME_SECONDS,
  newName,
  outcomes,
  type RacePlatform,
  works,
} from "../support/race-installs.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;
control.slack?.configure({ holdEvents: true });
const front = await startPlatformFront(stack);
const refresher = await startLookupProcess(front.environment);
const others = await startLookupProcesses(2);

const INSTALLS: Record<RacePlatform, (name: string) => Promise<Response>> = {
  github: (login) => installGithubAppAs(stack, { login }),
  async slack(name) {
    const session = openSession();
    const callback = await consentSlack(stack, session, `T${name.toUpperCase()}`);
    return session.get(callback, { accept: "application/json" });
  },
  async jira(account) {
    const session = openSession();
    const callback = await consentJira(stack, session, { account, sites: [account] });
    return session.get(callback, { accept: "application/json" });
  },
};

async function install(platform: RacePlatform, name: string): Promise<string> {
  const reply = await INSTALLS[platform](name);
  return v.parse(InstallSuccess, await reply.json()).installation_id;
}

/** Has somebody install again while a refresh waits for the platform. */
async function installDuringRefresh(platform: RacePlatform, what: "request" | "reply") {
  const name = newName();
  const id = await install(platform, name);
  const request = { installation_id: id };
  await control.letTimePass(LIFETIME_SECONDS[platform] + 60);

  const call = front.hold(platform, what);
  const refreshing = refresher.lookUp(request);
  await call.arrived;
  const secondId = await install(platform, name);
  const answers = await Promise.all(others.map((other) => other.lookUp(request)));
  const installed = outcomes(answers.flat());
  call.release();
  const refreshed = outcomes(await refreshing);

  const stored = outcomes((await Promise.all(others.map((one) => one.lookUp(request)))).flat());
  return { id, secondId, installed, refreshed, stored };
}

describe.each(["jira", "slack", "github"] as const)("%s", (platform) => {
  test.each(["request", "reply"] as const)(
    "a re-install during a refresh wins, with the refresh's %s still under way: same id, its tokens stay, and the refresh answers them",
    async (what) => {
      const { id, secondId, installed, refreshed, stored } = await installDuringRefresh(
        platform,
        what,
      );

      expect(secondId).toBe(id);
      expect(installed).toHaveLength(1);
      expect(refreshed).toEqual(installed);
      expect(stored).toEqual(installed);
      expect(await works(stack, platform, stored[0] ?? "")).toBe(true);
    },
  );
});

test("jira: a refresh that learns of a removed grant after a re-install does not end the new one", async () => {
  const name = newName();
  const id = await install("jira", name);
  const request = { installation_id: id };
  await control.letTimePass(LIFETIME_SECONDS.jira + 60);

  const call = front.hold("jira", "request");
  const refreshing = refresher.lookUp(request);
  await call.arrived;
  await control.revoke("jira", name);
  const secondId = await install("jira", name);
  call.release();
  const refreshed = outcomes(await refreshing);

  expect(secondId).toBe(id);
  expect(refreshed).toHaveLength(1);
  expect(await works(stack, "jira", refreshed[0] ?? "")).toBe(true);
  expect(outcomes((await Promise.all(others.map((one) => one.lookUp(request)))).flat())).toEqual(
    refreshed,
  );
});
