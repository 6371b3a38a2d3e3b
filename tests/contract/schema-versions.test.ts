import { afterAll, describe } from "vitest";
import { createDatabase } from "../../core/postgres/client.ts";
import { createPostgresConsumedStates } from "../../core/postgres/consumed-states.ts";
import { createPostgresInstallationRepository } from "../../core/postgres/installation-repository.ts";
import {
  type Migration,
  migrate,
  readMigrations,
  toMigration,
} from "../../core/postgres/migrate.ts";
import { createPostgresRefreshLeases } from "../../core/postgres/refresh-leases.ts";
import { createPostgresTokenStore } from "../../core/postgres/token-store.ts";
import { createEmptyDatabase } from "../support/database.ts";
import { newKeyRing, sealerOf } from "../support/keyrings.ts";
import { ageLeases } from "../support/race-installs.ts";
import { testConsumedStates } from "./consumed-states.contract.ts";
import { testInstallationRepository } from "./installation-repository.contract.ts";
import { testInstallationUpdate } from "./installation-update.contract.ts";
import { testRefreshLeases } from "./refresh-leases.contract.ts";
import { testTokenStore } from "./token-store.contract.ts";

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

const migrations = await readMigrations("migrations");

// A deploy migrates first: this code runs on the schema of the next release while that deploy lasts.
await describeOn("the expanded schema of the next release", [...migrations, EXPANSION]);
// A restored backup, before it is migrated: installs and lookups work as far as that schema allows.
if (migrations.length > 1) {
  await describeOn("the schema of the release before", migrations.slice(0, -1));
}

async function describeOn(name: string, schema: readonly Migration[]): Promise<void> {
  const { settings, sql, drop } = await createEmptyDatabase();
  await migrate(settings, schema);
  const database = createDatabase(async () => settings);
  const sealer = sealerOf(newKeyRing());
  const installations = createPostgresInstallationRepository(database, sealer);
  const tokens = createPostgresTokenStore(database, sealer);
  const leases = createPostgresRefreshLeases(database, sealer);

  afterAll(async () => {
    await database.close();
    await drop();
  });

  describe(`on ${name}`, () => {
    const createStore = async () => {
      await sql`truncate installations, consumed_states`;
      return { installations, tokens };
    };
    testInstallationRepository(createStore);
    testInstallationUpdate(createStore);
    testTokenStore(createStore);
    testRefreshLeases(async () => {
      return { installations, tokens, leases, age: (seconds) => ageLeases(sql, seconds) };
    });
    testConsumedStates(async () => createPostgresConsumedStates(database));
  });
}
