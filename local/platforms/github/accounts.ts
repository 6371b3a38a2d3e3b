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
  /** What the consent page says of it. */
  readonly description: string;
  /** The e-mail on the public profile, which most people hide. */
  readonly email: string | null;
  readonly emails: readonly GithubEmail[];
  readonly organizations: readonly { readonly id: number; readonly login: string }[];
}

/** @see [List email addresses](https://docs.github.com/en/rest/users/emails) */
interface GithubEmail {
  readonly email: string;
  readonly primary: boolean;
  readonly verified: boolean;
  readonly visibility: "public" | "private" | null;
}

/** GitHub's mascots, each with another answer to "what is your e-mail address?". */
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
    organizations: [{ id: 9919, login: "octo-org" }],
  },
  {
    id: 480938,
    login: "hubot",
    name: "Hubot",
    description: "shows its e-mail",
    email: "hubot@example.com",
    emails: [{ email: "hubot@example.com", primary: true, verified: true, visibility: "public" }],
    organizations: [{ id: 9919, login: "octo-org" }],
  },
  {
    id: 1290001,
    login: "mona",
    name: "Mona",
    description: "has an unverified e-mail",
    email: null,
    emails: [{ email: "mona@example.com", primary: true, verified: false, visibility: null }],
    organizations: [],
  },
];

/** The account of a login; one that is not listed exists all the same, always with the same id. */
export function accountOf(login: string): GithubAccount {
  const wanted = login.toLowerCase();
  return ACCOUNTS.find((account) => account.login === wanted) ?? inventAccount(wanted);
}

/** The part of a user that GitHub shows wherever it names one ("simple user"). */
export function toSimpleUser({ id, login }: GithubAccount) {
  return {
    login,
    id,
    node_id: Buffer.from(`04:User${id}`).toString("base64"),
    avatar_url: `https://avatars.example.invalid/u/${id}`,
    html_url: `https://github.example.invalid/${login}`,
    type: "User",
    user_view_type: "public",
    site_admin: false,
  };
}

function inventAccount(login: string): GithubAccount {
  const email = `${login}@example.com`;
  return {
    // 48 bits: numbers that JSON carries exactly, and that no two logins are likely to share.
    id: createHash("sha256").update(login).digest().readUIntBE(0, 6),
    login,
    name: login,
    description: "made up for this visit",
    email: null,
    emails: [{ email, primary: true, verified: true, visibility: "private" }],
    organizations: [],
  };
}
