import type * as v from "valibot";
import { describe, expect, test } from "vitest";
import type { Fault } from "../../emulators/faults.ts";
import { startEvilServer } from "../cases/evil-server.ts";
import { openProvider, type ProviderAdapter, type ProviderCall } from "./provider-flow.ts";

/** Below the six seconds after which a call ends by itself. */
const ABORT_TIMEOUT_MS = 5_000;

const evil = await startEvilServer();

interface FaultCase {
  readonly name: string;
  readonly fault: v.InferInput<typeof Fault>;
  readonly failure: Readonly<Record<string, unknown>>;
}

const FAULTS: readonly FaultCase[] = [
  {
    name: "a 500",
    fault: { kind: "status", status: 500 },
    failure: { code: "provider_unavailable" },
  },
  {
    name: "a 503 that speaks of a dead grant",
    fault: { kind: "status", status: 503, body: { ok: false, error: "invalid_grant" } },
    failure: { code: "provider_unavailable" },
  },
  {
    name: "a 429",
    fault: { kind: "status", status: 429, headers: { "retry-after": "7" } },
    failure: { code: "provider_rate_limited", retryAfterSeconds: 7 },
  },
  { name: "HTML with 200", fault: { kind: "html" }, failure: { code: "provider_error" } },
  {
    name: "JSON of another shape",
    fault: { kind: "status", status: 200, body: {} },
    failure: { code: "provider_error" },
  },
  {
    name: "a 307 to elsewhere",
    fault: { kind: "redirect", location: `${evil.url}/token` },
    failure: { code: "provider_error" },
  },
  {
    name: "a dropped connection",
    fault: { kind: "drop" },
    failure: { code: "provider_unavailable" },
  },
  {
    name: "300 MB",
    fault: { kind: "huge", megabytes: 300 },
    failure: { code: "provider_error", reason: "too_large" },
  },
];

/** The error codes of a failed call while the grant is valid. */
const GRANT_LIVES = [
  "provider_error",
  "provider_misconfigured",
  "provider_rate_limited",
  "provider_unavailable",
];

/** Tests the failures of a platform: none means that the grant has ended, and no call is retried. */
export function testProviderFaults(adapter: ProviderAdapter): void {
  const always: readonly ProviderCall[] = ["exchange", "refresh", "check"];
  const calls: readonly ProviderCall[] = adapter.revokes ? [...always, "revoke"] : always;

  describe.each(calls)("in %s", (call) => {
    testFaults(adapter, call);
    testAbort(adapter, call);
  });
  testCutJson(adapter, always);
  testUnknownRefusals(adapter);
}

function testFaults(adapter: ProviderAdapter, call: ProviderCall): void {
  test.each(FAULTS)("$name is $failure.code, after one request", async ({ fault, failure }) => {
    const { prepare, failureOf, platforms, countRequests } = await openProvider(adapter);
    const run = await prepare(call);
    const before = countRequests();
    const { platform } = adapter;
    platforms.control.addFault({ platform, times: "until_cleared", fault });

    expect(await failureOf(run())).toMatchObject(failure);
    expect(countRequests() - before).toBe(1);
    expect(evil.requests()).toBe(0);
  });
}

function testAbort(adapter: ProviderAdapter, call: ProviderCall): void {
  test("silence lasts until the given signal ends it", { timeout: ABORT_TIMEOUT_MS }, async () => {
    const { prepare, failureOf, platforms, countRequests } = await openProvider(adapter);
    const run = await prepare(call);
    const before = countRequests();
    platforms.control.addFault({ platform: adapter.platform, fault: { kind: "hang" } });
    const caller = new AbortController();

    const failing = failureOf(run(caller.signal));
    await expect.poll(() => countRequests() - before).toBeGreaterThan(0);
    caller.abort();

    expect((await failing).code).toBe("provider_unavailable");
  });

  test("nothing is sent for a caller who is gone", async () => {
    const { prepare, failureOf, countRequests } = await openProvider(adapter);
    const run = await prepare(call);
    const before = countRequests();

    const failure = await failureOf(run(AbortSignal.abort()));

    expect(failure.code).toBe("provider_unavailable");
    expect(countRequests() - before).toBe(0);
  });
}

function testCutJson(adapter: ProviderAdapter, calls: readonly ProviderCall[]): void {
  test.each(calls)("JSON that is cut in %s is provider_error", async (call) => {
    const { prepare, failureOf, platforms } = await openProvider(adapter);
    const run = await prepare(call);
    platforms.control.addFault({ platform: adapter.platform, fault: { kind: "truncate" } });

    expect((await failureOf(run())).code).toBe("provider_error");
  });
}

function testUnknownRefusals(adapter: ProviderAdapter): void {
  test.each([400, 401, 403, 404, 409, 410, 422, 451])(
    "a refresh that is answered %i, with nothing of a grant that ended, does not end it",
    async (status) => {
      const { install, provider, failureOf, platforms } = await openProvider(adapter);
      const stored = await install();
      const { platform } = adapter;
      const fault = { kind: "status", status, body: { message: "No." } } as const;
      platforms.control.addFault({ platform, times: "until_cleared", fault });

      expect(GRANT_LIVES).toContain((await failureOf(provider.refresh(stored))).code);
    },
  );

  test.each([200, 400])("what a refusal with %i quotes is not repeated", async (status) => {
    const { install, provider, failureOf, platforms, vault } = await openProvider(adapter);
    const stored = await install();
    // Short enough to pass for the name of an error.
    const error = (stored.accessToken ?? "").slice(0, 40);
    vault.know(error);
    const { platform } = adapter;
    const body = { ok: false, error, error_description: error, message: error };
    const fault = { kind: "status", status, body } as const;
    platforms.control.addFault({ platform, times: "until_cleared", fault });

    expect(GRANT_LIVES).toContain((await failureOf(provider.refresh(stored))).code);
  });
}
