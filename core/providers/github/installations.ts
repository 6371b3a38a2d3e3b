import * as v from "valibot";
import { ServiceError } from "../../errors.ts";
import { inactiveError } from "../../inactive.ts";
import type { Narrowing } from "../../ports/provider.ts";
import { type PlatformResponse, unexpectedResponse } from "../request.ts";
import { callGithub, type GithubCall, getGithub } from "./api.ts";
import { githubApiError, isGithubError, isRateLimited } from "./errors.ts";
import { GithubAppInstallationToken, GithubInstallationInfo } from "./responses.ts";

const APP_PATH = "/app";
const USER_INSTALLATIONS_PATH = "/user/installations";
const installationPath = (id: string) => `/app/installations/${id}`;
const tokenPath = (id: string) => `${installationPath(id)}/access_tokens`;
const membershipPath = (login: string) => `/user/memberships/orgs/${encodeURIComponent(login)}`;

/** Since the version 2026-03-10 of the API, GitHub returns 202. */
const DELETED = new Set([202, 204]);

/** A token that is narrowed to 500 repositories comes with all of them, each about 5 KB long. */
const MAX_TOKEN_BYTES = 8 * 1024 * 1024;

/**
 * The lifetime of an installation token.
 *
 * @see [Authenticating as an installation](https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation)
 */
const MAX_LIFE_SECONDS = 3_600;

const PAGE_SIZE = 100;
/** Only the first thousand installations that a user can access are searched. */
const MAX_PAGES = 10;

const Installations = v.object({
  installations: v.array(v.object({ id: v.pipe(v.number(), v.safeInteger()) })),
});

const App = v.object({ client_id: v.string() });

const Membership = v.object({
  role: v.string(),
  state: v.string(),
  organization: v.object({ id: v.number() }),
});

/** A minted token, with the life that it has left. */
export interface MintedToken extends Omit<GithubAppInstallationToken, "expires_at"> {
  readonly expiresInSeconds: number;
}

/** An installation, as the App reads it. */
export interface AppInstallation extends GithubInstallationInfo {
  /** By GitHub's own clock; `null` if GitHub does not return it. */
  readonly createdSecondsAgo: number | null;
}

/** The credential of the App, by its JWT. */
export interface GithubAppCall extends GithubCall {
  /** The client ID of the App that the JWT is for. */
  readonly clientId: string;
}

/**
 * Returns an installation of the App, or `undefined` if there is none with this id. The call is the App's.
 *
 * @throws {ServiceError} `provider_misconfigured`, `provider_error`, `provider_unavailable`, `provider_rate_limited`
 */
export async function findInstallation(
  call: GithubAppCall,
  id: string,
): Promise<AppInstallation | undefined> {
  const response = await callGithub({ ...call, path: installationPath(id) });
  if (response.status === 404 && isGithubError(response)) {
    await requireApp(call);
    return undefined;
  }
  if (response.status !== 200) throw githubApiError(response);

  const installation = v.safeParse(GithubInstallationInfo, response.body);
  if (!installation.success) throw unexpectedResponse("github", "installation");
  const { createdAt } = installation.output;
  const seconds = (clockOf(response) - Date.parse(createdAt ?? "")) / 1000;
  return { ...installation.output, createdSecondsAgo: Number.isNaN(seconds) ? null : seconds };
}

/**
 * Uninstalls the App from an account. It does nothing if the installation does not exist.
 *
 * @throws {ServiceError} `provider_misconfigured`, `provider_error`, `provider_unavailable`, `provider_rate_limited`
 * @see [Delete an installation](https://docs.github.com/en/rest/apps/apps#delete-an-installation-for-the-authenticated-app)
 */
export async function deleteInstallation(call: GithubAppCall, id: string): Promise<void> {
  const response = await callGithub({ ...call, method: "DELETE", path: installationPath(id) });
  if (response.status === 404 && isGithubError(response)) await requireApp(call);
  else if (!DELETED.has(response.status)) throw githubApiError(response);
}

