/** The variables that functions get from the environment of the deploy. None of them is a secret. */
const DATABASE = ["DATABASE_CA", "DATABASE_POOLED"];

const HOSTNAME = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;
const CERTIFICATE_ARN = /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]+$/;
/** With the random characters at its end: without them, a policy would match other secrets too. */
const SECRET_ARN = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+-\w{6}$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const ACCOUNTS = /^\d{12}([\s,]+\d{12})*$/;

/** The settings of one deployment, which are not in `grantkeep.config.ts`: from its environment. */
export interface Settings {
  /** The custom domain of the API. Without it, the API has the URL that API Gateway assigns. */
  readonly domain: string | undefined;
  /** An existing certificate, for a domain whose DNS is not in Route 53. */
  readonly domainCertificateArn: string | undefined;
  /** The secret with the URL of another PostgreSQL. Without it, Aurora is created. */
  readonly databaseUrlSecretArn: string | undefined;
  /** Other AWS accounts whose roles may invoke the token lookup. */
  readonly lookupAccounts: readonly string[];
  /** The address that alarms are sent to. */
  readonly alarmEmail: string | undefined;
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
    alarmEmail: read("ALARM_EMAIL", EMAIL),
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
