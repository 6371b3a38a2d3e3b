import { describe, expect, test } from "vitest";
import { type ErrorCode, ServiceError } from "../../core/errors.ts";
import { configurationOf, registerWebhooks } from "../../core/installations/register-webhooks.ts";
import type { DynamicWebhooks, WebhookGrant } from "../../core/ports/dynamic-webhooks.ts";
import { newInstallation } from "../contract/stores.ts";
import { createMemoryStores } from "../support/memory/stores.ts";

const PUBLIC_URL = "https://grantkeep.example.com";
const SCOPE = "manage:jira-webhook";
const DAY = 86_400;
const REGISTERED = { host: "acme.atlassian.net", ids: ["1"], retired: [] };

/** An installation whose webhooks are due, and a platform that registers them. */
async function plant(platform: Partial<DynamicWebhooks> = {}) {
  const stores = await createMemoryStores();
  const input = newInstallation({ platform: "jira", kind: "jira_3lo" });
  const { installation } = await stores.installations.create(input);
  const requests: unknown[] = [];
  const failures: ErrorCode[] = [];
  const dynamicWebhooks: DynamicWebhooks = {
    configuration: "events",
    scopes: [SCOPE, "write:webhook:jira"],
    lifetimeSeconds: 30 * DAY,
    async register(_, request) {
      requests.push(request);
      return REGISTERED;
    },
    remove: async () => {},
    ...platform,
  };
  const { registrations } = stores;
  const deps = {
    registrations,
    publicUrl: PUBLIC_URL,
    onWebhooksFailed: (code: ErrorCode) => failures.push(code),
  };
  const grant = async (): Promise<WebhookGrant> => ({
    organizationId: input.organizationId,
    accessToken: "FAKE",
    signal: AbortSignal.timeout(1000),
  });
  const { id } = installation;
  const isDue = async () =>
    (await registrations.findDue({ kind: "jira_3lo", count: 1 })).length > 0;
  const register = (change: Partial<{ scopes: string[]; grant: typeof grant }> = {}) =>
    registerWebhooks(
      deps,
      { platform: "jira", dynamicWebhooks },
      { id, scopes: [SCOPE], grant, ...change },
    );
  return { ...stores, id, requests, failures, register, isDue };
}

describe("the registration of webhooks", () => {
  test("stores what was registered, and is due again twenty days before that expires", async () => {
    const { registrations, id, requests, register, age, isDue } = await plant();

    const first = await register();
    const second = await register();
    await age(10 * DAY - 60);
    const early = await isDue();
    await age(120);

    expect([first, second, early, await isDue()]).toEqual([true, false, false, true]);
    expect(await registrations.find(id)).toEqual(REGISTERED);
    expect(requests).toEqual([{ url: `${PUBLIC_URL}/webhooks/jira`, knownIds: [] }]);
    await register();
    expect(requests[1]).toMatchObject({ knownIds: ["1"] });
  });

  test.each([
    ["provider_unavailable", 900],
    ["provider_rate_limited", 900],
    ["provider_misconfigured", DAY],
    ["provider_error", DAY],
  ] as const)(
    "that fails with %s is counted, and tried again after %s seconds",
    async (code, seconds) => {
      const fails = async () => Promise.reject(new ServiceError(code, "It failed."));
      const { failures, register, age, isDue } = await plant({ register: fails });

      await expect(register()).rejects.toMatchObject({ code });
      await age(seconds - 1);
      const early = await isDue();
      await age(2);

      expect([failures, early, await isDue()]).toEqual([[code], false, true]);
    },
  );

  test("without the scope is counted once, and calls no platform until the next install", async () => {
    const { failures, requests, register, age, isDue } = await plant();

    const isRegistered = await register({ scopes: ["read:jira-work"] });
    await age(365 * DAY);

    expect([isRegistered, failures, requests]).toEqual([false, ["missing_scope"], []]);
    expect(await isDue()).toBe(false);
  });

  test.each([[["write:webhook:jira"]], [[]]])("is tried with the scopes %j", async (scopes) => {
    const { register } = await plant();

    expect(await register({ scopes })).toBe(true);
  });

  test("calls no platform if none are configured and none are registered", async () => {
    const { requests, failures, register, isDue } = await plant({ configuration: undefined });
    const grant = () => Promise.reject(new Error("must not be called"));

    expect(await register({ scopes: ["read:jira-work"], grant })).toBe(true);
    expect([requests, failures, await isDue()]).toEqual([[], [], false]);
  });

  test("keeps the ids that the present grant cannot manage, at most twenty", async () => {
    let call = 0;
    const { registrations, id, register, age } = await plant({
      async register(_, { knownIds }) {
        call += 1;
        return { host: "acme.atlassian.net", ids: [String(call)], retired: [...knownIds] };
      },
    });

    for (let number = 1; number <= 25; number += 1) {
      await register();
      await age(11 * DAY);
    }

    const retired = Array.from({ length: 20 }, (_, index) => String(index + 5));
    expect(await registrations.find(id)).toMatchObject({ ids: ["25"], retired });
  });
});

test("the hash of a configuration depends on its URL, and on whether there is one", () => {
  const hashes = [
    configurationOf({ configuration: "a" }, "https://one.example"),
    configurationOf({ configuration: "b" }, "https://one.example"),
    configurationOf({ configuration: "a" }, "https://two.example"),
    configurationOf({ configuration: undefined }, "https://one.example"),
  ];

  expect(new Set(hashes).size).toBe(4);
  expect(hashes).not.toContain("");
});
