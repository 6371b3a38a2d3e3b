import { isServiceError, notFound, ServiceError } from "../errors.ts";
import type { Platform } from "../installation.ts";
import type { FlowMetadata } from "../metadata.ts";
import {
  createInstallLinkId,
  type FlowLink,
  type InstallLink,
  type InstallLinks,
  invalidLink,
  type LinkIntent,
} from "../ports/install-links.ts";
import type { InstallationReader } from "../ports/installation-repository.ts";
import { getProvider } from "../providers/registry.ts";
import { addToTrace } from "../request-trace.ts";
import type { FlowStartDeps } from "./flow.ts";
import { createPageCookie, createPageSecret, linkNonce, readPageSecret } from "./page-cookie.ts";
import { matchRedirectUri } from "./redirect-uri.ts";
import { sealLink, unsealLink } from "./sealed-link.ts";

/** Longer than a function runs, so that a claim ends by itself only if its process died. */
const CLAIM_SECONDS = 30;

export interface InstallLinkRequest {
  readonly platform: Platform;
  readonly redirectUri: string | undefined;
  readonly metadata: FlowMetadata;
  /** The only installation that the link may change. */
  readonly installationId: string | undefined;
  /** Whether the link may take the installation of another customer. */
  readonly replaces: boolean;
  readonly expiresInSeconds: number;
}

export interface CreateLinkDeps extends FlowStartDeps {
  readonly links: InstallLinks;
  readonly installations: InstallationReader;
}

export interface LinkPageDeps extends Pick<FlowStartDeps, "stateSealer" | "publicUrl"> {
  readonly links: Pick<InstallLinks, "find">;
}

/**
 * Creates and stores an install link. Its URL contains the link, encrypted.
 *
 * @throws {ServiceError} `invalid_redirect_uri`, `platform_not_configured`, `installation_not_found`,
 * `invalid_request`, `retry_later`
 */
export async function createInstallLink(
  { stateSealer, providers, redirectUris, publicUrl, links, installations }: CreateLinkDeps,
  request: InstallLinkRequest,
): Promise<{ id: string; url: string; expiresAt: Date }> {
  const { platform, redirectUri, metadata, installationId, replaces } = request;
  getProvider(providers, platform);
  if (installationId !== undefined && replaces) {
    throw new ServiceError(
      "invalid_request",
      "A link for one installation cannot replace another one.",
    );
  }
  const intent: LinkIntent = {
    id: createInstallLinkId(),
    platform,
    redirectUri: redirectUri === undefined ? null : matchRedirectUri(redirectUris, redirectUri),
    metadata,
    installationId: installationId ?? null,
    replaces,
    expiresAt: Math.floor(Date.now() / 1000) + request.expiresInSeconds,
  };
  const sealed = await sealLink({ stateSealer, publicUrl }, intent);
  if (installationId !== undefined) await requirePlatform(installations, installationId, platform);
  await links.create(intent);
  addToTrace({ linkId: intent.id, platform });
  return {
    id: intent.id,
    url: `${publicUrl}/?link=${sealed}`,
    expiresAt: new Date(intent.expiresAt * 1000),
  };
}

/**
 * Decrypts and validates the link in a URL. It may have been used or ended: see `openLinkPage`.
 *
 * @throws {ServiceError} `invalid_state`
 */
export async function openInstallLink(
  deps: Pick<FlowStartDeps, "stateSealer" | "publicUrl">,
  sealed: string,
  now: Date,
): Promise<LinkIntent> {
  const link = await unsealLink(deps, sealed);
  if (now.getTime() / 1000 > link.expiresAt) throw invalidLink("expired");
  return link;
}

/**
 * Returns what the page of a link shows, and the nonce of its button, which starts the flow in this browser
 * only. While the database does not respond, a link counts as valid: it is checked again when the flow ends.
 *
 * @throws {ServiceError} `invalid_state` if the link was used or ended, or has expired
 */
export async function openLinkPage(
  deps: LinkPageDeps,
  { sealed, cookies }: { sealed: string; cookies: readonly string[] },
): Promise<{ link: LinkIntent; nonce: string; cookies: string[] }> {
  const link = await openInstallLink(deps, sealed, new Date());
  try {
    requireUsable(await deps.links.find(link.id));
  } catch (error) {
    if (!isServiceError(error, "retry_later")) throw error;
  }
  const known = readPageSecret(cookies);
  const secret = known ?? createPageSecret();
  return {
    link,
    nonce: linkNonce(secret, link.id),
    cookies: known === undefined ? [createPageCookie(secret)] : [],
  };
}

/**
 * Runs the part of a flow that redeems a code while no other flow of the same link does: at some platforms,
 * each new grant ends older tokens of the organization.
 *
 * @throws {ServiceError} `invalid_state` if the link was used or ended; `retry_later` while another flow
 * redeems its code
 */
export async function withClaimedLink<Result>(
  links: InstallLinks,
  { link, nonce: flow }: { link: FlowLink | null; nonce: string },
  work: () => Promise<Result>,
): Promise<Result> {
  if (!link) return work();
  if (!(await links.claim(link.id, { flow, seconds: CLAIM_SECONDS }))) {
    requireUsable(await links.find(link.id));
    throw new ServiceError("retry_later", "This install link is being used. Try again.", {
      reason: "link_claimed",
    });
  }
  try {
    return await work();
  } finally {
    // Without this, the link can be used when the claim ends.
    await links.release(link.id, flow).catch(() => {});
  }
}

function requireUsable(link: InstallLink | undefined): void {
  if (!link) throw invalidLink("unknown");
  if (link.endedAt) throw invalidLink("ended");
  if (link.usedAt) throw invalidLink("used");
}

async function requirePlatform(
  installations: InstallationReader,
  id: string,
  platform: Platform,
): Promise<void> {
  const installation = await installations.find({ id });
  if (!installation) throw notFound();
  if (installation.platform !== platform) {
    throw new ServiceError("invalid_request", "The installation is on another platform.");
  }
}
