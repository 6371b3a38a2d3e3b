import { type EmulatorApp, type RequestContext, redirectTo } from "../http.ts";
import { type PageResponse, renderMessage } from "../page.ts";
import { permissionsOf } from "./app-permissions.ts";
import type { GithubAppContext, InstallForm } from "./context.ts";
import { isOwner } from "./directory.ts";
import { accessTo, applyChoice, isSameSelection } from "./install-access.ts";
import { submitForm } from "./install-form.ts";
import { renderRepositories, renderReview } from "./install-page.ts";
import {
  acceptPermissions,
  chooseRepositories,
  findInstallationById,
  findInstallationOnAccount,
} from "./installations.ts";
import {
  describePermissions,
  includesPermissions,
  installationPermissions,
} from "./permissions.ts";
import type { EmulatedInstallation, RepositorySelection } from "./records.ts";
import { settingsPath } from "./settings-path.ts";
import { redirectToSetup } from "./setup-redirect.ts";
import { signedInLogin } from "./signed-in.ts";

const REVIEW = "/permissions/update";

/**
 * Adds the pages of an existing installation, to which GitHub sends whoever installs an App again.
 *
 * @see [Reviewing and modifying installed GitHub Apps](https://docs.github.com/en/apps/using-github-apps/reviewing-and-modifying-installed-github-apps)
 */
export function addSettingsPages(root: EmulatorApp, github: GithubAppContext): void {
  for (const folder of ["", "/organizations/:organization"]) {
    const path = `${folder}/settings/installations/:id`;
    root.get(path, (c) => showSettings(github, c));
    root.post(path, (c) => submitForm(github, c, (...choice) => save(github, c, ...choice)));
    root.get(path + REVIEW, (c) => showPermissions(github, c));
    root.post(path + REVIEW, (c) => submitForm(github, c, (form) => accept(github, c, form)));
  }
}

/** Redirects to the settings of an installation. They return to the app only after a change. */
export function redirectToSettings(
  { url }: GithubAppContext,
  installation: EmulatedInstallation,
  { login, state }: Pick<InstallForm, "login" | "state">,
): Response {
  return redirectTo(url + settingsPath(installation), { login, state });
}

function showSettings(github: GithubAppContext, c: RequestContext): PageResponse {
  const login = signedInLogin(github, c);
  const installation = findInstallation(github, c);
  const access = installation && accessTo(github, login, installation.account);
  if (!installation || access?.verb !== "Configure") return notFound(c);

  const { account, permissions, repositories } = installation;
  const { app, registration, installForms } = github;
  const state = c.req.query("state") ?? null;
  const hasRequest = isOwner(github, login, account) && requestsMore(github, installation);
  return renderRepositories(c, {
    ...access,
    appName: registration.appName,
    accountLogin: account.login,
    login,
    permissions: describePermissions(permissions),
    selection: repositories,
    action: c.req.path,
    requestId: installForms.issue({ account, login, state }),
    returnsTo: new URL(app.setupUrl).origin,
    review: hasRequest ? `${c.req.path}${REVIEW}?${new URLSearchParams({ login })}` : null,
  });
}

/** Returns to the app after a change only ("Redirect on update"). */
function save(
  github: GithubAppContext,
  c: RequestContext,
  { account, login, state }: InstallForm,
  chosen: RepositorySelection,
): PageResponse {
  const installation = findInstallationOnAccount(github, account);
  const access = accessTo(github, login, account);
  if (!installation || access.verb !== "Configure") return notFound(c);

  const repositories = applyChoice(access, chosen, installation.repositories);
  if (isSameSelection(repositories, installation.repositories)) {
    const text = `The app has access to these repositories of ${account.login} already.`;
    return renderMessage(c, 200, { platform: "GitHub", title: "Nothing was changed", text });
  }
  const changed = chooseRepositories(github, installation, repositories, login);
  return redirectToSetup(github, "update", { installation: changed, state });
}

function showPermissions(github: GithubAppContext, c: RequestContext): PageResponse {
  const login = signedInLogin(github, c);
  const installation = findInstallation(github, c);
  if (!installation || !isOwner(github, login, installation.account)) return notFound(c);

  const { account } = installation;
  const { appName } = github.registration;
  return renderReview(c, {
    appName,
    title: `${appName} requests new permissions`,
    lead: `on ${account.login}, as ${login}`,
    button: "Accept new permissions",
    permissions: describePermissions(installationPermissions(permissionsOf(github))),
    action: c.req.path,
    requestId: github.installForms.issue({ account, login, state: null }),
  });
}

/** Accepts the permissions that the App requests now. The browser stays at GitHub. */
function accept(
  github: GithubAppContext,
  c: RequestContext,
  { account, login }: InstallForm,
): PageResponse {
  const installation = findInstallationOnAccount(github, account);
  if (!installation || !isOwner(github, login, account)) return notFound(c);

  const permissions = installationPermissions(permissionsOf(github));
  acceptPermissions(github, installation, permissions, login);
  const text = `The app has the new permissions on ${account.login}.`;
  return renderMessage(c, 200, { platform: "GitHub", title: "Permissions accepted", text });
}

/** Returns whether the App requests permissions that an installation does not have. */
function requestsMore(github: GithubAppContext, { permissions }: EmulatedInstallation): boolean {
  return !includesPermissions(permissions, installationPermissions(permissionsOf(github)));
}

/** Returns the installation of the path, if the path is the one of its account. */
function findInstallation(
  github: GithubAppContext,
  c: RequestContext,
): EmulatedInstallation | undefined {
  const found = findInstallationById(github, Number(c.req.param("id")));
  const organization = found?.account.type === "User" ? undefined : found?.account.login;
  return organization === c.req.param("organization") ? found : undefined;
}

function notFound(c: RequestContext): PageResponse {
  const text = "There is no such installation, or you cannot change it.";
  return renderMessage(c, 404, { platform: "GitHub", title: "Page not found", text });
}
