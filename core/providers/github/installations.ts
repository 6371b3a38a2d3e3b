import * as v from "valibot";
import { ServiceError } from "../../errors.ts";
import { inactiveError } from "../../inactive.ts";
import type { Narrowing } from "../../ports/provider.ts";
import { unexpectedResponse } from "../request.ts";
import { type GithubCall, getGithub, requestGithub } from "./api.ts";
import { githubApiError } from "./errors.ts";
import { GithubAppInstallationToken, GithubInstallationInfo } from "./responses.ts";

const APP_PATH = "/app";
const USER_INSTALLATIONS_PATH = "/user/installations";
const installationPath = (id: string) => `/app/installations/${id}`;
const tokenPath = (id: string) => `${installationPath(id)}/access_tokens`;
const membershipPath = (login: string) => `/user/memberships/orgs/${encodeURIComponent(login)}`;

const PAGE_SIZE = 100;
/** Only the first thousand installations that a user can access are searched. */
const MAX_PAGES = 10;

const Installations = v.object({
  installations: v.array(v.object({ id: v.pipe(v.number(), v.safeInteger()) })),
});

const Membership = v.object({ role: v.string(), state: v.string() });

/**
 * Returns an installation of the App, or `undefined` if there is none with this id. The call is the App's.
 *
 * @throws {ServiceError} `provider_misconfigured`, `provider_error`, `provider_unavailable`, `provider_rate_limited`
 */
export async function findInstallation(
  call: GithubCall,
  id: string,
): Promise<GithubInstallationInfo | undefined> {
  const response = await requestGithub({ ...call, path: installationPath(id) });
  if (response.status === 404) {
    await requireApp(call);
    return undefined;
  }
  if (response.status !== 200) throw githubApiError(response);

  const installation = v.safeParse(GithubInstallationInfo, response.body);
  if (!installation.success) throw unexpectedResponse("github", "installation");
  return installation.output;
}

/**
 * Uninstalls the App from an account. It does nothing if the installation does not exist.
 *
 * @throws {ServiceError} `provider_misconfigured`, `provider_error`, `provider_unavailable`, `provider_rate_limited`
 * @see [Delete an installation](https://docs.github.com/en/rest/apps/apps#delete-an-installation-for-the-authenticated-app)
 */
export async function deleteInstallation(call: GithubCall, id: string): Promise<void> {
  const response = await requestGithub({ ...call, method: "DELETE", path: installationPath(id) });
  if (response.status === 404) await requireApp(call);
  else if (response.status !== 204) throw githubApiError(response);
}

/**
 * Throws unless the App exists. GitHub returns 404 for every path if it does not: then a 404 is a mistake in
 * our configuration, and says nothing about an installation.
 */
async function requireApp(call: GithubCall): Promise<void> {
  const response = await requestGithub({ ...call, path: APP_PATH });
  if (response.status === 200) return;
  const message = "GitHub has no App with the configured id and private key.";
  throw new ServiceError("provider_misconfigured", message, {
    reason: `status ${response.status}`,
  });
}

/** Returns whether a user has explicit access to an installation. The call is the user's. */
export async function canSeeInstallation(call: GithubCall, id: string): Promise<boolean> {
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const path = `${USER_INSTALLATIONS_PATH}?per_page=${PAGE_SIZE}&page=${page}`;
    const { installations } = await getGithub(call, path, Installations);
    if (installations.some((installation) => String(installation.id) === id)) return true;
    if (installations.length < PAGE_SIZE) return false;
  }
  return false;
}

/** Returns whether a user is an active owner of an organization. The call is the user's. */
export async function isOrganizationOwner(call: GithubCall, login: string): Promise<boolean> {
  const response = await requestGithub({ ...call, path: membershipPath(login) });
  const membership = v.safeParse(Membership, response.body);
  if (response.status !== 200 || !membership.success) return false;
  return membership.output.role === "admin" && membership.output.state === "active";
}

/**
 * Mints an installation token with the requested narrowing. The call is the App's.
 *
 * A 403 or 404 does not tell why: the installation is read then, to find out if it is suspended or deleted.
 *
 * @throws {ServiceError} `installation_inactive` with the reason `suspended` or `uninstalled`,
 * `invalid_request` if the installation does not grant the narrowing, and the errors of `findInstallation`
 */
export async function mintInstallationToken(
  call: GithubCall,
  id: string,
  narrowing: Narrowing = {},
): Promise<GithubAppInstallationToken> {
  const response = await requestGithub({
    ...call,
    method: "POST",
    path: tokenPath(id),
    body: JSON.stringify(narrowing),
  });
  const token = v.safeParse(GithubAppInstallationToken, response.body);
  if (response.status === 201 && token.success) return token.output;

  const isNarrowed = Object.keys(narrowing).length > 0;
  if (response.status === 422 && isNarrowed) {
    const message = "The installation does not grant the requested repositories or permissions.";
    throw new ServiceError("invalid_request", message);
  }
  if (response.status === 404 || response.status === 403) {
    const installation = await findInstallation(call, id);
    if (!installation) throw inactiveError("uninstalled");
    if (installation.isSuspended) throw inactiveError("suspended");
  }
  throw githubApiError(response);
}
