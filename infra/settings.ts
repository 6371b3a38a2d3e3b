import { PLATFORM_NAMES } from "../core/platforms.ts";
import { settingVariables } from "../core/variable-names.ts";

/** The variables that functions get from the environment of the deploy. None of them is a secret. */
const FLOW = ["ALLOWED_REDIRECT_URIS"];
const PLATFORMS = PLATFORM_NAMES.flatMap(settingVariables);
const DATABASE = ["DATABASE_CA", "DATABASE_POOLED"];

const HOSTNAME = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;
const CERTIFICATE_ARN = /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]+$/;
/** With the random characters at its end: without them, a policy would match other secrets too. */
const SECRET_ARN = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+-\w{6}$/;
/** 0 to 365. */
const DAYS = /^([0-9]|[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-5])$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const ACCOUNTS = /^\d{12}([\s,]+\d{12})*$/;

/** The settings of a deployment, from the environment of `sst deploy` or from `.env` and `.env.<stage>`. */
export interface Settings {
  /** The custom domain of the API. Without it, the API has the URL that API Gateway assigns. */
  readonly domain: string | undefined;
  /** An existing certificate, for a domain whose DNS is not in Route 53. */
  readonly domainCertificateArn: string | undefined;
  /** The secret with the URL of another PostgreSQL. Without it, Aurora is created. */
  readonly databaseUrlSecretArn: string | undefined;
  /** Other AWS accounts whose roles may invoke the token lookup. */
  readonly lookupAccounts: readonly string[];
  /** For how many days the tokens of ended grants are kept. Without it, the functions have a default. */
  readonly retentionDays: string | undefined;
  /** The address that alarms are sent to. */
  readonly alarmEmail: string | undefined;
  readonly flow: Readonly<Record<string, string>>;
  readonly platforms: Readonly<Record<string, string>>;
  readonly databaseOptions: Readonly<Record<string, string>>;
}

/** @throws {Error} that names a malformed setting, without its value */
export function readSettings(): Settings {
  const accounts = read("LOOKUP_ACCOUNTS", ACCOUNTS);
  return {
    domain: read("DOMAIN", HOSTNAME),
    domainCertificateArn: read("DOMAIN_CERTIFICATE_ARN", CERTIFICATE_ARN),
    databaseUrlSecretArn: read("DATABASE_URL_SECRET_ARN", SECRET_ARN),
    lookupAccounts: accounts?.split(/[\s,]+/) ?? [],
    retentionDays: read("RETENTION_DAYS", DAYS),
    alarmEmail: read("ALARM_EMAIL", EMAIL),
    flow: pick(FLOW),
    platforms: pick(PLATFORMS),
    databaseOptions: pick(DATABASE),
  };
}

// An empty variable is the same as none, as for the functions.
function read(name: string, pattern: RegExp): string | undefined {
  const value = process.env[name];
  if (value === undefined || value === "") return undefined;
  if (!pattern.test(value)) throw new Error(`The environment variable ${name} is malformed.`);
  return value;
}

function pick(names: readonly string[]): Record<string, string> {
  const set = names.map((name) => [name, process.env[name] ?? ""] as const);
  return Object.fromEntries(set.filter(([, value]) => value !== ""));
}
