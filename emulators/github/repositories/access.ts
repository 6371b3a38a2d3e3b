import type { Bearer } from "../bearer.ts";
import type { GithubAppContext, GithubContext } from "../context.ts";
import { accountOf } from "../directory.ts";
import { installationsOf } from "../installations.ts";
import type { Permissions } from "../permissions.ts";
import type { AccountReference } from "../records.ts";
import {
  accessibleRepositories,
  filterSelected,
  installedRepositories,
  visibleRepositories,
} from "../repository-access.ts";
import { hasScope } from "../scopes.ts";
import { botLogin } from "../simple-account.ts";
import type { Actor } from "./repository.ts";

/** The repositories of an account that a token can access, and its permissions for them. */
interface Access {
  readonly account: AccountReference;
  readonly names: readonly string[];
  readonly permissions: Permissions;
}

type Identity = Exclude<Bearer, { kind: "invalid" }>;

/** The permissions that the scope `repo` corresponds to. Only GitHub Apps can write checks. */
const REPO_SCOPE: Permissions = {
  metadata: "read",
  contents: "write",
  issues: "write",
  pull_requests: "write",
  checks: "read",
};

/** Returns what a token can access. */
export function accessOf(github: GithubContext, bearer: Identity): Access[] {
  if (bearer.kind === "installation") {
    const { installation, token } = bearer;
    const names = filterSelected(installedRepositories(github, installation), token.repositories);
    return [{ account: installation.account, names, permissions: token.permissions }];
  }
  const { subject, scopes } = bearer.tokens;
  const { app } = github;
  if (app) return accessThroughApp({ ...github, app }, subject);
  // All repositories are private, so `public_repo` opens none of them.
  return hasScope(scopes, "repo") ? accessOfUser(github, subject) : [];
}

/** Returns the user or the bot that a token acts as. */
export function actorOf({ app }: Pick<GithubContext, "app">, bearer: Identity): Actor {
  const appId = app?.appId ?? null;
  if (bearer.kind === "user") return { login: bearer.tokens.subject, appId };
  return { login: app ? botLogin(app) : "", appId };
}

/** A user token of an App has the access that both the App and the user have. */
function accessThroughApp(github: GithubAppContext, login: string): Access[] {
  return installationsOf(github)
    .filter(({ suspended }) => suspended === null)
    .map((installation) => ({
      account: installation.account,
      names: visibleRepositories(github, login, installation),
      permissions: installation.permissions,
    }));
}

function accessOfUser(github: GithubContext, login: string): Access[] {
  const organizations = github.records
    .get()
    .organizations.map(({ login: name }) => ({ type: "Organization", login: name }) as const);
  const own = { type: "User", login: accountOf(github, login).login } as const;
  return [own, ...organizations].map((account) => ({
    account,
    names: accessibleRepositories(github, login, account),
    permissions: REPO_SCOPE,
  }));
}
