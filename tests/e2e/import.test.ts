import { beforeEach, describe, expect, test } from "vitest";
import { createCanaries } from "../cases/canaries.ts";
import { killBackend, runningBackend } from "../support/backend.ts";
import { importRows } from "../support/moved.ts";
import { invoke, startTestStack } from "../support/stack.ts";

const ROW = {
  platform: "github",
  organization_id: "42",
  organization_name: "octo-org",
  access_token: "gho_CANARYCANARYCANARY",
  installed_by: "operator@example.com",
};

const stack = await startTestStack();

async function count(): Promise<number> {
  const [row] = await stack.database.sql<[{ count: number }]>`
    select count(*)::int from installations
  `;
  return row.count;
}

function lookUp(platform: string, organizationId: string) {
  return invoke(stack, "token-lookup", { platform, organization_id: organizationId });
}

beforeEach(async () => {
  await stack.database.sql`truncate installations`;
});

describe("import", () => {
  test("stores installations from elsewhere, which can then be looked up", async () => {
    const rows = [
      ROW,
      {
        ...ROW,
        platform: "slack",
        organization_id: "T0ACME",
        access_token: "xoxb-CANARYCANARY",
        scopes: ["chat:write"],
      },
      {
        ...ROW,
        platform: "jira",
        organization_id: "site-1",
        access_token: "jira-CANARYCANARY",
        token_expires_at: "2030-01-01T01:00:00+01:00",
        refresh_token: "jira-refresh-CANARY",
      },
    ];

    const result = await importRows(stack, rows);

    expect(result).toEqual({ dry_run: false, created: 3, unchanged: 0, verified: 0, errors: [] });
    expect(await lookUp("github", "42")).toMatchObject({
      ok: true,
      answer: { access_token: "gho_CANARYCANARYCANARY", expires_at: null },
    });
    expect(await lookUp("slack", "T0ACME")).toMatchObject({
      ok: true,
      answer: { access_token: "xoxb-CANARYCANARY", scopes: ["chat:write"] },
    });
    expect(await lookUp("jira", "site-1")).toMatchObject({
      ok: true,
      answer: { access_token: "jira-CANARYCANARY", expires_at: "2030-01-01T00:00:00.000Z" },
    });
  });

  test("stores nothing if a line is invalid, and reports which and why", async () => {
    const lines = [
      JSON.stringify(ROW),
      "",
      '{"access_token":"gho_CANARYCANARYCANARY"',
      JSON.stringify({ ...ROW, organization_id: "43" }),
      JSON.stringify({ ...ROW, organization_id: "44", organization_name: undefined }),
    ];

    const result = await importRows(stack, lines.join("\n"));

    expect(result).toEqual({
      dry_run: false,
      created: 0,
      unchanged: 0,
      verified: 0,
      errors: [
        { line: 3, error: "invalid_request", error_description: "The line is not a JSON object." },
        {
          line: 5,
          error: "invalid_request",
          error_description: "The line is not valid: organization_name.",
        },
      ],
    });
    expect(await count()).toBe(0);
  });

  test.each<[string, object | string]>([
    ["text", "gho_CANARYCANARYCANARY"],
    ["a list", '["gho_CANARYCANARYCANARY"]'],
    ["null", "null"],
    ["a key that occurs twice", '{"access_token":"gho_CANARYCANARYCANARY","access_token":"b"}'],
    ["an unknown field", { ...ROW, gho_CANARYCANARYCANARY: 1 }],
    ["an unknown platform", { ...ROW, platform: "gho_CANARYCANARYCANARY" }],
    ["no platform", { ...ROW, platform: undefined }],
    ["an organization id with spaces", { ...ROW, organization_id: "gho_ CANARY" }],
    ["an organization id that is a number", { ...ROW, organization_id: 42 }],
    ["a name with a line break", { ...ROW, organization_name: "a\nb" }],
    ["no access token", { ...ROW, access_token: undefined }],
    ["an access token with a space", { ...ROW, access_token: "gho_CANARY CANARYCANARY" }],
    ["an access token that is empty", { ...ROW, access_token: "" }],
    ["an access token of 9 KB", { ...ROW, access_token: "x".repeat(9_000) }],
    ["a refresh token that is a number", { ...ROW, refresh_token: 1 }],
    ["an expiry in seconds", { ...ROW, token_expires_at: 1_893_456_000 }],
    ["an expiry without a time zone", { ...ROW, token_expires_at: "2030-01-01T00:00:00" }],
    ["a token that was stored in the future", { ...ROW, token_stored_at: "2099-01-01T00:00:00Z" }],
    ["a day that does not exist", { ...ROW, installed_at: "2025-02-30T00:00:00Z" }],
    ["scopes as text", { ...ROW, scopes: "repo" }],
    ["an empty client id", { ...ROW, client_id: "" }],
    ["a client id that is a number", { ...ROW, client_id: 42 }],
    ["a short webhook secret", { ...ROW, webhook_secret: "short" }],
    ["metadata that is a list", { ...ROW, metadata: [] }],
    ["metadata over 4 KB", { ...ROW, metadata: { note: "n".repeat(5_000) } }],
    ["no installer", { ...ROW, installed_by: undefined }],
    ["an unknown reason", { ...ROW, inactive_reason: "tired" }],
    ["an id of another form", { ...ROW, id: "42" }],
    ["an unknown kind", { ...ROW, kind: "app" }],
    ["the kind of another platform", { ...ROW, kind: "slack_bot" }],
    ["the kind of an App, without its installation", { ...ROW, kind: "github_app" }],
    [
      "an App's installation at Slack",
      { ...ROW, platform: "slack", provider_installation_id: "4711" },
    ],
  ])("refuses a line with %s, and quotes nothing of it", async (_, line) => {
    const good = JSON.stringify({ ...ROW, organization_id: "good" });
    const text = typeof line === "string" ? line : JSON.stringify(line);

    const { errors } = await importRows(stack, `${good}\n${text}\n`);

    expect(errors).toEqual([
      { line: 2, error: "invalid_request", error_description: expect.any(String) },
    ]);
    expect(JSON.stringify(errors)).not.toMatch(/CANARY|tired|repo\b|4711/);
    expect(await count()).toBe(0);
  });

  test("accepts null for a field that an installation does not have", async () => {
    const nothing = {
      access_token: null,
      refresh_token: null,
      token_expires_at: null,
      refresh_token_expires_at: null,
      provider_installation_id: null,
      inactive_reason: null,
      installed_by_id: null,
    };

    expect(await importRows(stack, [{ ...ROW, ...nothing }])).toMatchObject({ created: 1 });
  });

  test("rejects an organization or an id that an earlier line has", async () => {
    const id = "inst-0190a2b3c4d5e6f7a8b9c0d1e2f3a4b5";

    const { errors } = await importRows(stack, [
      { ...ROW, id },
      { ...ROW, platform: "slack" },
      ROW,
      { ...ROW, organization_id: "43", id },
    ]);

    const error = {
      error: "duplicate_installation",
      error_description: "An earlier line has the same organization or id.",
    };
    expect(errors).toEqual([
      { line: 3, ...error },
      { line: 4, ...error },
    ]);
    expect(await count()).toBe(0);
  });

  test("rejects a line that conflicts with a stored installation, names it, and does not change it", async () => {
    await importRows(stack, [ROW]);
    const [stored] = await stack.database.sql`select * from installations`;

    const { errors } = await importRows(stack, [
      { ...ROW, organization_id: "43" },
      { ...ROW, access_token: "gho_OTHER" },
    ]);

    expect(errors).toMatchObject([
      { line: 2, error: "duplicate_installation", installation_id: stored?.id },
    ]);
    expect(await stack.database.sql`select * from installations`).toEqual([stored]);
  });

  test("reports all rows as unchanged when it is repeated after a lost response", async () => {
    await importRows(stack, [ROW, { ...ROW, organization_id: "43" }]);

    const again = await importRows(stack, [ROW, { ...ROW, organization_id: "43" }]);

    expect(again).toMatchObject({ created: 0, unchanged: 2, errors: [] });
    expect(await count()).toBe(2);
  });

  test("finds the errors in a dry run, and stores nothing", async () => {
    await importRows(stack, [ROW]);
    const other = { ...ROW, organization_id: "43" };

    const good = await importRows(stack, [ROW, other], { dry_run: true });
    const bad = await importRows(stack, [{ ...ROW, scopes: ["repo"] }, other], { dry_run: true });

    expect(good).toMatchObject({ dry_run: true, created: 1, unchanged: 1, errors: [] });
    expect(bad.errors).toMatchObject([{ line: 1, error: "duplicate_installation" }]);
    expect(await count()).toBe(1);
  });

  test("accepts 1,000 rows per call, and not one more", async () => {
    const rows = Array.from({ length: 1_001 }, (_, index) => ({
      ...ROW,
      organization_id: String(index),
    }));
    const ndjson = rows.map((row) => JSON.stringify(row)).join("\n");

    const tooMany = await invoke(stack, "import", { ndjson });
    const most = await importRows(stack, rows.slice(1));

    expect(tooMany).toEqual({ ok: false, error: "too_large", message: expect.any(String) });
    expect(most).toMatchObject({ created: 1_000 });
  });

  test("accepts 4 MB per call, and not one byte more", async () => {
    const row = JSON.stringify(ROW);
    const padded = row + " ".repeat(4_000_000 - row.length);

    const tooLarge = await invoke(stack, "import", { ndjson: `${padded} ` });

    expect(tooLarge).toEqual({ ok: false, error: "too_large", message: expect.any(String) });
    expect(await importRows(stack, padded)).toMatchObject({ created: 1 });
  });

  test.each<[string, unknown]>([
    ["no rows", {}],
    ["rows that are a list", { ndjson: [ROW] }],
    ["an unknown field", { ndjson: JSON.stringify(ROW), force: true }],
    ["a text", JSON.stringify(ROW)],
  ])("refuses a request with %s", async (_, request) => {
    expect(await invoke(stack, "import", request)).toMatchObject({
      ok: false,
      error: "invalid_request",
    });
    expect(await count()).toBe(0);
  });

  test("counts its outcome and its rows, and logs nothing of them", async () => {
    const canaries = createCanaries();
    canaries.plant("access token", ROW.access_token);
    const before = stack.output().length;

    await importRows(stack, [ROW]);
    await importRows(stack, [{ ...ROW, access_token: "gho_OTHER" }]);
    await importRows(stack, `{"access_token":"${ROW.access_token}"}`);

    const written = stack.output().slice(before).trim();
    const lines = written.split("\n").map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { outcome: "ok", Imports: 1, rows: 1 },
      { outcome: "duplicate_installation", rows: 0 },
      { outcome: "invalid_request", rows: 0 },
    ]);
    expect(canaries.foundIn(written)).toEqual([]);
  });

  test("stores all rows or none if the database is killed in the middle", async () => {
    const { sql } = stack.database;
    await sql`
      create function wait_a_moment() returns trigger language plpgsql
      as 'begin perform pg_sleep(0.01); return new; end'
    `;
    await sql`
      create trigger slow before insert on installations
      for each row execute function wait_a_moment()
    `;
    const rows = Array.from({ length: 40 }, (_, index) => ({
      ...ROW,
      organization_id: String(index),
    }));

    const importing = importRows(stack, rows);
    const pid = await runningBackend(sql, "insert into installations");
    await killBackend(sql, pid);
    const between = await count();
    const result = await importing;
    await sql`drop function wait_a_moment cascade`;

    expect(between).toBe(0);
    expect(result).toMatchObject({ created: 40 });
    expect(await count()).toBe(40);
  });
});
