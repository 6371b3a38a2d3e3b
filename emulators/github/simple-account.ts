import type { Clock } from "../clock.ts";
import { idOf } from "./accounts.ts";
import type { GithubContext } from "./context.ts";
import { accountIdOf, accountOf, findOrganization } from "./directory.ts";
import type { AccountReference, Organization } from "./records.ts";

const BOT_SUFFIX = "[bot]";

/** Returns the login of a GitHub App when it acts for itself. */
export function botLogin({ slug }: { readonly slug: string }): string {
  return slug + BOT_SUFFIX;
}

/** Returns the fields of a user that GitHub calls "simple user"; a login with `[bot]` is a bot. */
export function toSimpleUser(github: Pick<GithubContext, "records">, login: string) {
  if (login.endsWith(BOT_SUFFIX)) return toSimple("Bot", idOf(login), login);
  const account = accountOf(github, login);
  return toSimple("User", account.id, account.login);
}

/** Returns the same fields of an organization. */
export function toSimpleOrganization({ id, login }: Organization) {
  return toSimple("Organization", id, login);
}

/**
 * Returns the account of an installation: a user, an organization, or an enterprise, which has neither
 * `login` nor `type`.
 *
 * @see [Get an installation](https://docs.github.com/en/rest/apps/apps#get-an-installation-for-the-authenticated-app)
 */
export function toAccount(github: Pick<GithubContext, "records">, account: AccountReference) {
  const { type, login } = account;
  if (type === "User") return toSimpleUser(github, login);
  const organization = findOrganization(github, login);
  if (organization) return toSimpleOrganization(organization);

  const id = accountIdOf(github, account);
  if (type === "Organization") return toSimple(type, id, login);
  return {
    id,
    node_id: toNodeId(type, id),
    slug: login,
    name: login,
    description: null,
    website_url: null,
    html_url: `https://github.example.invalid/enterprises/${login}`,
    avatar_url: `https://avatars.example.invalid/b/${id}`,
    created_at: "2019-05-14T19:31:00Z",
    updated_at: "2019-05-14T19:31:00Z",
  };
}

/** Returns the global node id of an object. */
export function toNodeId(type: string, id: number): string {
  return Buffer.from(`0${type.length}:${type}${id}`).toString("base64");
}

/** Converts a time of the emulators to the real time, in GitHub's format without fractions. */
export function toWireTime(clock: Clock, time: number): string {
  return clock.toRealDate(time).toISOString().replace(/\.\d+/, "");
}

function toSimple(type: "User" | "Bot" | "Organization", id: number, login: string) {
  const url = `https://api.github.example.invalid/users/${encodeURIComponent(login)}`;
  return {
    login,
    id,
    node_id: toNodeId(type, id),
    avatar_url: `https://avatars.example.invalid/u/${id}`,
    gravatar_id: "",
    url,
    html_url: `https://github.example.invalid/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    user_view_type: "public",
    site_admin: false,
  };
}
