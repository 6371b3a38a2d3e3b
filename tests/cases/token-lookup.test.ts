import { createHash } from "node:crypto";
import * as v from "valibot";
import { expect, test } from "vitest";
import { exampleApps } from "../../emulators/platforms.ts";
import { installAs } from "../support/browser-session.ts";
import { callApi, startTestStack } from "../support/stack.ts";
import { createConventions } from "./assertions.ts";
import { IMPORT, importInstallation } from "./imported.ts";
import { createInvoker, expectFailure, FUNCTIONS } from "./invocations.ts";

const stack = await startTestStack();
const { sql } = stack.database;
const invoke = createInvoker(stack);

await installAs(stack);
const OCTOCAT = { platform: "github", organization_id: "583231" };
await importInstallation(stack, { organization_id: "7" });

const { hold, plant } = await createConventions(
  stack,
  async () => !(await invoke("token-lookup", OCTOCAT)).failed,
);

const UNKNOWN_ID = "inst-00000000000000000000000000000000";

test.each([
  ["LK-001 no event", ""],
  ["LK-001 null", "null"],
  ["LK-001 a list", "[]"],
  ["LK-001 a text", '"any text"'],
  ["LK-002 an empty event", "{}"],
  ["LK-006 a warm-up", { source: "aws.events", "detail-type": "Scheduled Event" }],
  ["LK-007 an event of 1 MB", { ...OCTOCAT, padding: "p".repeat(1_000_000) }],
  ["LK-008 10,000 nested objects", `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`],
  ["LK-008 10,000 nested lists", `{"platform":${"[".repeat(10_000)}${"]".repeat(10_000)}}`],
  ["LK-009 no platform", { organization_id: "583231" }],
  ["LK-010 an unknown platform", { ...OCTOCAT, platform: "gitlab" }],
  ["LK-011 a platform in another case", { ...OCTOCAT, platform: "GitHub" }],
  ["LK-014 no organization", { platform: "github" }],
  ["LK-028 nobody's installation", { platform: "github", organization_id: null }],
  ["LK-030 everybody's installation", { ...OCTOCAT, organization_id: "*" }],
  ["LK-030 the installation of no name", { ...OCTOCAT, organization_id: "" }],
  ["LK-014 both forms of a key", { ...OCTOCAT, installation_id: UNKNOWN_ID }],
  ["LK-014 an id with a platform", { platform: "github", installation_id: UNKNOWN_ID }],
  ["LK-015 an empty organization", { ...OCTOCAT, organization_id: "" }],
  ["LK-015 an organization of spaces", { ...OCTOCAT, organization_id: "  " }],
  ["LK-015 an empty id", { installation_id: "" }],
  ["LK-016 a fraction as an organization", { ...OCTOCAT, organization_id: 583231.5 }],
  ["LK-016 more digits than a number holds", '{"platform":"github","organization_id":1e20}'],
  ["LK-016 a negative number", { ...OCTOCAT, organization_id: -583231 }],
  ["LK-092 both ids of the platform", { ...OCTOCAT, provider_installation_id: 42 }],
  ["LK-092 an installation of no platform", { provider_installation_id: 42 }],
  ["LK-092 a text without digits", { platform: "github", provider_installation_id: "octocat" }],
  ["LK-016 a number as an id", { installation_id: 42 }],
  ["LK-018 a list as an organization", { ...OCTOCAT, organization_id: ["583231"] }],
  ["LK-018 a list as an id", { installation_id: [UNKNOWN_ID] }],
  ["LK-021 Arabic digits", { ...OCTOCAT, organization_id: "\u0661\u0662\u0663" }],
  ["LK-023 a NUL at the end of an organization", { ...OCTOCAT, organization_id: "583231\0" }],
  ["LK-023 a NUL at the end of an id", { installation_id: `${UNKNOWN_ID}\0` }],
  ["LK-023 a line break at the end of an id", { installation_id: `${UNKNOWN_ID}\n` }],
  ["LK-024 SQL as an organization", { ...OCTOCAT, organization_id: "' OR 1=1 --" }],
  ["LK-024 SQL as an id", { installation_id: "inst-' OR 1=1 --" }],
  ["LK-026 an organization of 1 MB", { ...OCTOCAT, organization_id: "o".repeat(1_000_000) }],
  ["LK-026 an id of 1 MB", { installation_id: "i".repeat(1_000_000) }],
  ["LK-027 half a character", '{"platform":"github","organization_id":"\\ud800"}'],
  ["LK-043 a forced refresh", { ...OCTOCAT, forceRefresh: true }],
  ["LK-046 a wish for the refresh token", { ...OCTOCAT, includeRefreshToken: true }],
  ["LK-048 a debug flag", { ...OCTOCAT, debug: true }],
  [
    "LK-048 the prototype as a property",
    '{"platform":"github","organization_id":"7","__proto__":{"x":1}}',
  ],
])("%s is refused, by both functions", async (_name, event) => {
  const input = typeof event === "string" ? event : JSON.stringify(event);
  plant("event", input);

  for (const functionName of FUNCTIONS) {
    const answer = await hold(() => invoke(functionName, event));
    expectFailure(answer, "invalid_request", input);
  }
});

