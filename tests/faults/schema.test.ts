import { afterAll, expect, test } from "vitest";
import { createInstallationId } from "../../core/installation.ts";
import { migrate, readMigrations } from "../../core/postgres/migrate.ts";
import { importInstallation } from "../cases/imported.ts";
import { installAs, openSession } from "../support/browser-session.ts";
import { createEmptyDatabase, type TestDatabase } from "../support/database.ts";
import { toLookupProcess } from "../support/lookup-process.ts";
import type { LookupResult } from "../support/lookup-result.ts";
import { consentJira, consentSlack } from "../support/platform-installs.ts";
import { newName } from "../support/race-installs.ts";
import { startSandboxedStack } from "../support/sandboxed-stack.ts";
import { callApi } from "../support/stack.ts";

/** The changes of an expanding release: nullable columns, tables, indexes. */
const EXPANSION = `
  alter table installations add column next_text text;
  alter table installations add column next_list jsonb;
  alter table consumed_states add column next_text text;
  alter table pending_installations add column next_number int;
  create table next_table (id text primary key);
  create index next_index on installations (updated_at);
  insert into schema_migrations (name, checksum) values ('9999_next.sql', 'next');
`;

const stack = await startSandboxedStack();
const migrations = await readMigrations("migrations");

/** A database for a sandbox of this code, with an older or a newer schema than the code's. */
async function openDatabase(count: number): Promise<TestDatabase> {
  const database = await createEmptyDatabase();
  afterAll(database.drop);
  await migrate(database.settings, migrations.slice(0, count));
  return database;
}

async function startOn({ url }: TestDatabase) {
  const sandbox = await stack.startCold({ environment: { ...process.env, DATABASE_URL: url } });
  stack.use([sandbox]);
  return toLookupProcess(sandbox);
}

/** Does everything that callers do, and returns the status of each; that of a lookup too. */
async function doEverything(database: TestDatabase): Promise<number[]> {
  const process = await startOn(database);
  const json = { accept: "application/json" };
  const name = newName();
  const [slack, jira, sites] = [openSession(), openSession(), openSession()];
  await stack.platforms.control.jira?.setSites(`${name}2`, [`${name}-one`, `${name}-two`]);
  const consents = [
    await consentSlack(stack, slack, `T${name.toUpperCase()}`),
    await consentJira(stack, jira, { account: name, sites: [name] }),
    await consentJira(stack, sites, { account: `${name}2`, sites: [`${name}-one`, `${name}-two`] }),
  ];
  const flows = [slack, jira, sites].map((session, index) =>
    session.get(consents[index] ?? "", json),
  );
  const installs = [await installAs(stack, name), ...(await Promise.all(flows))];
  const imported = importInstallation(stack, { organization_id: "77" });
  const id = await imported.catch(() => createInstallationId());
  const calls = [
    await callApi(stack, "GET", "/installations?limit=2"),
    await callApi(stack, "GET", `/installations/${id}`),
    await callApi(stack, "PATCH", `/installations/${id}`, { metadata: { plan: "pro" } }),
  ];
  const lookup = await process.lookUp({ installation_id: id });
  const deleted = await callApi(stack, "DELETE", `/installations/${id}?revoke=false`);
  const statuses = [...installs, ...calls, deleted].map(({ status }) => status);
  return [...statuses, ...lookup.map((result) => statusOf(result))];
}

function statusOf(result: LookupResult): number {
  if (result.ok) return 200;
  return result.code === "retry_later" ? 503 : 500;
}

const GOOD = [200, 200, 200, 200, 200, 200, 200, 200, 200];

test("F-43 this code on the schema of a release to come: everything works", async () => {
  const database = await openDatabase(migrations.length);
  await database.sql.unsafe(EXPANSION);

  expect(await doEverything(database)).toEqual(GOOD);
  expect(await migrate(database.settings, migrations)).toEqual([]);
});

test("F-44 this code on the schema of the release before: each request works or is 503, and all is good once it is migrated", async () => {
  // Without a release before, a database that nobody has migrated yet.
  const database = await openDatabase(migrations.length - 1);

  const early = await doEverything(database);
  await migrate(database.settings, migrations);
  const late = await doEverything(database);

  for (const [index, status] of early.entries()) expect([GOOD[index], 503]).toContain(status);
  expect(late).toEqual(GOOD);
});
