/** The error when PostgreSQL is installed, but does not run. */
export const NO_POSTGRES =
  `npm installed no PostgreSQL that runs on this machine (${process.platform}-${process.arch}). ` +
  "Set DATABASE_URL to the URL of another PostgreSQL.";

/** Returns the error when a package with PostgreSQL is not installed. Here, npm installs each that exists. */
export function adviseOnPostgres(_name: string): string {
  return NO_POSTGRES;
}
