import { generateKeyPairSync } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { generateKeyRing } from "../../local/keyring.ts";
import { installOn } from "../cases/installed.ts";
import { readSecret } from "../cases/known-secrets.ts";
import {
  type CheckRun,
  changeHook,
  configureGithub,
  startCheckedStack,
  startUnregisteredFront,
  withSecret,
} from "../support/checked-stack.ts";
import { createDatabaseUser } from "../support/database-user.ts";
import { callApi } from "../support/stack.ts";

const { stack, failing, check } = await startCheckedStack();
const { sql } = stack.database;
const shown: string[] = [];

const NOWHERE = "arn:aws:secretsmanager:us-east-1:000000000000:secret:nowhere-AbCdEf";
const TEN_MINUTES_MS = 600_000;

beforeEach(async () => {
  await sql`truncate installations, install_links, deliveries`;
});

/** Expects exactly these problems, and the exit code of a problem. */
function expectProblems(run: CheckRun, ...names: string[]): void {
  shown.push(run.text);
  expect(run).toMatchObject({ code: 1, problems: names, warnings: [] });
}

test("finds nothing wrong with local mode, and exits with 0", async () => {
  const run = await check();

  shown.push(run.text);
  expect(run).toMatchObject({ code: 0, problems: [], warnings: [] });
});

describe("a broken secret is named:", () => {
  test("one without a value", async () => {
    for (const name of ["GITHUB", "SLACK", "JIRA", "TOKEN_KEYRING", "STATE_KEYRING"]) {
      const run = await check({ environment: { [`${name}_SECRET_ARN`]: NOWHERE } });

      const suffix = name.endsWith("KEYRING") ? "" : "-secret";
      expectProblems(run, name.toLowerCase().replace("_", "-") + suffix);
    }
  });

  test.each([
    ["no JSON", "github", () => "client_secret=abc", "github-secret"],
    ["a field of another type", "slack", () => ({ client_secret: 5 }), "slack-secret"],
    ["no signing secret", "slack", () => ({ client_secret: "abc" }), "slack-secret"],
    ["no private key", "github", without("private_key"), "github-secret"],
    ["no webhook secret", "github", without("webhook_secret"), "github-secret"],
    ["a private key that is none", "github", set("private_key", "abc"), "github-secret"],
    ["the key of another App", "github", set("private_key", anotherKey()), "github-app"],
    ["a wrong client secret", "jira", set("client_secret", "wrong"), "jira-credentials"],
    ["a ring that is no JSON", "token-keyring", () => "{", "token-keyring"],
    ["a ring without the active key", "token-keyring", set("primary", "k9"), "token-keyring"],
    ["a key that is too short", "state-keyring", shortKey, "state-keyring"],
  ])("%s", async (_, name, change, expected) => {
    expectProblems(await withSecret(stack, name, change, check), expected);
  });
});

describe("a missing key is named:", () => {
  test("one of the token key ring, which a row needs", async () => {
    const id = await installOnSlack();
    await sql`update installations set webhook_secret = 'v1.k-lost.AAAA' where id = ${id}`;

    const run = await check();

    expectProblems(run, "token-keys");
    expect(run.text).toContain("k-lost (1 values)");
  });

  test("one that was replaced by another with the same id", async () => {
    await installOnSlack();

    expectProblems(await withSecret(stack, "token-keyring", otherKeys, check), "token-keys");
  });

  test("one of the state key ring, which an install link needs", async () => {
    await callApi(stack, "POST", "/install-links", { platform: "slack" });

    const run = await withSecret(stack, "state-keyring", () => generateOther(), check);

    expectProblems(run, "state-keys");
  });
});

describe("a wrong registration is named:", () => {
  test.each([
    ["github", "GITHUB_URL", "/github"],
    ["slack", "SLACK_URL", "/slack"],
    ["jira", "JIRA_AUTH_URL", "/jira"],
  ])("another callback URL at %s", async (platform, variable, path) => {
    const front = await startUnregisteredFront(stack);

    const run = await check({ environment: { [variable]: front + path } });

    expectProblems(run, `${platform}-callback`);
  });

  test("another webhook URL, and one without a secret", async () => {
    const url = `${stack.url}/webhooks/github`;
    const before = JSON.parse(await readSecret(stack, "github")).webhook_secret;

    await changeHook(stack, { url: "https://old.example.com/webhooks/github?key=CANARY" });
    const elsewhere = await check();
    await changeHook(stack, { url, secret: "" });
    const unsigned = await check();
    await changeHook(stack, { secret: before });

    expectProblems(elsewhere, "github-webhook");
    expect(elsewhere.text).not.toContain("CANARY");
    expectProblems(unsigned, "github-webhook");
  });

  test("a permission that the App lacks", async () => {
    const file = await configureGithub({
      permissions: { actions: "write", contents: "write" },
    });

    const run = await check({ environment: { CONFIGURATION_FILE: file } });

    shown.push(run.text);
    expect(run).toMatchObject({ code: 1, problems: ["github-permissions"] });
    expect(run.text).toContain("actions: write");
    expect(run.text).not.toContain("contents: write");
  });

  test("an event that the App does not subscribe to", async () => {
    const file = await configureGithub({ events: ["issues", "discussion"] });

    const run = await check({ environment: { CONFIGURATION_FILE: file } });

    expectProblems(run, "github-events");
    expect(run.text).toContain("events of the configuration: discussion.");
  });

  test("another App than the slug names", async () => {
    expectProblems(await check({ environment: { GITHUB_APP_SLUG: "other" } }), "github-app");
  });

  test.each(["slack", "jira"])("a scope that the app at %s lacks", async (platform) => {
    const environment = { [`${platform.toUpperCase()}_SCOPES`]: "made:up" };

    expectProblems(await check({ environment }), `${platform}-scopes`);
  });
});

