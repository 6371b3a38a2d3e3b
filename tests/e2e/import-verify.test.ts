import { beforeEach, describe, expect, test } from "vitest";
import { createLambdaContext } from "../../local/aws/lambda-context.ts";
import { loadHandler } from "../../local/handlers.ts";
import { openSession } from "../support/browser-session.ts";
import { emptyTables } from "../support/empty-tables.ts";
import { createExportKey, exportPage, importRows } from "../support/moved.ts";
import { consentJira, consentSlack, installGithubAppAs } from "../support/platform-installs.ts";
import { GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

/** Less than the timeout of `import`, so that a test can wait for it. */
const TIMEOUT_MS = 20_000;

const stack = await startTestStack(GITHUB_APP, {
  async load(name) {
    const handler = await loadHandler(name);
    if (!name.includes("import")) return handler;
    return (event, { functionName }) =>
      handler(event, createLambdaContext(functionName, TIMEOUT_MS));
  },
});
const { control } = stack.platforms;
const key = await createExportKey();

/** Installs on all three platforms, exports the rows and deletes them, as if they came from elsewhere. */
async function moveOut(): Promise<Record<"github" | "slack" | "jira", object>> {
  await installGithubAppAs(stack, { login: "mover" });
  const session = openSession();
  await session.get(await consentSlack(stack, session), { accept: "application/json" });
  await session.get(await consentJira(stack, session), { accept: "application/json" });
  const { content } = await exportPage(stack, key);
  await emptyTables(stack.database.sql, "installations");
  const [github, slack, jira] = ["github", "slack", "jira"].map((platform) =>
    Object(content.find((row) => row.platform === platform)),
  );
  return { github, slack, jira };
}

async function count(): Promise<number> {
  const [row] = await stack.database.sql<[{ count: number }]>`
    select count(*)::int from installations
  `;
  return row.count;
}

function asked(): string[] {
  return control.requests().map(({ method, path }) => `${method} ${path}`);
}

beforeEach(async () => {
  control.clearFaults();
  await emptyTables(stack.database.sql, "installations");
});

const NOT_VERIFIED = {
  error: "installation_not_verified",
  error_description: "The platform did not confirm that this token is valid for this organization.",
};

describe("import with verify", () => {
  test("verifies each row at its platform, and stores valid ones", async () => {
    const { github, slack, jira } = await moveOut();
    const before = asked().length;

    const result = await importRows(stack, [github, slack, jira], { verify: true });

    expect(result).toMatchObject({ created: 3, verified: 3, errors: [] });
    expect(asked().slice(before).toSorted()).toEqual([
      expect.stringMatching(/^GET \/api\/app\/installations\/\d+$/),
      "GET /api/oauth/token/accessible-resources",
      "POST /api/auth.test",
    ]);
  });

  test("rejects a token that its platform no longer accepts, and stores nothing", async () => {
    const { github, slack, jira } = await moveOut();

    const result = await importRows(
      stack,
      [
        github,
        { ...slack, access_token: "xoxb-CANARYDEADTOKEN" },
        { ...jira, access_token: "jira-CANARYDEADTOKEN" },
      ],
      { verify: true },
    );

    expect(result.errors).toEqual([
      // Slack's invalid_auth may also mean that our address is blocked.
      { line: 2, error: "provider_error", error_description: "Slack returned an error." },
      { line: 3, ...NOT_VERIFIED },
    ]);
    expect(await count()).toBe(0);
    expect(stack.output()).not.toContain("DEADTOKEN");
  });

  test.each(["slack", "jira"] as const)(
    "refuses a token of another organization: %s",
    async (platform) => {
      const row = { ...(await moveOut())[platform], organization_id: "T0OTHER" };

      const { errors } = await importRows(stack, [row], { verify: true });

      expect(errors).toEqual([{ line: 1, ...NOT_VERIFIED }]);
    },
  );

  test("rejects an expired token although the row says that it does not expire", async () => {
    const { slack } = await moveOut();
    await control.letTimePass(13 * 3_600);

    const { errors } = await importRows(stack, [{ ...slack, token_expires_at: null }], {
      verify: true,
    });

    expect(errors).toEqual([{ line: 1, ...NOT_VERIFIED }]);
  });

  test("does not verify inactive rows, or rows that would have to be refreshed first", async () => {
    const { slack, jira } = await moveOut();
    const before = asked().length;

    const result = await importRows(
      stack,
      [
        { ...slack, inactive_reason: "disabled", access_token: "xoxb-FAKE" },
        { ...jira, token_expires_at: "2020-01-01T00:00:00Z" },
      ],
      { verify: true },
    );

    expect(result).toMatchObject({ created: 2, verified: 0, errors: [] });
    expect(asked()).toHaveLength(before);
  });

  test("calls no platform if a row cannot be stored anyway", async () => {
    const { slack, jira } = await moveOut();
    await importRows(stack, [slack]);
    const before = asked().length;

    const { errors } = await importRows(stack, [{ ...slack, scopes: [] }, jira], { verify: true });

    expect(errors).toMatchObject([{ line: 1, error: "duplicate_installation" }]);
    expect(asked()).toHaveLength(before);
  });

  test("stops calling a platform that limits the rate, and stores nothing", async () => {
    const { slack, jira } = await moveOut();
    control.addFault({
      platform: "slack",
      times: "until_cleared",
      fault: { kind: "status", status: 429, headers: { "retry-after": "30" } },
    });
    const rows = Array.from({ length: 40 }, (_, index) => ({
      ...slack,
      id: undefined,
      organization_id: `T${index}`,
    }));
    const before = asked().length;

    const { errors } = await importRows(stack, [jira, ...rows], { verify: true });

    expect(errors.map(({ error }) => error)).toEqual(rows.map(() => "provider_rate_limited"));
    expect(errors.map(({ line }) => line)).toEqual(rows.map((_, index) => index + 2));
    expect(asked().length - before).toBeLessThanOrEqual(11);
    expect(await count()).toBe(0);
  });

  test("returns in time although a platform hangs, and reports which rows were not verified", async () => {
    const { slack } = await moveOut();
    control.addFault({ platform: "slack", times: "until_cleared", fault: { kind: "hang" } });
    const rows = Array.from({ length: 30 }, (_, index) => ({
      ...slack,
      id: undefined,
      organization_id: `T${index}`,
    }));

    const { errors } = await importRows(stack, rows, { verify: true });

    expect(errors.map(({ error }) => error)).toEqual([
      ...rows.slice(0, 10).map(() => "provider_unavailable"),
      ...rows.slice(10).map(() => "retry_later"),
    ]);
    expect(await count()).toBe(0);
  });
});

describe("import of a GitHub App's installation", () => {
  test("needs no token: the App verifies it, with and without verify", async () => {
    const { github } = await moveOut();
    const { access_token, token_expires_at, ...bare } = Object(github);

    const result = await importRows(stack, [bare]);

    expect(result).toMatchObject({ created: 1, verified: 1, errors: [] });
  });

  test.each([null, "suspended", "disabled", "uninstalled"])(
    "is refused when it is another account's, whatever token comes with it (%s)",
    async (inactive_reason) => {
      const { github } = await moveOut();

      const { errors } = await importRows(stack, [
        { ...github, organization_id: "4711", inactive_reason },
      ]);

      expect(errors).toEqual([
        {
          line: 1,
          error: "installation_not_verified",
          error_description: "The App is not installed on this organization with this id.",
        },
      ]);
      expect(await count()).toBe(0);
    },
  );

  test("is never reactivated for an organization that it was not imported for", async () => {
    const { github } = await moveOut();
    await importRows(stack, [github]);
    await stack.database.sql`
      update installations set
        is_active = false,
        inactive_reason = 'suspended',
        organization_id = '4711',
        access_token = null
    `;

    const found = { stored: "suspended", found: "decryption_failed", changed: false };
    expect(await invoke(stack, "health-check", { dry_run: false })).toMatchObject({
      answer: { findings: [found] },
    });
    expect(
      await invoke(stack, "token-lookup", { platform: "github", organization_id: "4711" }),
    ).toMatchObject({ error: "decryption_failed" });
  });
});
