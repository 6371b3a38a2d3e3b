import type { EmulatorApp, RequestContext } from "../http.ts";
import { type PageResponse, renderMessage } from "../page.ts";
import { permissionsOf } from "./app-permissions.ts";
import type { GithubAppContext, InstallForm } from "./context.ts";
import {
  accountIdOf,
  accountOf,
  findOrganization,
  findPerson,
  knownAccounts,
} from "./directory.ts";
import { restError } from "./errors.ts";
import { accessTo, applyChoice } from "./install-access.ts";
import { submitForm } from "./install-form.ts";
import { type AccountChoice, renderAccounts, renderRepositories } from "./install-page.ts";
import { addInstallation, findInstallationOnAccount, requestInstall } from "./installations.ts";
import { describePermissions, installationPermissions } from "./permissions.ts";
import type { AccountReference, RepositorySelection } from "./records.ts";
import { redirectToSettings } from "./settings.ts";
import { redirectToSetup } from "./setup-redirect.ts";
import { signedInLogin } from "./signed-in.ts";

/**
 * Adds the pages that install a GitHub App. GitHub Enterprise Server has them under `/github-apps`.
 *
 * @see [Sharing your GitHub App](https://docs.github.com/en/apps/sharing-github-apps/sharing-your-github-app)
 */
export function addInstallPages(root: EmulatorApp, github: GithubAppContext): void {
  for (const folder of ["/apps", "/github-apps"]) {
    const path = `${folder}/:slug/installations/new`;
    // A manifest changes the slug.
    root.use(`${path}/*`, async (c, next) => {
      if (c.req.param("slug") === github.app.slug) return next();
      return restError(404, "Not Found");
    });
    root.get(path, (c) => showAccounts(github, c));
    root.get(`${path}/permissions`, (c) => showRepositories(github, c));
    root.post(path, (c) => submitForm(github, c, (...choice) => carryOut(github, ...choice)));
  }
}

function showAccounts(github: GithubAppContext, c: RequestContext): PageResponse {
  const login = signedInLogin(github, c);
  const state = c.req.query("state") ?? null;
  const people = knownAccounts(github);
  const isKnown = people.some((person) => person.login === login);
  return renderAccounts(c, {
    appName: github.registration.appName,
    people: isKnown ? people : [accountOf(github, login), ...people],
    login,
    state,
    action: c.req.path,
    choices: choicesOf(github, login).map((account) =>
      toChoice(github, { account, login, state }, c.req.path),
    ),
  });
}

function showRepositories(github: GithubAppContext, c: RequestContext): PageResponse {
  const login = signedInLogin(github, c);
  const target = c.req.query("target_id");
  const account = choicesOf(github, login).find(
    (choice) => String(accountIdOf(github, choice)) === target,
  );
  if (!account) {
    const text = `${login} has no account with this id to install on.`;
    return renderMessage(c, 404, { platform: "GitHub", title: "Page not found", text });
  }

  const state = c.req.query("state") ?? null;
  const installed = findInstallationOnAccount(github, account);
  const access = accessTo(github, login, account);
  if (installed && access.verb === "Configure") {
    return redirectToSettings(github, installed, { login, state });
  }
  const { app, registration, installForms } = github;
  return renderRepositories(c, {
    ...access,
    appName: registration.appName,
    accountLogin: account.login,
    login,
    permissions: describePermissions(installationPermissions(permissionsOf(github))),
    selection: access.canSelectAll ? "all" : [],
    action: c.req.path.replace(/\/permissions$/, ""),
    requestId: installForms.issue({ account, login, state }),
    returnsTo: new URL(app.setupUrl).origin,
    review: null,
  });
}

/** Installs or requests, and redirects to the setup URL. */
function carryOut(
  github: GithubAppContext,
  { account, login, state }: InstallForm,
  chosen: RepositorySelection,
): PageResponse {
  const access = accessTo(github, login, account);
  if (access.verb === "Request") {
    requestInstall(github, { login: account.login, requester: login, repositories: chosen });
    return redirectToSetup(github, "request", { state });
  }
  // Somebody else may have installed it while this person chose.
  const installed = findInstallationOnAccount(github, account);
  if (installed) return redirectToSettings(github, installed, { login, state });

  const repositories = applyChoice(access, chosen);
  const installation = addInstallation(github, { account, repositories, sender: login });
  return redirectToSetup(github, "install", { installation, state });
}

/**
 * Returns the personal account, then the organizations of the person. Members and outside collaborators
 * who cannot install the App can request it.
 */
function choicesOf(github: GithubAppContext, login: string): AccountReference[] {
  const organizations = github.records.get().organizations.filter((organization) => {
    const person = findPerson(organization, login);
    return person?.state === "active" && person.role !== "billing_manager";
  });
  return [
    { type: "User", login },
    ...organizations.map(
      (organization) => ({ type: "Organization", login: organization.login }) as const,
    ),
  ];
}

function toChoice(
  github: GithubAppContext,
  { account, login, state }: InstallForm,
  path: string,
): AccountChoice {
  const parameters = new URLSearchParams({
    target_id: String(accountIdOf(github, account)),
    login,
    ...(state !== null && { state }),
  });
  const organization = findOrganization(github, account.login);
  const person = organization && findPerson(organization, login);
  return {
    login: account.login,
    description:
      account.type === "User" ? "personal account" : `${person?.role} of the organization`,
    verb: accessTo(github, login, account).verb,
    href: `${path}/permissions?${parameters}`,
  };
}
