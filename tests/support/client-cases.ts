import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";

const FOLDER = path.resolve(import.meta.dirname, "../../clients/cases");

const Permissions = v.record(v.string(), v.picklist(["read", "write", "admin"]));

/** The fields of a request, and those that stay in the client. */
const Lookup = v.strictObject({
  platform: v.optional(v.picklist(["github", "slack", "jira"])),
  organization_id: v.optional(v.union([v.string(), v.number()])),
  provider_installation_id: v.optional(v.union([v.string(), v.number()])),
  installation_id: v.optional(v.string()),
  min_ttl_seconds: v.optional(v.number()),
  repositories: v.optional(v.array(v.string())),
  permissions: v.optional(Permissions),
  require: v.optional(
    v.strictObject({
      scopes: v.exactOptional(v.array(v.string())),
      permissions: v.exactOptional(Permissions),
    }),
  ),
  reason: v.optional(v.string()),
  rejected_token: v.optional(v.string()),
  max_age_seconds: v.optional(v.number()),
  retry_for_seconds: v.optional(v.number()),
  client: v.optional(v.number(), 0),
});
export type Lookup = v.InferOutput<typeof Lookup>;

const Expectation = v.union([
  v.strictObject({ token: v.record(v.string(), v.unknown()) }),
  v.strictObject({ error: v.record(v.string(), v.unknown()) }),
  v.strictObject({ aborted: v.literal(true) }),
]);
export type Expectation = v.InferOutput<typeof Expectation>;

const Call = v.strictObject({
  lookup: Lookup,
  expect: Expectation,
  after_ms: v.optional(v.number(), 0),
  abort_after_ms: v.optional(v.number()),
  times: v.optional(v.number(), 1),
});
export type Call = v.InferOutput<typeof Call>;

const timing = { after_ms: v.optional(v.number(), 0), jump_ms: v.optional(v.number(), 0) };

const FunctionError = v.strictObject({
  errorType: v.optional(v.string()),
  errorMessage: v.union([v.string(), v.record(v.string(), v.unknown())]),
});

const ScriptedResponse = v.union([
  v.strictObject({ token: v.record(v.string(), v.unknown()), ...timing }),
  v.strictObject({ payload: v.unknown(), ...timing }),
  v.strictObject({ payload_text: v.string(), ...timing }),
  v.strictObject({ function_error: FunctionError, ...timing }),
  v.strictObject({
    raise: v.picklist([
      "throttled",
      "service_error",
      "access_denied",
      "function_not_found",
      "connection_reset",
      "connection_refused",
      "timeout",
    ]),
    ...timing,
  }),
]);
export type ScriptedResponse = v.InferOutput<typeof ScriptedResponse>;

const ClientOptions = v.strictObject({
  function_name: v.string(),
  qualifier: v.optional(v.string()),
  max_age_seconds: v.optional(v.number()),
  retry_for_seconds: v.optional(v.number()),
});
export type ClientOptions = v.InferOutput<typeof ClientOptions>;

const Step = v.union([
  Call,
  v.strictObject({ lookups: v.array(Call) }),
  v.strictObject({ wait_ms: v.number() }),
  v.strictObject({ jump_ms: v.number() }),
]);

const ClientCase = v.strictObject({
  name: v.string(),
  clients: v.optional(v.array(ClientOptions), [
    { function_name: "grantkeep-production-token-lookup:live" },
  ]),
  responses: v.array(ScriptedResponse),
  steps: v.array(Step),
  invokes: v.array(
    v.strictObject({
      request: v.record(v.string(), v.unknown()),
      function_name: v.optional(v.string()),
      qualifier: v.optional(v.string()),
      between_ms: v.optional(v.tuple([v.number(), v.number()])),
    }),
  ),
});
export type ClientCase = v.InferOutput<typeof ClientCase>;

const Platforms = v.record(v.string(), v.record(v.string(), v.unknown()));

/** The response of each platform, which the scripted ones change. */
export const platformResponses = v.parse(Platforms, read("platforms.json"));

/** Returns the cases of `clients/cases/` by topic. */
export function readClientCases(): readonly { topic: string; cases: readonly ClientCase[] }[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(".json") && name !== "platforms.json")
    .map((name) => ({
      topic: path.basename(name, ".json"),
      cases: v.parse(v.array(ClientCase), read(name)),
    }));
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(path.join(FOLDER, name), "utf8"));
}
