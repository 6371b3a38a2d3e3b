import { afterAll, expect, test, vi } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import { storeGrant } from "../../core/install/store-grant.ts";
import type { Grant, OAuthProvider } from "../../core/ports/provider.ts";
import { createGithubApp } from "../../core/providers/github/app.ts";
import { createGithubOAuthApp } from "../../core/providers/github/oauth-app.ts";
import { createJira } from "../../core/providers/jira/provider.ts";
import { createSlack } from "../../core/providers/slack/provider.ts";
import { STATUS } from "../../functions/http/status.ts";
import { parseLines, toLine } from "../../functions/invoke/ndjson.ts";
import { generateGithubAppKey } from "../../local/github-app-key.ts";
import { readDsqlMode } from "../support/dsql-mode.ts";
import { emptyTables } from "../support/empty-tables.ts";
import { startPostgresStores } from "../support/postgres-stores.ts";
import { createRandom } from "../support/random.ts";
import {
  type Answers,
  githubAppAnswers,
  jiraAnswers,
  oauthAppAnswers,
  slackAnswers,
} from "../support/reported-answers.ts";

const SEED = 20_261_128;
const EXPORT_ROWS = 100;
const IMPORT_ROWS = 1_000;

const secret = (value: string) => ({
  use: <Result>(call: (value: string) => Promise<Result>) => call(value),
});
const url = "https://platform.example.com";
const github = {
  clientId: "github-1",
  clientSecret: secret("secret"),
  urls: { web: url, api: `${url}/api` },
};
const privateKey = secret(await generateGithubAppKey());
const slack = { clientId: "slack-1", clientSecret: secret("secret"), scopes: [], url };
const jira = {
  clientId: "jira-1",
  clientSecret: secret("secret"),
  scopes: [],
  urls: { auth: url, api: `${url}/api` },
};

/** Where writes wait for another attempt, all of them would take minutes. */
const ANSWERS = readDsqlMode() ? 400 : 20_000;

/** The providers, which share of the answers each gets, and how they are made. */
const SUBJECTS: readonly [OAuthProvider, number, typeof slackAnswers][] = [
  [createSlack(slack), 0.35, slackAnswers],
  [createJira(jira), 0.325, jiraAnswers],
  [createGithubOAuthApp({ ...github, scopes: [] }), 0.275, oauthAppAnswers],
  [
    createGithubApp({ ...github, appId: "1", slug: "grantkeep", privateKey, permissions: [] }),
    0.05,
    githubAppAnswers,
  ],
];

const { sql, createStores } = await startPostgresStores();
let answers: Answers = new Map();
vi.stubGlobal("fetch", async (input: URL, init?: RequestInit) => {
  if (init?.method === "DELETE") return new Response(null, { status: 204 });
  const name = input.pathname.split("/").at(-1) ?? "";
  const status = name === "access_tokens" ? 201 : 200;
  return new Response(JSON.stringify(answers.get(name) ?? {}), { status });
});
afterAll(() => vi.unstubAllGlobals());

/** Goes through the exchange of one install: its grants, or the error that the installer sees. */
async function exchange(provider: OAuthProvider, number: number): Promise<readonly Grant[]> {
  try {
    return await provider.exchange({
      code: "code",
      codeVerifier: "verifier",
      redirectUri: `${url}/callback`,
      claimedInstallationId: String(number),
      signal: new AbortController().signal,
    });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    expect(STATUS[error.code], `${provider.kind} ${number}: ${error.code}`).toBeLessThan(500);
    return [];
  }
}

test("odd answers are no 5xx, and everything that is stored can be exported and imported", {
  timeout: 600_000,
}, async () => {
  const random = createRandom(SEED);
  const { installations, transfer } = await createStores();
  let number = 0;
  let stored = 0;
  for (const [provider, share, makeAnswers] of SUBJECTS) {
    for (let done = 0; done < Math.round(share * ANSWERS); done += 1) {
      number += 1;
      answers = makeAnswers(random, number);
      for (const grant of await exchange(provider, number)) {
        await storeGrant(
          { installations, events: { publish: () => {} } },
          provider,
          { metadata: {}, link: null },
          grant,
          new AbortController().signal,
        );
        stored += 1;
      }
    }
  }
  expect(number).toBe(ANSWERS);
  expect(stored).toBeGreaterThan(0.9 * ANSWERS);

  const lines: string[] = [];
  let after: string | undefined;
  for (let hasMore = true; hasMore; ) {
    const page = await transfer.exportPage({ after, limit: EXPORT_ROWS });
    lines.push(...page.rows.flatMap(({ record }) => (record ? [toLine(record)] : [])));
    after = page.rows.at(-1)?.id;
    hasMore = page.hasMore;
  }
  await emptyTables(sql, "installations");
  let created = 0;
  for (let start = 0; start < lines.length; start += IMPORT_ROWS) {
    const parsed = parseLines(lines.slice(start, start + IMPORT_ROWS).join("\n"));
    expect(parsed.malformed).toEqual([]);
    const imported = parsed.lines.map(({ installation: { clientId = "", ...installation } }) => ({
      ...installation,
      clientId,
    }));
    created += (await transfer.importAll(imported, { dryRun: false })).created;
  }
  const [row] = await sql<[{ count: number }]>`select count(*)::int from installations`;
  expect([lines.length, created]).toEqual([row.count, row.count]);
});
