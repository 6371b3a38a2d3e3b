import * as v from "valibot";
import { beforeAll, describe, expect, test } from "vitest";
import { HealthCheckResponse } from "../../functions/invoke/responses.ts";
import { installOn } from "../cases/installed.ts";
import { eventsOf } from "../support/bus-events.ts";
import { startSandbox } from "../support/sandbox.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const HEALTH_CHECK = "functions/health-check.handler";
const REMAINING_MS = 120_000;
const PLATFORMS = ["github", "slack", "jira"] as const;

const stack = await startTestStack(GITHUB_APP);
const { sql } = stack.database;

/** Another server: it returns 404 to every path of a platform. */
const wrong = `${stack.url}/elsewhere`;
const misdirected = await startSandbox({
  handlers: [HEALTH_CHECK],
  environment: {
    ...process.env,
    GITHUB_API_URL: wrong,
    SLACK_URL: wrong,
    JIRA_API_URL: wrong,
  },
});

async function fixWithWrongUrls() {
  const event = { dry_run: false, limit: 100 };
  const result = await misdirected.invoke(HEALTH_CHECK, event, REMAINING_MS);
  return v.parse(HealthCheckResponse, result.ok && result.answer);
}

async function fix() {
  const result = await invoke(stack, "health-check", { dry_run: false, limit: 100 });
  return v.parse(HealthCheckResponse, result.ok && result.answer);
}

const rowsOf = () => sql`select * from installations order by id`;

describe("D2 a health check with wrong API URLs and --fix", () => {
  const ids: string[] = [];

  beforeAll(async () => {
    for (const platform of PLATFORMS) {
      for (const name of ["one", "two"]) ids.push(await installOn(stack, platform, name));
    }
  });

  test("changes nothing, and every installation is a finding", async () => {
    const before = await rowsOf();

    const { checked, findings } = await fixWithWrongUrls();

    expect(checked).toBe(ids.length);
    expect(findings.map(({ installation_id }) => installation_id).toSorted()).toEqual(
      ids.toSorted(),
    );
    for (const finding of findings) {
      expect(finding).toMatchObject({ stored: "active", found: "provider_error", changed: false });
    }
    expect(await rowsOf()).toEqual(before);
    for (const id of ids) {
      expect(eventsOf(stack, id)).toEqual(["installation.created"]);
      expect(await invoke(stack, "token-lookup", { installation_id: id })).toMatchObject({
        ok: true,
      });
    }
  });

  test("restores nothing either; with the right ones, all that ended wrongly is restored", async () => {
    await sql`
      update installations set
        is_active = false, inactive_reason = 'uninstalled', token_version = token_version + 1,
        wipe_tokens_at = now() + interval '7 days'
    `;

    const wrongly = await fixWithWrongUrls();
    const rightly = await fix();
    const again = await fix();

    expect(wrongly.findings.filter(({ changed }) => changed)).toEqual([]);
    expect(rightly.findings).toHaveLength(ids.length);
    for (const finding of rightly.findings) {
      expect(finding).toMatchObject({ stored: "uninstalled", found: "active", changed: true });
    }
    expect(again.findings).toEqual([]);
    for (const id of ids) {
      const item = await (await callApi(stack, "GET", `/installations/${id}`)).json();
      expect(item).toMatchObject({ is_active: true, inactive_reason: null });
    }
  });
});