test.each([
  ["LK-037 permissions of an OAuth App's token", { permissions: { administration: "write" } }],
  ["LK-038 an unknown permission", { permissions: { "Contents!": "read" } }],
  ["LK-038 an unknown value of a permission", { permissions: { contents: "owner" } }],
  ["LK-038 no permissions at all", { permissions: {} }],
  ["LK-091 nothing required", { require: {} }],
  ["LK-091 no scope required", { require: { scopes: [] } }],
  ["LK-091 a required scope with a space", { require: { scopes: ["repo gist"] } }],
  ["LK-091 a required scope that is no list", { require: { scopes: "repo" } }],
  ["LK-091 no permission required", { require: { permissions: {} } }],
  [
    "LK-091 a required permission with an access that is none",
    { require: { permissions: { contents: "all" } } },
  ],
  [
    "LK-091 a required permission that is no text",
    { require: { permissions: { contents: true } } },
  ],
  ["LK-091 something else that is required", { require: { scopes: ["repo"], teams: ["a"] } }],
  ["LK-040 a repository that climbs folders", { repositories: ["../other"] }],
  ["LK-040 two dots as a repository", { repositories: [".."] }],
  ["LK-041 501 repositories", { repositories: Array.from({ length: 501 }, (_, i) => `r${i}`) }],
  ["LK-041 no repositories at all", { repositories: [] }],
  ["LK-041 repositories of an OAuth App's token", { repositories: ["demo"] }],
  ["LK-093 the token itself as a report", { rejected_token_sha256: "gho_FAKE" }],
  ["LK-093 a report in capitals", { rejected_token_sha256: "A".repeat(64) }],
  ["LK-093 a report that is too short", { rejected_token_sha256: "a".repeat(63) }],
  ["LK-093 a report that is a number", { rejected_token_sha256: 1 }],
  ["LK-044 a day as the least life", { min_ttl_seconds: 86_400 }],
  ["LK-045 less than no life", { min_ttl_seconds: -1 }],
  ["LK-045 a life that is no number", { min_ttl_seconds: null }],
  ["LK-045 a life that is a text", { min_ttl_seconds: "60" }],
  ["LK-045 half a second of life", { min_ttl_seconds: 0.5 }],
  ["LK-045 a life without end", '"min_ttl_seconds":1e400'],
])("%s is refused", async (_name, fields) => {
  const text = typeof fields === "string" ? fields : JSON.stringify(fields).slice(1, -1);
  const event = `{"platform":"github","organization_id":"583231",${text}}`;

  const answer = await hold(() => invoke("token-lookup", event));

  expectFailure(answer, "invalid_request", text);
});

test("LK-094 a report of another token asks nobody, and returns the stored one", async () => {
  const report = { ...OCTOCAT, rejected_token_sha256: "a".repeat(64) };

  const answer = await hold(() => invoke("token-lookup", report));

  expect(answer.failed).toBe(false);
});

test("LK-095 a report of a token that works asks the platform once, and changes nothing else", async () => {
  const { access_token: token } = JSON.parse((await invoke("token-lookup", OCTOCAT)).payload);
  const rejected_token_sha256 = createHash("sha256").update(token).digest("hex");
  const report = () => invoke("token-lookup", { ...OCTOCAT, rejected_token_sha256 });
  const asks = [`POST /api/applications/${exampleApps.github.clientId}/token`];

  const answers = [await hold(report, { changes: ["installations"], asks }), await hold(report)];

  for (const { payload } of answers) expect(JSON.parse(payload).access_token).toBe(token);
});

test("LK-020 an organization id is text: with zeros in front it is another one", async () => {
  const lookUp = (organization_id: string) =>
    invoke("token-lookup", { platform: "github", organization_id });
  // The first lookup in an hour stores when it was.
  await lookUp("7");

  const seven = await hold(() => lookUp("7"));
  const padded = await hold(() => lookUp("007"));

  expect(seven.failed).toBe(false);
  expectFailure(padded, "installation_not_found");
});

test("LK-016 an organization id of GitHub may be a number, as in GitHub's JSON", async () => {
  for (const functionName of FUNCTIONS) {
    const answer = await hold(() => invoke(functionName, { ...OCTOCAT, organization_id: 583231 }));
    expect(answer.failed).toBe(false);
  }
});

