import { PLATFORMS } from "../../core/platforms.ts";
import { functionTable } from "../../infra/function-table.ts";
import { SECRET_NAMES } from "../../infra/secret-names.ts";
import { table } from "./markdown.ts";

const RING_TITLES = new Map([
  ["state-keyring", "State ring"],
  ["token-keyring", "Token ring"],
]);
const PLATFORM_TITLES = new Map(
  Object.entries(PLATFORMS).map(([name, { displayName }]) => [name, displayName]),
);

/** Returns the table of what each function may reach: its secrets, the database and the event bus. */
export function accessTable(): string {
  const rows = functionTable.map(({ name, access }) => {
    const reads = new Set<string>(access.readsSecrets);
    const writes = new Set<string>(access.writesSecrets);
    return [
      `\`${name}\``,
      ...SECRET_NAMES.map((secret) => {
        if (writes.has(secret)) return "reads, writes";
        return reads.has(secret) ? "reads" : "";
      }),
      access.needsDatabase ? "yes" : "",
      access.publishesEvents ? "yes" : "",
    ];
  });
  return table(["Function", ...SECRET_NAMES.map(titleOf), "Database", "Publishes events"], rows);
}

function titleOf(secret: string): string {
  return RING_TITLES.get(secret) ?? PLATFORM_TITLES.get(secret) ?? secret;
}
