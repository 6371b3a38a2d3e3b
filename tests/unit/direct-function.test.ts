import fc from "fast-check";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import { auditOf, directFunction } from "../../functions/invoke/direct-function.ts";
import { KeyFields, toKey } from "../../functions/invoke/installation-key.ts";
import { createLambdaContext } from "../../local/aws/lambda-context.ts";
import { anyText, forAll } from "../support/properties.ts";

const ID = "inst-0123456789abcdef0123456789abcdef";

const context = createLambdaContext("token-lookup");
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

const anything = fc.oneof(fc.jsonValue(), anyText, fc.constant(undefined));
const event = fc.oneof(
  fc.record(
    {
      platform: fc.oneof(fc.constantFrom("github", "slack", "jira"), anything),
      organization_id: fc.oneof(fc.constantFrom("67890", "T0ACME"), anything),
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
        expect(answer).toBeInstanceOf(ServiceError);
        expect(answer).toMatchObject({
          name: "invalid_request",
          stack: `invalid_request: ${answer.message}`,
        });
        return;
      }
      const { platform, organization_id, installation_id } = Object(request);
      expect(answer).toEqual(
        installation_id === undefined
          ? { platform, organizationId: organization_id }
          : { id: installation_id },
      );
    }));

  test("writes one log line that contains at most an id and a platform of it", () =>
    forAll(event, async (request) => {
      lines = [];
      await handler(request, context).catch(() => {});

      expect(lines).toHaveLength(1);
      const [line = ""] = lines;
      expect(line.indexOf("\n")).toBe(line.length - 1);
      const { _aws, Lookups, LookupsDuration, request_id, invoked_as, ...rest } = JSON.parse(line);
      const { outcome, installation_id = ID, platform = "github", ...others } = rest;
      expect(["ok", "invalid_request"]).toContain(outcome);
      expect(installation_id).toMatch(/^inst-[0-9a-f]{32}$/);
      expect(["github", "slack", "jira"]).toContain(platform);
      expect(others).toEqual({});
    }));

  test("yields at most a well-formed id and platform for the audit, for any input", () =>
    forAll(event, (request) => {
      const { installationId = ID, platform = "github", ...others } = auditOf(request);

      expect(installationId).toMatch(/^inst-[0-9a-f]{32}$/);
      expect(["github", "slack", "jira"]).toContain(platform);
      expect(others).toEqual({});
    }));
});
