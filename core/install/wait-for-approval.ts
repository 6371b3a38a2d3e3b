import { isDeepStrictEqual } from "node:util";
import type { RequestMode } from "../configuration/requests.ts";
import { isServiceError } from "../errors.ts";
import type { Installation, Platform } from "../installation.ts";
import { createWebhookSecret } from "../installation.ts";
import type { InstallLinks } from "../ports/install-links.ts";
import { type InstallationEvents, publishChange } from "../ports/installation-events.ts";
import type { InstallationRepository } from "../ports/installation-repository.ts";
import { customerOf } from "../ports/rebinding.ts";
import {
  createWaitingRequestId,
  type RequesterKey,
  type RequestIntent,
  type WaitingRequest,
  type WaitingRequests,
} from "../ports/waiting-requests.ts";
import { NO_TOKENS } from "./store-grant.ts";

export interface ApprovalDeps {
  readonly requests: WaitingRequests;
  readonly installations: InstallationRepository;
  readonly links: Pick<InstallLinks, "find">;
  readonly events: InstallationEvents;
  /** The metadata keys that say which customer a link is for; by default, all but `display_name`. */
  readonly bindingKeys?: readonly string[] | undefined;
  readonly requestMode: RequestMode;
}

/** How far a request has come. */
export type RequestProgress =
  | { readonly status: "waiting" }
  /** Approved on GitHub; an owner has to confirm for whom. */
  | { readonly status: "unconfirmed"; readonly installation: Installation }
  | { readonly status: "finished"; readonly installation: Installation };

/**
 * Stores a member's request until an owner approves it, and returns its id. The same request again keeps its id.
 *
 * @throws {ServiceError} `retry_later`, `decryption_failed`
 */
export async function waitForApproval(
  { requests }: Pick<ApprovalDeps, "requests">,
  platform: Platform,
  intent: RequestIntent,
): Promise<string> {
  const { account, requester } = intent;
  const key = { platform, accountId: account.id, requesterId: requester.id };
  const same = (await requests.findWaiting(key)).find(
    ({ metadata, link, redirectUri }) =>
      isDeepStrictEqual(metadata, intent.metadata) &&
      link?.id === intent.link?.id &&
      redirectUri === intent.redirectUri,
  );
  if (same) return same.id;
  const id = createWaitingRequestId();
  await requests.put({ ...intent, id, platform });
  return id;
}

/**
 * Finishes the request of one person for one account, after the signed webhook has named both. Has no effect if
 * two requests match: it does not show which of them the owner approved.
 *
 * @throws {ServiceError} the errors of `finishRequest`
 */
export async function finishRequestOf(deps: ApprovalDeps, key: RequesterKey): Promise<void> {
  for (const request of await deps.requests.findWaiting(key)) await finishRequest(deps, request);
}

/**
 * Stores the installation of a request that was approved: the App is installed and not connected, its signed
 * webhook named the requester and the account, no other request matches, and the install link was not ended.
 *
 * @throws {ServiceError} `retry_later`, `decryption_failed`
 */
export async function finishRequest(
  deps: ApprovalDeps,
  request: WaitingRequest,
): Promise<RequestProgress> {
  const { platform, account, requester } = request;
  const key = { platform, organizationId: account.id };
  const row = await deps.installations.find(key);
  if (!row || row.requestedById !== requester.id) return { status: "waiting" };
  if (row.isActive && isDeepStrictEqual(row.metadata, request.metadata)) {
    return finished(deps, request, row);
  }
  if (row.inactiveReason !== "unclaimed") return { status: "waiting" };

  const others = { platform, accountId: account.id, requesterId: requester.id };
  const isOnly = (await deps.requests.findWaiting(others)).length === 1;
  if (!isOnly || !(await isLinkGood(deps, request))) return { status: "waiting" };
  if (deps.requestMode === "confirm") return { status: "unconfirmed", installation: row };
  const stored = await connect(deps, request, row);
  return stored ? finished(deps, request, stored) : { status: "waiting" };
}

/** Connects an unclaimed installation. Returns `undefined` if somebody else connected it meanwhile. */
async function connect(
  { installations, links, events, bindingKeys }: ApprovalDeps,
  { metadata, link }: WaitingRequest,
  row: Installation,
): Promise<Installation | undefined> {
  const { platform, organizationId, organizationName, kind, clientId } = row;
  const { providerInstallationId, permissions, installedBy, installedById } = row;
  const input = {
    platform,
    organizationId,
    organizationName,
    kind,
    clientId,
    providerInstallationId,
    permissions,
    installedBy,
    installedById,
    metadata,
    webhookSecret: createWebhookSecret(),
    ...NO_TOKENS,
  };
  // A link is deleted a week after it was made, and the request can wait for longer.
  const isStored = link !== null && (await links.find(link.id)) !== undefined;
  try {
    const stored = await installations.upsert(input, {
      link: isStored ? link : null,
      customer: link ? customerOf(metadata, bindingKeys) : {},
      onlyUnclaimed: true,
    });
    publishChange(events, stored);
    return stored.installation;
  } catch (error) {
    const isTaken =
      isServiceError(error, "installation_bound_elsewhere") ||
      isServiceError(error, "invalid_state");
    if (!isTaken) throw error;
    return undefined;
  }
}

async function isLinkGood({ links }: ApprovalDeps, { link }: WaitingRequest): Promise<boolean> {
  const stored = link && (await links.find(link.id));
  return !stored?.endedAt && !stored?.usedAt;
}

async function finished(
  { requests }: ApprovalDeps,
  { id, installationId }: WaitingRequest,
  installation: Installation,
): Promise<RequestProgress> {
  if (installationId === null) await requests.finish(id, installation.id);
  return { status: "finished", installation };
}
