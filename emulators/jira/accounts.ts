import { createHash } from "node:crypto";
import * as v from "valibot";

/** What an account goes by here, and the first part of a site's host: letters, digits, hyphens. */
export const Name = v.pipe(
  v.string(),
  v.maxLength(39),
  v.regex(/^[a-z\d](?:-?[a-z\d])*$/, "not the name of an account or site"),
);

/** An emulated Atlassian account. */
export interface JiraAccount {
  /** What the control API calls it; Atlassian itself has no logins. */
  readonly login: string;
  readonly accountId: string;
  readonly name: string;
  /** What the consent page says of it. */
  readonly description: string;
  /** Absent if its owner hides it. */
  readonly email: string | null;
  /** The names of its sites, until others are set. */
  readonly sites: readonly string[];
}

/** Each with another number of sites. */
export const ACCOUNTS: readonly [JiraAccount, ...JiraAccount[]] = [
  {
    login: "mia",
    accountId: "712020:1a52e3a4-7d7c-4c38-9d0e-3f2c5b0c1001",
    name: "Mia Krystof",
    description: "shows its e-mail",
    email: "mia@example.com",
    sites: ["acme", "acme-eu", "globex"],
  },
  {
    login: "noah",
    accountId: "712020:1a52e3a4-7d7c-4c38-9d0e-3f2c5b0c1002",
    name: "Noah Berg",
    description: "hides its e-mail",
    email: null,
    sites: ["acme"],
  },
  {
    login: "zoe",
    accountId: "712020:1a52e3a4-7d7c-4c38-9d0e-3f2c5b0c1003",
    name: "Zoe Adler",
    description: "has no site",
    email: "zoe@example.com",
    sites: [],
  },
];

/** The account of a login; one that is not listed exists all the same, with a site of its name. */
export function accountOf(login: string): JiraAccount {
  const listed = ACCOUNTS.find((account) => account.login === login);
  return (
    listed ?? {
      login,
      accountId: `712020:${toUuid(`account ${login}`)}`,
      name: login,
      description: "made up for this visit",
      email: `${login}@example.com`,
      sites: [login],
    }
  );
}

/** The same UUID for the same text, always. */
export function toUuid(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`];
  return [...parts, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
}
