import type { DatabaseChoice } from "../../core/configuration/database.ts";
import type { Settings } from "../settings.ts";
import type { Database } from "./database.ts";

type Urls = Exclude<DatabaseChoice, string>;

const LOCAL_URL = "postgres://postgres:postgres@127.0.0.1:5432/grantkeep";

const OUTSIDE = {
  rolesLogin: undefined,
  vpc: undefined,
  cluster: undefined,
  dsql: undefined,
  pauses: false,
  dependsOn: [],
} as const;

/** Returns the database on the machine of `sst dev`. */
export function useLocalDatabase(): Database {
  const environment = { DATABASE_URL: process.env.DATABASE_URL ?? LOCAL_URL };
  return { ...OUTSIDE, loginOf: () => ({ environment, secretArns: [], permissions: [] }) };
}

/** Returns a database of which only the secrets with its URLs are known. */
export function useUrls(urls: Urls, options: Settings["databaseOptions"]): Database {
  const arns = {
    writer: urls.urlSecretArn,
    reader: urls.readerUrlSecretArn ?? urls.urlSecretArn,
    migrator: urls.migratorUrlSecretArn ?? urls.urlSecretArn,
  };
  return {
    ...OUTSIDE,
    loginOf: (role) => ({
      environment: { ...options, DATABASE_URL_SECRET_ARN: arns[role] },
      secretArns: [$output(arns[role])],
      permissions: [],
    }),
  };
}
