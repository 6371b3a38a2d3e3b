import { expect, vi } from "vitest";
import type {
  createGrantkeep,
  Grantkeep,
  GrantkeepError,
  Token,
  TokenKey,
  TokenOptions,
} from "../../clients/typescript/src/grantkeep.ts";
import type { Call, ClientCase, ClientOptions, Expectation, Lookup } from "./client-cases.ts";
import { createScriptedLambda } from "./scripted-lambda.ts";

const START = Date.parse("2026-01-01T00:00:00Z");

/** The client under test: from its source, or from the packed package. */
export interface ClientModule {
  readonly createGrantkeep: typeof createGrantkeep;
  readonly GrantkeepError: typeof GrantkeepError;
}

/** Runs a case on the fake clock, and compares each result and each invoke. */
export async function runClientCase(module: ClientModule, testCase: ClientCase): Promise<void> {
  vi.useFakeTimers({ now: START });
  try {
    const lambda = createScriptedLambda(testCase.responses);
    const clients = testCase.clients.map((options) =>
      module.createGrantkeep({ ...toOptions(options), client: lambda }),
    );
    for (const step of testCase.steps) {
      if ("wait_ms" in step) await vi.advanceTimersByTimeAsync(step.wait_ms);
      else if ("jump_ms" in step) vi.setSystemTime(Date.now() + step.jump_ms);
      else await runCalls(module, clients, "lookups" in step ? step.lookups : [step]);
    }
    expect(lambda.invokes.map(({ request }) => request)).toEqual(
      testCase.invokes.map(({ request }) => request),
    );
    for (const [index, expected] of testCase.invokes.entries()) {
      const invoke = lambda.invokes[index];
      const { function_name: name, qualifier, between_ms: [from, to] = [0, Infinity] } = expected;
      if (name !== undefined) expect(invoke?.functionName).toBe(name);
      if (qualifier !== undefined) expect(invoke?.qualifier).toBe(qualifier);
      expect(invoke?.atMs).toBeGreaterThanOrEqual(from);
      expect(invoke?.atMs).toBeLessThanOrEqual(to);
    }
  } finally {
    vi.useRealTimers();
  }
}

async function runCalls(
  module: ClientModule,
  clients: readonly Grantkeep[],
  calls: readonly Call[],
): Promise<void> {
  const repeated = calls.flatMap((call) => Array.from({ length: call.times }, () => call));
  let open = repeated.length;
  const results = repeated.map(async (call) => {
    if (call.after_ms > 0) await new Promise((resolve) => setTimeout(resolve, call.after_ms));
    const client = clients[call.lookup.client];
    if (!client) throw new Error("The case has no such client.");
    const controller = new AbortController();
    if (call.abort_after_ms === 0) controller.abort();
    else if (call.abort_after_ms !== undefined) {
      setTimeout(() => controller.abort(), call.abort_after_ms);
    }
    const [key, options] = toArguments(call.lookup);
    const signal = call.abort_after_ms === undefined ? undefined : controller.signal;
    const result = await client
      .token(key, { ...options, signal })
      .catch((error: unknown) => ({ error }))
      .finally(() => open--);
    compare(module, result, call.expect);
  });
  const all = Promise.all(results);
  all.catch(() => {});
  await vi.advanceTimersByTimeAsync(0);
  while (open > 0 && vi.getTimerCount() > 0) await vi.advanceTimersToNextTimerAsync();
  if (open > 0) throw new Error(`${open} lookups did not end.`);
  await all;
}

function compare(
  { GrantkeepError }: ClientModule,
  result: Token | { readonly error: unknown },
  expected: Expectation,
): void {
  const error = "error" in result ? result.error : undefined;
  if ("token" in expected) {
    expect(error).toBeUndefined();
    expect(toWire(result)).toMatchObject(expected.token);
  } else if ("aborted" in expected) {
    expect(error).toMatchObject({ name: "AbortError" });
  } else {
    expect(error).toBeInstanceOf(GrantkeepError);
    const { code, message, retryable, retryAfterSeconds = null, field } = Object(error);
    const actual = { code, message, retryable, retry_after_seconds: retryAfterSeconds, field };
    expect(actual).toMatchObject(expected.error);
  }
}

/** Returns the properties of an object under the names of the wire, as JSON has them. */
function toWire(object: object): unknown {
  const renamed = Object.entries(object).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ]);
  return JSON.parse(JSON.stringify(Object.fromEntries(renamed)));
}

function toOptions(options: ClientOptions) {
  return {
    functionName: options.function_name,
    qualifier: options.qualifier,
    maxAge: options.max_age_seconds,
    retryFor: options.retry_for_seconds,
  };
}

function toArguments(lookup: Lookup): [TokenKey, TokenOptions] {
  const options = {
    minTtl: lookup.min_ttl_seconds,
    repositories: lookup.repositories,
    permissions: lookup.permissions,
    require: lookup.require,
    reason: lookup.reason,
    rejected: lookup.rejected_token,
    maxAge: lookup.max_age_seconds,
    retryFor: lookup.retry_for_seconds,
  };
  return [toTokenKey(lookup), options];
}

function toTokenKey(lookup: Lookup): TokenKey {
  const { platform, organization_id: organizationId } = lookup;
  const { installation_id: installationId, provider_installation_id: providerId } = lookup;
  if (installationId !== undefined) return { installationId };
  if (platform !== undefined && organizationId !== undefined) return { platform, organizationId };
  if (platform !== undefined && providerId !== undefined) {
    return { platform, providerInstallationId: providerId };
  }
  throw new Error("The lookup names no installation.");
}
