import type { StageFacts } from "../../ports/stage-facts.ts";
import { broken, doubtful, inOrder, type StageCheck } from "../../stage-check.ts";

/** How the functions log in: by IAM as a role of the stage, or with a URL or a password. */
export type DatabaseLogin = { readonly iamUser: string } | { readonly iamUser: undefined };

/** The tables that functions read and write, in alphabetical order. A test compares them with the migrations. */
export const TABLES = [
  "consumed_states",
  "deliveries",
  "delivery_scans",
  "install_links",
  "installation_counts",
  "installations",
  "outbox",
  "pending_events",
  "pending_installations",
  "redeliveries",
  "search_key_passes",
  "waiting_requests",
] as const;

/** Checks that the functions log in as the role of the stage, and may do what they need and no more. */
export async function checkDatabaseRole(
  facts: StageFacts,
  { iamUser }: DatabaseLogin,
  expectedUser: string | undefined,
): Promise<StageCheck> {
  const name = "database-role";
  const rights = await facts.listRights(TABLES);
  const usable = new Set(rights.filter(({ canUse }) => canUse).map(({ table }) => table));
  const missing = TABLES.filter((table) => !usable.has(table));
  const again = "Run npx grantkeep migrate, then deploy again, which grants the rights.";
  if (iamUser !== undefined && expectedUser !== undefined && iamUser !== expectedUser) {
    return broken(name, `The functions log in as ${iamUser}, and not as ${expectedUser}.`, again);
  }
  if (missing.length > 0) {
    const summary = `The database user of the functions may not read and write ${missing.join(", ")}.`;
    const action = iamUser
      ? again
      : "Grant it select, insert, update and delete on all tables of Grantkeep.";
    return broken(name, summary, action);
  }
  const hasMore = rights.some(({ canOwn }) => canOwn);
  if (iamUser === undefined) {
    return inOrder(
      name,
      `The functions log in with a URL or a password, and no role was made for them; this user ${hasMore ? "has more rights than they need" : "reads and writes rows, and does not own the tables"}.`,
    );
  }
  if (hasMore) {
    const summary = `The role ${iamUser} has more rights on tables than the functions need.`;
    return doubtful(name, summary, "Revoke all but select, insert, update and delete from it.");
  }
  return inOrder(name, `The functions log in with IAM as ${iamUser}, which owns no table.`);
}
