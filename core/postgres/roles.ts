import { SEALED_COLUMNS } from "../sealing/sealed-column-names.ts";
import { codeOf } from "./client.ts";
import { type ConnectionSettings, connect, type Sql } from "./connection.ts";
import { HISTORY_TABLE_NAMES } from "./migration-history.ts";

const LIMITS = {
  statement_timeout: 30_000,
  lock_timeout: 10_000,
  idle_in_transaction_session_timeout: 60_000,
};

const ROLE_EXISTS = "42710";
const MAX_NAME_BYTES = 63;

/** Tables about installations without a secret. */
const OPEN_TABLES = ["installation_counts", "search_key_passes"];

const STAGE = /^[a-z0-9][a-z0-9-]*$/i;
const IAM_ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/** The two database roles of a stage, which own nothing. */
export interface RoleNames {
  /** Reads and writes the rows of all tables but those of the migrator. */
  readonly writer: string;
  /** Reads installations without their encrypted columns, and how many there are. */
  readonly reader: string;
}

/** How the functions of a stage log in. */
export interface RoleOptions {
  readonly stage: string;
  /** `rds`: each IAM role has a policy that names the database role. `dsql`: each is mapped to it here. */
  readonly login: "rds" | "dsql";
  /** The ARNs of the IAM roles that may log in, for `dsql`. */
  readonly iamRoles?: Readonly<Record<keyof RoleNames, readonly string[]>>;
}

/**
 * Returns the names of the roles of a stage: several stages can share a cluster.
 *
 * @throws {Error} when PostgreSQL would cut a name
 */
export function roleNamesOf(stage: string): RoleNames {
  const writer = `grantkeep_${stage}`;
  const reader = `${writer}_reader`;
  if (!STAGE.test(stage) || reader.length > MAX_NAME_BYTES) {
    throw new Error(`The stage ${JSON.stringify(stage)} cannot be part of the name of a role.`);
  }
  return { writer, reader };
}

/**
 * Creates the roles of a stage and grants them what they may do, as the owner of the tables. It can run again
 * after each migration, and must, since new tables and columns are granted to nobody.
 *
 * @see [Database roles of Aurora DSQL](https://docs.aws.amazon.com/aurora-dsql/latest/userguide/using-database-and-iam-roles.html)
 * @see [Users of IAM authentication](https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html)
 */
export async function createRoles(
  settings: ConnectionSettings,
  options: RoleOptions,
): Promise<RoleNames> {
  const names = roleNamesOf(options.stage);
  const { sql, end } = await connect(settings, LIMITS);
  try {
    await createRole(sql, names.writer);
    await createRole(sql, names.reader);
    await grantTables(sql, names.writer);
    await grantReadable(sql, names.reader);
    await allowLogin(sql, names, options);
  } finally {
    await end({ timeout: 1 });
  }
  return names;
}

async function createRole(sql: Sql, name: string): Promise<void> {
  await sql`create role ${sql(name)} with login`.catch((error: unknown) => {
    if (codeOf(error) !== ROLE_EXISTS) throw error;
  });
  await sql`grant usage on schema public to ${sql(name)}`;
}

async function grantTables(sql: Sql, role: string): Promise<void> {
  const tables = await sql<{ name: string }[]>`
    select table_name::text as name
    from information_schema.tables
    where table_schema = 'public' and table_name not in ${sql(HISTORY_TABLE_NAMES)}
    order by table_name
  `;
  for (const { name } of tables) {
    await sql`grant select, insert, update, delete on ${sql(name)} to ${sql(role)}`;
  }
}

async function grantReadable(sql: Sql, role: string): Promise<void> {
  const columns = await sql<{ name: string }[]>`
    select column_name::text as name
    from information_schema.columns
    where table_schema = 'public'
      and table_name = 'installations'
      and column_name not in ${sql([...SEALED_COLUMNS])}
    order by column_name
  `;
  const names = columns.map(({ name }) => name);
  await sql`grant select (${sql(names)}) on installations to ${sql(role)}`;
  for (const name of OPEN_TABLES) await sql`grant select on ${sql(name)} to ${sql(role)}`;
}

async function allowLogin(
  sql: Sql,
  names: RoleNames,
  { login, iamRoles }: RoleOptions,
): Promise<void> {
  if (login === "rds") {
    await sql`grant rds_iam to ${sql(names.writer)}, ${sql(names.reader)}`;
    return;
  }
  for (const name of ["writer", "reader"] as const) {
    for (const arn of iamRoles?.[name] ?? []) {
      if (!IAM_ROLE.test(arn)) throw new Error("The ARN of an IAM role is malformed.");
      // It takes no parameters.
      await sql.unsafe(`aws iam grant "${names[name]}" to '${arn}'`);
    }
  }
}
