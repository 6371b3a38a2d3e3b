import { describe, expect, test } from "vitest";
import { checkHealth } from "../../core/operations/health-check.ts";
import { newInstallation } from "../contract/stores.ts";
import { createMemoryInstallationEvents } from "../support/memory/installation-events.ts";
import { createMemoryInstallations } from "../support/memory/installations.ts";
import { ALIVE } from "../support/reconcile-fixture.ts";
import { createScriptedProvider } from "../support/scripted-flow.ts";

const LONG_MS = 600_000;

/** So many installations that work, and a check that has time for some of them. */
async function plant(count: number) {
  const installations = createMemoryInstallations();
  const ids: string[] = [];
  for (let planted = 0; planted < count; planted += 1) {
    const input = newInstallation({ clientId: "client-1", refreshToken: null });
    ids.unshift((await installations.create(input)).installation.id);
  }
  const { provider } = createScriptedProvider({ check: async () => ALIVE });
  const deps = {
    installations,
    tokens: installations,
    providers: [provider],
    events: createMemoryInstallationEvents(),
    refresh: () => Promise.reject(new Error("not asked for")),
  };
  function check(timeFor: number, before?: string) {
    let left = timeFor;
    const remainingMs = () => {
      left -= 1;
      return left < 0 ? 0 : LONG_MS;
    };
    return checkHealth(deps, { dryRun: true, before, limit: 10, remainingMs });
  }
  return { ids, check };
}

describe("a health check whose time runs out", () => {
  test("returns the last installation that it checked, to continue after", async () => {
    const { ids, check } = await plant(3);

    const first = await check(2);
    const second = await check(2, first.lastId ?? undefined);

    expect(first).toEqual({ checked: 2, findings: [], lastId: ids[1] });
    expect(second).toEqual({ checked: 1, findings: [], lastId: null });
  });

  test.each([
    ["the first installation", false],
    ["the first of a later page", true],
  ])("before %s does not look like the end: it is retry_later", async (_, isLater) => {
    const { ids, check } = await plant(2);

    await expect(check(0, isLater ? ids[0] : undefined)).rejects.toMatchObject({
      code: "retry_later",
      reason: "no time",
    });
  });

  test("is complete when there is nothing to check", async () => {
    const { check } = await plant(0);

    expect(await check(0)).toEqual({ checked: 0, findings: [], lastId: null });
  });
});
