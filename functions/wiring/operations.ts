import type { ActivityDeps } from "../../core/installations/activity.ts";
import type { InventoryDeps } from "../../core/operations/inventory.ts";
import type { InstallationCounts } from "../../core/ports/installation-counts.ts";
import { createPostgresActivity } from "../../core/postgres/installation-activity.ts";
import { createPostgresInstallationCounts } from "../../core/postgres/installation-counts.ts";
import { connected, database, providers, reader } from "./dependencies.ts";
import { warmUp } from "./warm-up.ts";

/** For reading how many installations there are. */
export async function countsDeps(): Promise<{ counts: InstallationCounts }> {
  await warmUp(connected);
  return { counts: createPostgresInstallationCounts(await database()) };
}

/** For reading what happened to an installation. */
export async function activityDeps(): Promise<ActivityDeps> {
  await warmUp(connected);
  return { activity: createPostgresActivity(await database()) };
}

/** For comparing what is stored with the installations of the GitHub App. */
export async function inventoryDeps(): Promise<InventoryDeps> {
  await warmUp(connected);
  return { installations: await reader(), providers: providers() };
}