describe("what does not work is named:", () => {
  test("a callback that fails", async () => {
    failing.add("functions/callback.handler");

    const run = await check();

    failing.clear();
    expectProblems(run, "github-callback", "slack-callback", "jira-callback");
  });

  test("webhooks of GitHub that are not taken", async () => {
    failing.add("functions/webhooks/github.handler");
    await installOn(stack, "github", "unheard");
    await stack.platforms.control.github.deliveries();

    const run = await check();
    failing.clear();
    const [delivery] = await stack.platforms.control.github.deliveries();
    await stack.platforms.control.github.redeliver(delivery?.id ?? 0);
    const again = await check();

    expectProblems(run, "github-deliveries");
    expect(again).toMatchObject({ code: 0, problems: [], warnings: [] });
  });

  test("no webhook of Slack in the last week, as a warning", async () => {
    await installOn(stack, "slack", "quiet");

    const run = await check();

    expect(run).toMatchObject({ code: 0, problems: [], warnings: ["slack-deliveries"] });
  });

  test.each([
    ["ahead", TEN_MINUTES_MS],
    ["behind", -TEN_MINUTES_MS],
  ])("a clock that is ten minutes %s", async (_, clockAheadMs) => {
    expectProblems(await check({ clockAheadMs }), "clock");
  });

  test("a database that does not respond", async () => {
    const url = new URL(stack.database.url);
    url.port = "1";

    expectProblems(await check({ environment: { DATABASE_URL: url.href } }), "database");
  });

  test("a database user that lacks a right", async () => {
    const user = await createDatabaseUser(stack.database);
    await sql`grant select, insert, update, delete on all tables in schema public to ${sql(user.name)}`;
    await sql`revoke delete on outbox from ${sql(user.name)}`;
    const url = new URL(stack.database.url);
    url.username = user.name;
    url.password = user.password;

    const run = await check({ environment: { DATABASE_URL: url.href } });

    await user.drop();
    expectProblems(run, "database-role");
    expect(run.text).toContain("may not read and write outbox.");
  });

  test("a migration that was not applied", async () => {
    const [last] = await sql`
      delete from schema_migrations
      where name = (select max(name) from schema_migrations)
      returning name, checksum, statements
    `;

    const run = await check();

    await sql`insert into schema_migrations ${sql({ ...last, statements: sql.json(last?.statements) })}`;
    expectProblems(run, "migrations");
    expect(run.text).toContain(String(last?.name));
  });

  test("a function that does not start", async () => {
    failing.add("functions/check.handler");

    const run = await check();

    failing.clear();
    expectProblems(run, "functions");
  });
});

test("the command prints no secret", async () => {
  const texts = await Promise.all(
    ["github", "slack", "jira", "token-keyring", "state-keyring"].map((name) =>
      readSecret(stack, name),
    ),
  );
  const secrets = texts.flatMap(
    (text) => JSON.stringify(JSON.parse(text)).match(/[^"\\]{16,}/g) ?? [],
  );

  expect(secrets.length).toBeGreaterThan(4);
  expect(shown.length).toBeGreaterThan(20);
  expect(secrets.filter((secret) => shown.join().includes(secret))).toEqual([]);
});

/** Installs the bot, of which a webhook was received since. */
async function installOnSlack(): Promise<string> {
  const id = await installOn(stack, "slack", "heard");
  await sql`
    insert into deliveries (id, platform, event, claimed_by, claimed_until, received_at)
    values ('slack:Ev1', 'slack', 'message', 'test', now(), now())
  `;
  return id;
}

function set(field: string, value: string) {
  return (text: string) => ({ ...JSON.parse(text), [field]: value });
}

function without(field: string) {
  return (text: string) => ({ ...JSON.parse(text), [field]: undefined });
}

function shortKey(text: string) {
  const { primary, keys } = JSON.parse(text);
  return { primary, keys: { ...keys, [primary]: "c2hvcnQ=" } };
}

function otherKeys(text: string) {
  const { primary } = JSON.parse(text);
  const [key = ""] = Object.values(generateKeyRing().keys);
  return { primary, keys: { [primary]: key } };
}

function generateOther() {
  const [key = ""] = Object.values(generateKeyRing().keys);
  return { primary: "k-other", keys: { "k-other": key } };
}

function anotherKey(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs1", format: "pem" }).toString();
}
