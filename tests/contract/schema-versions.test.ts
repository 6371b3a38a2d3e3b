import { describe } from "vitest";
import {
  type Migration,
  migrate,
  readMigrations,
  toMigration,
} from "../../core/postgres/migrate.ts";
import { createEmptyDatabase } from "../support/database.ts";
import { startStoresOn } from "../support/postgres-stores.ts";
import { testConsumedStates } from "./consumed-states.contract.ts";
import { testIdleInstallations } from "./idle-installations.contract.ts";
import { testStores } from "./stores.contract.ts";
import type { CreateStores } from "./stores.ts";

/** Changes that CONTRIBUTING allows the next release to make to the schema while this one serves. */
const EXPANSION = toMigration(
  "9999_expand.sql",
  `
    alter table installations add column if not exists next_release text;
    alter table installations add column if not exists next_list jsonb;
    alter table consumed_states add column if not exists next_release text;
    create index if not exists installations_by_next_release on installations (next_release);
    create table if not exists next_release (id text primary key, kind text not null default 'new');
  `,
);

/**
 * The files of `migrations/` that the last release has. No release has the present baseline yet: until one has,
 * nobody has a backup of an older schema, and a column that installs write may be added.
 */
const RELEASED: readonly string[] = [];

const migrations = await readMigrations("migrations");

// A deploy migrates first: this code runs on the schema of the next release while that deploy lasts.
await describeOn(
  "the expanded schema of the next release",
  [...migrations, EXPANSION],
  testIdleInstallations,
);
// A restored backup, before it is migrated: installs and lookups work as far as that schema allows.
if (RELEASED.length > 0) {
  const released = migrations.filter(({ name }) => RELEASED.includes(name));
  await describeOn("the schema of the release before", released);
}

async function describeOn(
  name: string,
  schema: readonly Migration[],
  testMore: (createStores: CreateStores) => void = () => {},
): Promise<void> {
  const database = await createEmptyDatabase();
  await migrate(database.settings, schema);
  const { createStores } = startStoresOn(database);

  describe(`on ${name}`, () => {
    testStores(createStores);
    testConsumedStates(async () => (await createStores()).consumedStates);
    testMore(createStores);
  });
}
