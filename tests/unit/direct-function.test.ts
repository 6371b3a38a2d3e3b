import fc from "fast-check";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import { auditOf, directFunction } from "../../functions/invoke/direct-function.ts";
import { KeyFields, toKey } from "../../functions/invoke/installation-key.ts";
import { InvokeErrorMessage } from "../../functions/invoke/responses.ts";
import { LOOKUP_TIMEOUT_SECONDS } from "../../infra/runtime.ts";
import { createLambdaContext } from "../../local/aws/lambda-context.ts";
import { anyText, forAll } from "../support/properties.ts";

const ID = "inst-0123456789abcdef0123456789abcdef";

const context = createLambdaContext("token-lookup", LOOKUP_TIMEOUT_SECONDS * 1000);
const handler = directFunction("Lookups", v.strictObject(KeyFields), async (request) => ({
  response: toKey(request),
  audit: {},
}));

let lines: string[] = [];

beforeEach(() => {
  lines = [];
  // A function writes its one line to standard output, which Lambda logs.
  vi.spyOn(process.stdout, "write").mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

const ErrorMessage = v.pipe(v.string(), v.parseJson(), InvokeErrorMessage);

/** Returns the key that a valid request names. */
function keyOf(request: Record<string, unknown>) {
  const { platform, organization_id, provider_installation_id, installation_id } = request;
  if (installation_id !== undefined) return { id: installation_id };
  return organization_id === undefined
    ? { platform, providerInstallationId: String(provider_installation_id) }
    : { platform, organizationId: String(organization_id) };
}

/** Invokes a function that fails, and returns what its caller receives. */
async function failWith(failure: ServiceError) {
  const failing = directFunction("Lookups", v.unknown(), () => Promise.reject(failure));
  const error: unknown = await failing({}, context).catch((thrown: unknown) => thrown);
  if (!(error instanceof Error)) throw new Error("The function did not fail.");
  return { name: error.name, ...v.parse(ErrorMessage, error.message) };
}

/** Sends a request that is not valid, and returns what the caller receives. */
async function refuse(request: unknown) {
  const error: unknown = await handler(request, context).catch((thrown: unknown) => thrown);
  if (!(error instanceof Error)) throw new Error("The function did not fail.");
  return v.parse(ErrorMessage, error.message);
}

const anything = fc.oneof(fc.jsonValue(), anyText, fc.constant(undefined));
/** The forms of the ids of GitHub, Slack and Jira. */
const PLATFORM_ID = /^([1-9]\d*|[TE][A-Z0-9]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

const event = fc.oneof(
  fc.record(
    {
      platform: fc.oneof(fc.constantFrom("github", "slack", "jira"), anything),
      organization_id: fc.oneof(fc.constantFrom("67890", 67890, "T0ACME"), anything),
      provider_installation_id: fc.oneof(fc.constantFrom("42", 42), anything),
      installation_id: fc.oneof(fc.constant(ID), anything),
      extra: anything,
    },
    { requiredKeys: [] },
  ),
  anything,
);

describe("the event of a function", () => {
  test("is parsed to the given key or rejected with an error code, for any input", () =>
    forAll(event, async (request) => {
      const answer: unknown = await handler(request, context).catch((error: unknown) => error);

      if (answer instanceof Error) {
        const { message } = v.parse(ErrorMessage, answer.message);
        expect(answer).toMatchObject({
          name: "invalid_request",
          stack: `invalid_request: ${message}`,
        });
        return;
      }
      expect(answer).toEqual(keyOf(Object(request)));
    }));

  test("writes one log line that contains at most ids in the form of the platforms, for any input", () =>
    forAll(event, async (request) => {
      lines = [];
      await handler(request, context).catch(() => {});

      expect(lines).toHaveLength(1);
      const [line = ""] = lines;
      expect(line.indexOf("\n")).toBe(line.length - 1);
      const { _aws, Lookups, LookupsDuration, request_id, invoked_as, caller, ...rest } =
        JSON.parse(line);
      const { outcome, installation_id = ID, platform = "github", error, ...others } = rest;
      const { organization_id = "1", ...unexpected } = others;
      expect(["ok", "invalid_request"]).toContain(outcome);
      expect(error).toBe(outcome === "ok" ? undefined : outcome);
      expect(organization_id).toMatch(PLATFORM_ID);
      expect(installation_id).toMatch(/^inst-[0-9a-f]{32}$/);
      expect(["github", "slack", "jira"]).toContain(platform);
      expect(caller).toBe("live");
      expect(unexpected).toEqual({});
    }));

  test("yields at most well-formed ids and a platform for the audit, for any input", () =>
    forAll(event, (request) => {
      const { installationId = ID, platform = "github", ...rest } = auditOf(request);
      const { organizationId = "1", ...others } = rest;

      expect(installationId).toMatch(/^inst-[0-9a-f]{32}$/);
      expect(["github", "slack", "jira"]).toContain(platform);
      expect(organizationId).toMatch(PLATFORM_ID);
      expect(others).toEqual({});
    }));

  test("is not logged where a token is in the place of an organization", async () => {
    lines = [];
    for (const organization_id of ["xoxb-canary-1", "ghs.canary", "eyJcanary"]) {
      await handler({ platform: "slack", organization_id }, context).catch(() => {});
    }

    expect(lines).toHaveLength(3);
    expect(lines.join()).not.toContain("canary");
  });
});

describe("the failure of a function", () => {
  test("names the field that is not valid, and never a key that may be a secret", async () => {
    expect(await refuse({ platform: "gitlab", organization_id: "1" })).toEqual({
      message: "The request is not valid: platform.",
      field: "platform",
    });
    expect(await refuse({ platform: "github", organization_id: 1.5 })).toMatchObject({
      field: "organization_id",
    });
    expect(await refuse({ platform: "github" })).toMatchObject({ field: "organization_id" });
    expect(await refuse({ organization_id: "1" })).toMatchObject({ field: "platform" });
    expect(await refuse({ installation_id: ID, platform: "github" })).toMatchObject({
      field: "installation_id",
    });
    expect(await refuse({ organisation_id: "1" })).toMatchObject({ field: "organisation_id" });
    expect(await refuse({ ghs_16C7e42F292c6912E7710c8: "1" })).toEqual({
      message: "The request is not valid.",
    });
    expect(await refuse(null)).toEqual({ message: "The request is not valid." });
  });

  test("says when to retry, if it may pass", async () => {
    const busy = new ServiceError("retry_later", "Busy.");
    const limited = new ServiceError("provider_rate_limited", "Slow.", { retryAfterSeconds: 29.2 });
    const over = new ServiceError("reauthorization_required", "Over.");

    expect(await failWith(busy)).toEqual({
      name: "retry_later",
      message: "Busy.",
      retry_after_seconds: 2,
    });
    expect(await failWith(limited)).toMatchObject({ retry_after_seconds: 30 });
    expect(await failWith(over)).toEqual({ name: "reauthorization_required", message: "Over." });
  });
});
