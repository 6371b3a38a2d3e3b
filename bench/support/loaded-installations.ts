import type { InstallationReader } from "../../core/ports/installation-repository.ts";
import { createDatabase } from "../../core/postgres/client.ts";
import { createPostgresInstallationReader } from "../../core/postgres/installation-repository.ts";
import type { Sealer } from "../../core/sealing/sealer.ts";
import { GRANTKEEP_DATABASE, withBenchStack } from "./bench-stack.ts";
import { loadInstallations, toSettings } from "./installations.ts";

/** The number of rows in the table whose lists are measured. */
export const INSTALLATIONS = 1_000_000;

const SETTINGS = { shared_buffers: "1GB", max_wal_size: "8GB" };

export interface LoadedInstallations {
  /** Of the database. */
  readonly url: string;
  readonly reader: InstallationReader;
  readonly sealer: Sealer;
}

/** Loads the installations into a new database, and deletes it after `use`. */
export async function withLoadedInstallations<Result>(
  progress: (line: string) => void,
  use: (loaded: LoadedInstallations) => Promise<Result>,
): Promise<Result> {
  return withBenchStack(async ({ sql, urlOf, tokenSealer: sealer }) => {
    const url = urlOf(GRANTKEEP_DATABASE);
    progress(`loading ${INSTALLATIONS.toLocaleString("en")} installations`);
    await loadInstallations(url, INSTALLATIONS, sealer);
    // What is left to write of the load is no cost of a page.
    await sql`checkpoint`;
    const database = createDatabase(async () => toSettings(url));
    try {
      return await use({ url, reader: createPostgresInstallationReader(database), sealer });
    } finally {
      await database.close();
    }
  }, SETTINGS);
}
