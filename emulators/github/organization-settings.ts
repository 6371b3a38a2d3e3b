import { html } from "hono/html";
import type { EmulatorApp, RequestContext } from "../http.ts";
import { type PageResponse, renderMessage, renderPage } from "../page.ts";
import { permissionsOf } from "./app-permissions.ts";
import type { GithubAppContext } from "./context.ts";
import { findOrganization, isOwner, isSameLogin } from "./directory.ts";
import { submitForm } from "./install-form.ts";
import { renderReview } from "./install-page.ts";
import { approveRequest, requestsOf } from "./installations.ts";
import { describePermissions, installationPermissions } from "./permissions.ts";
import type { AccountReference, InstallationRequest } from "./records.ts";
import { redirectToSetup } from "./setup-redirect.ts";
import { signedInLogin } from "./signed-in.ts";

/**
 * Adds the pages on which an owner approves what members requested. GitHub's e-mail links to them.
 *
 * @see [Reviewing GitHub App installation requests](https://docs.github.com/en/apps/using-github-apps/requesting-a-github-app-from-your-organization-owner)
 */
export function addRequestPages(root: EmulatorApp, github: GithubAppContext): void {
  const path = "/organizations/:organization/settings/installations";
  root.get(path, (c) => listRequests(github, c));
  root.get(`${path}/requests/:id`, (c) => showRequest(github, c));
  root.post(`${path}/requests/:id`, (c) =>
    submitForm(github, c, ({ login }) => approve(github, c, login)),
  );
}

function listRequests(github: GithubAppContext, c: RequestContext): PageResponse {
  const login = signedInLogin(github, c);
  const account = ownedOrganization(github, c, login);
  if (!account) return notFound(c);

  const query = new URLSearchParams({ login });
  const choices = requestsFor(github, account).map(
    ({ id, requester }) =>
      html`<li><a href="${c.req.path}/requests/${id}?${query}"><span><strong>${requester}</strong> requests ${github.registration.appName}</span><em>Review</em></a></li>`,
  );
  const content = html`
      <h1>GitHub Apps of ${account.login}</h1>
      <p class="lead">${choices.length === 0 ? "Nobody requests an app." : "Members request an app."}</p>
      ${choices.length > 0 && html`<div class="card"><ul class="choices">${choices}</ul></div>`}
    `;
  return renderPage(c, 200, { platform: "GitHub", title: "Installed GitHub Apps", content });
}

function showRequest(github: GithubAppContext, c: RequestContext): PageResponse {
  const login = signedInLogin(github, c);
  const account = ownedOrganization(github, c, login);
  const request = account && findRequest(github, account, c);
  if (!account || !request) return notFound(c);

  const { appName } = github.registration;
  return renderReview(c, {
    appName,
    title: `Approve ${appName}`,
    lead: `on ${account.login}, as ${login}. ${request.requester} requests it.`,
    button: "Approve and install",
    permissions: describePermissions(installationPermissions(permissionsOf(github))),
    action: c.req.path,
    requestId: github.installForms.issue({ account, login, state: null }),
  });
}

/** Installs the App. The owner, who did not start at the app, returns to it without its state. */
function approve(github: GithubAppContext, c: RequestContext, login: string): PageResponse {
  const account = ownedOrganization(github, c, login);
  const request = account && findRequest(github, account, c);
  if (!request) return notFound(c);

  const installation = approveRequest(github, request, login);
  return redirectToSetup(github, "install", { installation, state: null });
}

function ownedOrganization(
  github: GithubAppContext,
  c: RequestContext,
  login: string,
): AccountReference | undefined {
  const organization = findOrganization(github, c.req.param("organization") ?? "");
  if (!organization) return undefined;
  const account = { type: "Organization", login: organization.login } as const;
  return isOwner(github, login, account) ? account : undefined;
}

function requestsFor(github: GithubAppContext, account: AccountReference): InstallationRequest[] {
  return requestsOf(github).filter(({ login }) => isSameLogin(login, account.login));
}

function findRequest(
  github: GithubAppContext,
  account: AccountReference,
  c: RequestContext,
): InstallationRequest | undefined {
  return requestsFor(github, account).find(({ id }) => String(id) === c.req.param("id"));
}

function notFound(c: RequestContext): PageResponse {
  const text = "There is no such organization or request, or you are not an owner.";
  return renderMessage(c, 404, { platform: "GitHub", title: "Page not found", text });
}
