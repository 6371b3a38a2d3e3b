import * as v from "valibot";
import { ServiceError } from "../../errors.ts";
import { inactiveError } from "../../inactive.ts";
import type { Narrowing } from "../../ports/provider.ts";
import { unexpectedResponse } from "../request.ts";
import { type GithubUrls, refusedByGithub, requestGithub } from "./api.ts";
import { GithubAppInstallationToken, GithubInstallationInfo } from "./responses.ts";

const PAGE_SIZE = 100;
/** Nobody administers more than a thousand installations of one App. */
const MAX_PAGES = 10;

const Installations = v.object({
  installations: v.array(v.object({ id: v.pipe(v.number(), v.safeInteger()) })),
});

const Membership = v.object({ role: v.string(), state: v.string() });

/** Who speaks to GitHub: a user's token, or the App's JWT. */
export interface GithubCall {
  readonly urls: GithubUrls;
  readonly bearer: string;
  readonly signal: AbortSignal;
}

/**
 * Reads an installation of the App whose JWT it is; `undefined` when GitHub does not know it.
 *
 * @throws {ServiceError} `provider_misconfigured`, `provider_error`, `provider_unavailable`, `provider_rate_limited`
 */
export async function findInstallation(
  call: GithubCall,
  id: string,
): Promise<GithubInstallationInfo | undefined> {
  const response = await requestGithub({ ...call, path: `/app/installations/${id}` });
  if (response.status === 404) {
    await requireApp(call);
    return undefined;
  }
  if (response.status !== 200) throw refusedByGithub(response);

  const installation = v.safeParse(GithubInstallationInfo, response.body);
  if (!installation.success) throw unexpectedResponse("github", "installation");
  return installation.output;
}

/**
 * Makes sure that a 404 was about the installation: GitHub answers 404 for everything when the App itself
 * does not exist, which is a mistake in our configuration.
 *
 * @throws {ServiceError} `provider_misconfigured`
 */
export async function requireApp(call: GithubCall): Promise<void> {
  const response = await requestGithub({ ...call, path: "/app" });
  if (response.status === 200) return;
  throw new ServiceError("provider_misconfigured", "github does not know our App.", {
    reason: `status ${response.status}`,
  });
}

/** Whether an installation is among those that a user has explicit access to. */
export async function canSeeInstallation(call: GithubCall, id: string): Promise<boolean> {
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const path = `/user/installations?per_page=${PAGE_SIZE}&page=${page}`;
    const response = await requestGithub({ ...call, path });
    const parsed = v.safeParse(Installations, response.body);
    if (response.status !== 200 || !parsed.success) throw refusedByGithub(response);

    const { installations } = parsed.output;
    if (installations.some((installation) => String(installation.id) === id)) return true;
    if (installations.length < PAGE_SIZE) return false;
  }
  return false;
}

/** Whether a user is an active owner of an organization: to be a member is not enough to bind it. */
export async function isOrganizationAdmin(call: GithubCall, login: string): Promise<boolean> {
  const path = `/user/memberships/orgs/${encodeURIComponent(login)}`;
  const response = await requestGithub({ ...call, path });
  const membership = v.safeParse(Membership, response.body);
  if (response.status !== 200 || !membership.success) return false;
  return membership.output.role === "admin" && membership.output.state === "active";
}

/**
 * Mints an installation token, as narrow as asked.
 *
 * What GitHub says when it refuses is not believed at once: whether the installation is gone or suspended
 * is read a second time, in its own words.
 *
 * @throws {ServiceError} `installation_inactive` with the reason `suspended` or `uninstalled`,
 * `invalid_request` for a narrowing that is wider than the grant, and the errors of `findInstallation`
 */
export async function mintInstallationToken(
  call: GithubCall,
  id: string,
  narrowing: Narrowing = {},
): Promise<GithubAppInstallationToken> {
  const response = await requestGithub({
    ...call,
    method: "POST",
    path: `/app/installations/${id}/access_tokens`,
    body: JSON.stringify(narrowing),
  });
  const token = v.safeParse(GithubAppInstallationToken, response.body);
  if (response.status === 201 && token.success) return token.output;

  const isNarrowed = Object.keys(narrowing).length > 0;
  if (response.status === 422 && isNarrowed) {
    throw new ServiceError(
      "invalid_request",
      "The installation does not grant what was asked for.",
    );
  }
  if (response.status === 404 || response.status === 403) {
    const installation = await findInstallation(call, id);
    if (!installation) throw inactiveError("uninstalled");
    if (installation.isSuspended) throw inactiveError("suspended");
  }
  throw refusedByGithub(response);
}
