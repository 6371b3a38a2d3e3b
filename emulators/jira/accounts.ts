import { createHash } from "node:crypto";
import * as v from "valibot";

/** The name of an account: letters, digits, hyphens. */
export const Name = v.pipe(
  v.string(),
  v.maxLength(39),
  v.regex(/^[a-z\d](?:-?[a-z\d])*$/, "not the name of an account"),
);

/** The name of a site: the first part of a host in `atlassian.net`, or the whole host on another domain. */
export const SiteName = v.pipe(
  v.string(),
  v.maxLength(100),
  v.regex(/^[a-z\d](?:[-.]?[a-z\d])*$/, "not the name of a site"),
);

/** An emulated Atlassian account. */
export interface JiraAccount {
  /** The name in the control API; Atlassian itself has no logins. */
  readonly login: string;
  readonly accountId: string;
  readonly name: string;
  /** Shown beside the name on the consent page. */
  readonly description: string;
  /** `null` if it is hidden. */
  readonly email: string | null;
  /** Whether it is an administrator of all its sites, unless the control API changed that. */
  readonly isAdministrator: boolean;
  /** The names of its sites, unless the control API replaced them. */
  readonly sites: readonly string[];
}

/** The accounts on the consent page, which differ in the number of their sites. */
export const ACCOUNTS: readonly [JiraAccount, ...JiraAccount[]] = [
  {
    login: "mia",
    accountId: "712020:1a52e3a4-7d7c-4c38-9d0e-3f2c5b0c1001",
    name: "Mia Krystof",
    description: "shows its e-mail",
    email: "mia@example.com",
    isAdministrator: true,
    sites: ["acme", "acme-eu", "globex"],
  },
  {
    login: "noah",
    accountId: "712020:1a52e3a4-7d7c-4c38-9d0e-3f2c5b0c1002",
    name: "Noah Berg",
    description: "hides its e-mail",
    email: null,
    isAdministrator: false,
    sites: ["acme"],
  },
  {
    login: "zoe",
    accountId: "712020:1a52e3a4-7d7c-4c38-9d0e-3f2c5b0c1003",
    name: "Zoe Adler",
    description: "has no site",
    email: "zoe@example.com",
    isAdministrator: false,
    sites: [],
  },
];

/** Returns the account of a login. Any login exists, with one site of the same name. */
export function accountOf(login: string): JiraAccount {
  const listed = ACCOUNTS.find((account) => account.login === login);
  return (
    listed ?? {
      login,
      accountId: `712020:${toUuid(`account ${login}`)}`,
      name: login,
      description: "created for this visit",
      email: `${login}@example.com`,
      isAdministrator: true,
      sites: [login],
    }
  );
}

/** Derives a stable UUID from a text. */
export function toUuid(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`];
  return [...parts, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
}
