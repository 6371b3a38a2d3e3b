import { createHash } from "node:crypto";
import * as v from "valibot";

/** A GitHub login: letters, digits and single hyphens, at most 39 of them. */
export const Login = v.pipe(
  v.string(),
  v.maxLength(39),
  v.regex(/^[a-z\d](?:-?[a-z\d])*$/i, "not a GitHub login"),
);

/** An emulated user. */
export interface GithubAccount {
  readonly id: number;
  readonly login: string;
  readonly name: string;
  /** Shown beside the login on the consent page. */
  readonly description: string;
  /** The e-mail address on the public profile, or `null` if it is hidden. */
  readonly email: string | null;
  readonly emails: readonly GithubEmail[];
}

/** @see [List email addresses](https://docs.github.com/en/rest/users/emails) */
interface GithubEmail {
  readonly email: string;
  readonly primary: boolean;
  readonly verified: boolean;
  readonly visibility: "public" | "private" | null;
}

/** GitHub's mascots, which differ in their e-mail addresses. */
export const ACCOUNTS: readonly [GithubAccount, ...GithubAccount[]] = [
  {
    id: 583231,
    login: "octocat",
    name: "The Octocat",
    description: "hides a verified e-mail",
    email: null,
    emails: [
      { email: "octocat@example.com", primary: true, verified: true, visibility: "private" },
      { email: "octocat@example.invalid", primary: false, verified: false, visibility: null },
    ],
  },
  {
    id: 480938,
    login: "hubot",
    name: "Hubot",
    description: "shows its e-mail",
    email: "hubot@example.com",
    emails: [{ email: "hubot@example.com", primary: true, verified: true, visibility: "public" }],
  },
  {
    id: 1290001,
    login: "mona",
    name: "Mona",
    description: "has an unverified e-mail",
    email: null,
    emails: [{ email: "mona@example.com", primary: true, verified: false, visibility: null }],
  },
];

/** Returns the account that started with a login; any login that is not listed exists too. */
export function originalAccount(login: string): GithubAccount {
  return ACCOUNTS.find((account) => account.login === login) ?? createAccount(login, login);
}

/** Returns another account than the original one, which has given the login up. */
export function successorAccount(login: string): GithubAccount {
  return createAccount(login, `newcomer/${login}`);
}

/** Derives a stable id from a name. It has 48 bits, which JSON numbers hold exactly. */
export function idOf(name: string): number {
  return createHash("sha256").update(name).digest().readUIntBE(0, 6);
}

function createAccount(login: string, identity: string): GithubAccount {
  const email = `${login}@example.com`;
  return {
    id: idOf(identity),
    login,
    name: login,
    description: "created for this visit",
    email: null,
    emails: [{ email, primary: true, verified: true, visibility: "private" }],
  };
}