/**
 * Throws unless the JWT is the App's. For an App that does not exist, GitHub returns 404 for every path, and for
 * another App, 404 for our installations: then a 404 is a mistake in our configuration, and says nothing about
 * an installation.
 */
async function requireApp({ clientId, ...call }: GithubAppCall): Promise<void> {
  const response = await callGithub({ ...call, path: APP_PATH });
  const { status } = response;
  if (status === 403) throw githubApiError(response);
  if (status === 200 && isApp(response.body, clientId)) return;
  const message = "GitHub has no App with the configured client id, App id and private key.";
  throw new ServiceError("provider_misconfigured", message, {
    reason: status === 200 ? "another App" : `status ${status}`,
    outcome: "none",
  });
}

function isApp(body: unknown, clientId: string): boolean {
  const app = v.safeParse(App, body);
  return app.success && app.output.client_id === clientId;
}

/** Returns whether a user has explicit access to an installation. The call is the user's. */
export async function canSeeInstallation(call: GithubCall, id: string): Promise<boolean> {
  for await (const ids of visiblePages(call)) if (ids.includes(id)) return true;
  return false;
}

/** Returns the first hundred installations that a user has explicit access to. The call is the user's. */
export async function listVisibleInstallations(call: GithubCall): Promise<string[]> {
  for await (const ids of visiblePages(call)) return ids;
  return [];
}

async function* visiblePages(call: GithubCall): AsyncGenerator<string[]> {
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const path = `${USER_INSTALLATIONS_PATH}?per_page=${PAGE_SIZE}&page=${page}`;
    const { installations } = await getGithub(call, path, Installations);
    yield installations.map(({ id }) => String(id));
    if (installations.length < PAGE_SIZE) return;
  }
}

/** Returns whether a user is an active owner of an organization. The call is the user's. */
export async function isOrganizationOwner(
  call: GithubCall,
  { id, login }: { id: number; login: string },
): Promise<boolean> {
  const response = await callGithub({ ...call, path: membershipPath(login) });
  if (isRateLimited(response)) throw githubApiError(response);
  const membership = v.safeParse(Membership, response.body);
  if (response.status !== 200 || !membership.success) return false;
  const { role, state, organization } = membership.output;
  // Another organization may have the login by now.
  return role === "admin" && state === "active" && organization.id === id;
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
  call: GithubAppCall,
  id: string,
  { narrowing = {}, limitMs }: { narrowing?: Narrowing; limitMs?: number } = {},
): Promise<MintedToken> {
  const response = await callGithub({
    ...call,
    method: "POST",
    path: tokenPath(id),
    body: JSON.stringify(narrowing),
    maxBodyBytes: MAX_TOKEN_BYTES,
    ...(limitMs !== undefined && { limitMs }),
  });
  const token = v.safeParse(GithubAppInstallationToken, response.body);
  if (response.status === 201 && token.success) return toMintedToken(token.output, response);

  const isNarrowed = Object.keys(narrowing).length > 0;
  if (response.status === 422 && isNarrowed) {
    const message = "The installation does not grant the requested repositories or permissions.";
    throw new ServiceError("invalid_request", message, { outcome: "none" });
  }
  if ((response.status === 404 || response.status === 403) && !isRateLimited(response)) {
    const installation = await findInstallation(call, id);
    if (!installation) throw inactiveError("uninstalled");
    if (installation.isSuspended) throw inactiveError("suspended");
  }
  throw githubApiError(response);
}

/** Returns the time by GitHub's own clock: ours may be wrong. */
function clockOf({ headers }: PlatformResponse): number {
  const date = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(date) ? Date.now() : date;
}

function toMintedToken(
  { expires_at, ...minted }: GithubAppInstallationToken,
  response: PlatformResponse,
): MintedToken {
  const seconds = (Date.parse(expires_at) - clockOf(response)) / 1000;
  if (seconds <= 0) throw unexpectedResponse("github", "expired token");
  return { ...minted, expiresInSeconds: Math.min(seconds, MAX_LIFE_SECONDS) };
}
