import { expect, test } from "vitest";
import { consent, openSession } from "../support/browser-session.ts";
import { emptyTables } from "../support/empty-tables.ts";
import { createExportKey, exportPage, importRows } from "../support/moved.ts";
import { consentJira, consentSlack } from "../support/platform-installs.ts";
import { createRandom } from "../support/random.ts";
import { jiraAnswers, oauthAppAnswers, slackAnswers } from "../support/reported-answers.ts";
import { startTestStack } from "../support/stack.ts";

const SEED = 11;
const INSTALLS = 20;

const stack = await startTestStack();
const { control } = stack.platforms;
const random = createRandom(SEED);

/** Makes a platform respond once with a body. */
function respond(platform: "github" | "slack" | "jira", path: string, body: unknown): void {
  const fault = { kind: "status", status: 200, body: JSON.stringify(body) } as const;
  control.addFault({ platform, path, fault });
}

/** One install on each platform, each with odd texts in the responses: the statuses of the callbacks. */
async function installEverywhere(number: number): Promise<number[]> {
  const [github, slack, jira] = [openSession(), openSession(), openSession()];
  const callbacks = [
    [github, await consent(stack, github)],
    [slack, await consentSlack(stack, slack)],
    [jira, await consentJira(stack, jira)],
  ] as const;
  const user = oauthAppAnswers(random, number);
  respond("github", "/api/user", user.get("user"));
  const token = Object(slackAnswers(random, number).get("oauth.v2.access"));
  respond("slack", "/api/oauth.v2.access", { ...token, app_id: undefined });
  const sites = jiraAnswers(random, number);
  for (const [path, name] of [
    ["/api/oauth/token/accessible-resources", "accessible-resources"],
    ["/api/me", "me"],
  ] as const) {
    respond("jira", path, sites.get(name));
  }
  const statuses: number[] = [];
  for (const [session, callback] of callbacks) {
    const accept = random.pick(["application/json", "text/html"]);
    statuses.push((await session.get(callback, { accept })).status);
  }
  control.clearFaults();
  return statuses;
}

test("odd names are no 5xx at the callback, and what is stored passes export and import", async () => {
  const statuses: number[] = [];
  for (let number = 1; number <= INSTALLS; number += 1) {
    statuses.push(...(await installEverywhere(number)));
  }
  const { ndjson, rows } = await exportPage(stack, await createExportKey());
  await emptyTables(stack.database.sql, "installations");
  const imported = await importRows(stack, ndjson);

  expect(statuses.filter((status) => status >= 500)).toEqual([]);
  expect(rows).toBeGreaterThan(INSTALLS);
  expect(imported).toMatchObject({ created: rows, errors: [] });
});
