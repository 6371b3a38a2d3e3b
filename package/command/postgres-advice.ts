import manifest from "../../package.json" with { type: "json" };

export { NO_POSTGRES } from "../../local/postgres/advice.ts";

const VERSIONS: Readonly<Record<string, string>> = manifest.optionalDependencies;

/** Returns the command that installs the package with PostgreSQL, which is an optional peer of this package. */
export function adviseOnPostgres(name: string): string {
  return (
    `Local mode needs PostgreSQL. Install it: npm install --save-dev ${name}@${VERSIONS[name]}\n` +
    "Or set DATABASE_URL to the URL of another PostgreSQL."
  );
}
