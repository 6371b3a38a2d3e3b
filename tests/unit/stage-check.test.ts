import { describe, expect, test } from "vitest";
import { checkClocks } from "../../core/operations/stage-check/clock.ts";
import { TABLES } from "../../core/operations/stage-check/database-role.ts";
import { checkDeliveries } from "../../core/operations/stage-check/deliveries.ts";
import { readMigrations } from "../../core/postgres/migrate.ts";
import { jiraRegistration } from "../../core/providers/jira/registration-check.ts";

const DATABASE = "the database";

describe("the check of clocks", () => {
  test("blames the database if only it differs", () => {
    const { status, summary } = checkClocks({ source: DATABASE, aheadMs: -600_000 }, [
      { source: "GitHub", aheadMs: 400 },
    ]);

    expect({ status, summary }).toEqual({
      status: "problem",
      summary:
        "The clock of the database is wrong: compared with the functions and the platforms, the database is 10 minutes behind.",
    });
  });

  test("blames the functions if a platform differs, too", () => {
    const { status, summary } = checkClocks({ source: DATABASE, aheadMs: 90_000 }, [
      { source: "GitHub", aheadMs: 90_500 },
    ]);

    expect(status).toBe("problem");
    expect(summary).toBe(
      "The clock of the functions differs from others: the database is 90 seconds ahead, GitHub is 91 seconds ahead.",
    );
  });

  test("takes a minute, which platforms take too", () => {
    expect(checkClocks({ source: DATABASE, aheadMs: 60_000 }, [])).toMatchObject({ status: "ok" });
    expect(checkClocks({ source: DATABASE, aheadMs: 60_001 }, [])).toMatchObject({
      status: "problem",
    });
  });
});

describe("the check of webhooks", () => {
  const now = new Date("2026-11-28T12:00:00Z");
  const signal = new AbortController().signal;
  const yesterday = new Date("2026-11-27T12:00:00Z");
  const nothingSent = {
    list: async () => ({ deliveries: [], next: null }),
    redeliver: async () => {},
  };

  test("finds that GitHub sent none about an install of the last three days", async () => {
    const quiet = { installedAt: yesterday, heardAt: null };

    expect(await checkDeliveries("github", quiet, nothingSent, { now, signal })).toMatchObject({
      status: "problem",
      summary: "GitHub sent no webhook about the install of 2026-11-27T12:00:00Z.",
    });
  });

  test("finds nothing wrong if nobody has installed the bot, or one was received", async () => {
    for (const row of [
      { installedAt: null, heardAt: null },
      { installedAt: yesterday, heardAt: yesterday },
    ]) {
      expect(await checkDeliveries("github", row, nothingSent, { now, signal })).toMatchObject({
        status: "ok",
      });
    }
  });
});

test("the address of Atlassian's error page says that a callback URL is not registered", () => {
  const query = new URLSearchParams({
    error: "unauthorized_client",
    error_description: "redirect_uri is not registered for client: abc",
  });

  for (const text of [`${query}`, `${query}`.replaceAll("+", "%20")]) {
    expect(jiraRegistration.unregistered.test(`https://id.atlassian.com/error?${text}`)).toBe(true);
  }
  expect(jiraRegistration.unregistered.test("https://id.atlassian.com/login")).toBe(false);
});

test("the check of the database role knows each table of the migrations", async () => {
  const migrations = await readMigrations("migrations");
  const created = migrations.flatMap(({ sql }) =>
    [...sql.matchAll(/^create table (?:if not exists )?(\w+)/gm)].map(([, name]) => name),
  );

  expect([...TABLES]).toEqual(created.sort());
});
