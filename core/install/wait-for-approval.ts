import { isDeepStrictEqual } from "node:util";
import { type ErrorCode, isServiceError } from "../errors.ts";
import type { Installation, Platform } from "../installation.ts";
import { createWebhookSecret } from "../installation.ts";
import { publishChange } from "../ports/installation-events.ts";
import { customerOf } from "../ports/rebinding.ts";
import {
  createWaitingRequestId,
  type RequestIntent,
  type WaitingRequest,
} from "../ports/waiting-requests.ts";
import type { CreatedInstallation } from "../ports/webhook.ts";
import type { ApprovalDeps, RequestProgress } from "./approval.ts";
import { finishClaim } from "./finish-claim.ts";
import { NO_TOKENS } from "./store-grant.ts";

const REFUSALS: readonly ErrorCode[] = [
  "installation_bound_elsewhere",
  "installation_not_verified",
  "invalid_state",
];

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
    ({ metadata, link, redirectUri, claimedInstallationId }) =>
      claimedInstallationId === intent.claimedInstallationId &&
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
 * Finishes what waits for an installation, after the signed webhook has named the account, who installed the App and
 * who requested it. Of a request, it has no effect if two match: it does not show which of them the owner approved.
 *
 * @throws {ServiceError} `retry_later`, `decryption_failed`, `platform_not_configured`
 */
export async function finishWaiting(
  deps: ApprovalDeps,
  { platform, organizationId: accountId, sender, requester }: CreatedInstallation,
): Promise<void> {
  const people = new Set([sender.id, ...(requester ? [requester.id] : [])]);
  for (const requesterId of people) {
    const waiting = await deps.requests.findWaiting({ platform, accountId, requesterId });
    for (const request of waiting) await finishUnlessRefused(deps, request);
  }
}

/** Finishes a request. Its page shows why it was refused. */
async function finishUnlessRefused(deps: ApprovalDeps, request: WaitingRequest): Promise<void> {
  try {
    await finishRequest(deps, request);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}

/** Returns whether an error ends what waits: it stays the same later. */
export function isRefusal(error: unknown): boolean {
  return REFUSALS.some((code) => isServiceError(error, code));
}

/**
 * Stores the installation of a request that was approved: the App is installed and not connected, its signed
 * webhook named the requester and the account, no other request matches, and the install link was not ended.
 *
 * @throws {ServiceError} `retry_later`, `decryption_failed`, and of a claim, the errors of `finishClaim`
 */
export async function finishRequest(
  deps: ApprovalDeps,
  request: WaitingRequest,
): Promise<RequestProgress> {
  const { platform, account, requester, claimedInstallationId } = request;
  if (claimedInstallationId) return finishClaim(deps, request, claimedInstallationId);
  const key = { platform, organizationId: account.id };
  const row = await deps.installations.find(key);
  if (!row || row.requestedById !== requester.id) return { status: "waiting" };
  if (row.isActive && isDeepStrictEqual(row.metadata, request.metadata)) {
    return finished(deps, request, row);
  }
  if (row.inactiveReason !== "unclaimed") return { status: "waiting" };

  const others = { platform, accountId: account.id, requesterId: requester.id };
  const waiting = await deps.requests.findWaiting(others);
  const isOnly = waiting.filter((other) => !other.claimedInstallationId).length === 1;
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
