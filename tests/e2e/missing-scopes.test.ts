import { expect, test } from "vitest";
import { installOn } from "../cases/installed.ts";
import { eventsOf } from "../support/bus-events.ts";
import type { Sandbox } from "../support/sandbox.ts";
import { startSandboxedStack } from "../support/sandboxed-stack.ts";
import { callApi } from "../support/stack.ts";

const stack = await startSandboxedStack({ variables: { EVENT_BUS_NAME: "bus-1" } });
const [before] = stack.sandboxes;
// The next deploy requests a scope more on each platform.
const environment = {
  ...process.env,
  SLACK_SCOPES: "chat:write users:read",
  JIRA_SCOPES: "read:jira-work read:me write:jira-work offline_access",
};
const after = await stack.startCold({ environment });
if (!before) throw new Error("No process started.");

type Platform = "slack" | "jira";

async function install(sandbox: Sandbox, platform: Platform, name: string): Promise<string> {
  stack.use([sandbox]);
  return installOn(stack, platform, name);
}

async function lookUp(sandbox: Sandbox, id: string, ...required: string[]): Promise<unknown> {
  const require = required.length > 0 && { require: { scopes: required } };
  const request = { installation_id: id, ...require };
  const result = await sandbox.invoke("functions/token-lookup.handler", request, 30_000);
  return result.ok ? Object(result.answer).missing_scopes : result.code;
}

async function readItem(sandbox: Sandbox, id: string): Promise<unknown> {
  stack.use([sandbox]);
  return (await callApi(stack, "GET", `/installations/${id}`)).json();
}

async function listMissing(sandbox: Sandbox, platform: Platform): Promise<string[]> {
  stack.use([sandbox]);
  const path = `/installations?missing=true&platform=${platform}`;
  const { items } = Object(await (await callApi(stack, "GET", path)).json());
  return items.map(({ id }: { id: string }) => id);
}

test.each([
  ["slack", "chat:write", "users:read"],
  ["jira", "read:jira-work", "write:jira-work"],
] as const)(
  "a scope that was added to the configuration of %s is missing until the customer has installed again",
  async (platform, granted, added) => {
    const accepting = await install(before, platform, "accepting");
    const waiting = await install(before, platform, "waiting");
    const complete = [await lookUp(before, accepting), await listMissing(before, platform)];
    const lacking = [await lookUp(after, accepting), await lookUp(after, waiting)];
    const listed = await listMissing(after, platform);
    const required = [
      await lookUp(after, accepting, granted),
      await lookUp(after, accepting, added),
    ];

    const again = await install(after, platform, "accepting");

    expect(complete).toEqual([[], []]);
    expect(lacking).toEqual([[added], [added]]);
    expect(listed).toEqual([waiting, accepting]);
    expect(required).toEqual([[added], "missing_scope"]);
    expect(again).toBe(accepting);
    expect([await lookUp(after, accepting), await lookUp(after, accepting, added)]).toEqual([
      [],
      [],
    ]);
    expect([await lookUp(after, waiting), await lookUp(after, waiting, added)]).toEqual([
      [added],
      "missing_scope",
    ]);
    expect(await readItem(after, accepting)).toMatchObject({ missing_scopes: [] });
    expect(await readItem(after, waiting)).toMatchObject({ missing_scopes: [added] });
    expect(await listMissing(after, platform)).toEqual([waiting]);
    // The events of one install are sent at the same time.
    expect(eventsOf(stack, accepting).toSorted()).toEqual([
      "installation.created",
      "installation.permissions_changed",
      "installation.reinstalled",
    ]);
    expect(eventsOf(stack, waiting)).toEqual(["installation.created"]);
  },
);