test.each([
  ["LK-049 an unknown id", { installation_id: UNKNOWN_ID }],
  ["LK-049 an unknown organization", { platform: "github", organization_id: "unknown" }],
  ["LK-092 an unknown installation", { platform: "github", provider_installation_id: 42 }],
  ["LK-029 somebody else's organization", { platform: "slack", organization_id: "583231" }],
  ["LK-049 an organization of another platform", { platform: "jira", organization_id: "583231" }],
])("%s is not found, by both functions", async (_name, event) => {
  for (const functionName of FUNCTIONS) {
    const answer = await hold(() => invoke(functionName, event));
    expectFailure(answer, "installation_not_found");
  }
});

test("LK-053 an installation that was deleted is not found", async () => {
  const id = await importInstallation(stack, { organization_id: "53" });
  await callApi(stack, "DELETE", `/installations/${id}`);

  for (const functionName of FUNCTIONS) {
    const answer = await hold(() => invoke(functionName, { installation_id: id }));
    expectFailure(answer, "installation_not_found");
  }
});

test("LK-087 a failure of the database is returned as an error code", async () => {
  const answers = await hold(
    async () => {
      // Every id has 37 characters: whoever reads a row divides by zero.
      await sql`alter table installations rename to hidden`;
      await sql`create view installations as select * from hidden where 1 / (length(id) - 37) > 0`;
      const failed = [
        await invoke("token-lookup", OCTOCAT),
        await invoke("webhook-secret", OCTOCAT),
      ];
      await sql`drop view installations`;
      await sql`alter table hidden rename to installations`;
      return failed;
    },
    { breaks: true },
  );

  for (const answer of answers) expectFailure(answer, "server_error");
});

test("LK-087 a schema that is not migrated yet is returned as a temporary failure", async () => {
  const answers = await hold(async () => {
    await sql`alter table installations rename to hidden`;
    const failed = [await invoke("token-lookup", OCTOCAT), await invoke("webhook-secret", OCTOCAT)];
    await sql`alter table hidden rename to installations`;
    return failed;
  });

  for (const answer of answers) expectFailure(answer, "retry_later");
});

test("control: each kind of lookup answers, and no answer holds more than it should", async () => {
  const [row] = await sql<[{ id: string }]>`
    select id from installations where organization_id = '583231'
  `;
  const byId = { installation_id: row.id };

  const tokens = await hold(async () => [
    await invoke("token-lookup", OCTOCAT),
    await invoke("token-lookup", byId),
    await invoke("token-lookup", { ...byId, min_ttl_seconds: 3_000 }),
  ]);
  const secrets = await hold(async () => [
    await invoke("webhook-secret", OCTOCAT),
    await invoke("webhook-secret", byId),
  ]);

  for (const { payload } of tokens) {
    expect(JSON.parse(payload)).toEqual({
      installation_id: row.id,
      ...OCTOCAT,
      organization_name: "octocat",
      access_token: expect.stringMatching(/^gho_\w+$/),
      token_type: "bearer",
      expires_at: null,
      grant_ends_at: null,
      scopes: ["repo", "read:org", "read:user"],
      missing_scopes: [],
      permissions: {},
      missing_permissions: {},
      api_base_url: stack.platforms.githubApiUrl,
      provider_installation_id: null,
      account_type: "User",
    });
  }
  for (const { payload } of secrets) {
    expect(JSON.parse(payload)).toEqual({
      webhook_secret: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  }
});

test("control: every lookup is in the output that is searched for secrets", async () => {
  const before = stack.output().length;
  await invoke("token-lookup", OCTOCAT);

  const line = v.parse(v.pipe(v.string(), v.parseJson()), stack.output().slice(before).trim());
  expect(line).toMatchObject({ Lookups: 1, outcome: "ok", platform: IMPORT.platform });
});

test("CloudWatch counts and times every lookup by its outcome, from the one line that it writes", async () => {
  const before = stack.output().length;
  await invoke("token-lookup", OCTOCAT);

  const line = v.parse(v.pipe(v.string(), v.parseJson()), stack.output().slice(before).trim());
  expect(line).toEqual({
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        {
          Namespace: "Grantkeep",
          Dimensions: [["outcome"]],
          Metrics: [
            { Name: "Lookups", Unit: "Count" },
            { Name: "LookupsDuration", Unit: "Milliseconds" },
          ],
        },
      ],
    },
    outcome: "ok",
    Lookups: 1,
    LookupsDuration: expect.any(Number),
    request_id: expect.any(String),
    invoked_as: expect.stringContaining(":function:token-lookup"),
    caller: "live",
    organization_id: OCTOCAT.organization_id,
    token_id: expect.stringMatching(/^[0-9a-f]{16}$/),
    installation_id: expect.stringMatching(/^inst-/),
    platform: IMPORT.platform,
  });
});
