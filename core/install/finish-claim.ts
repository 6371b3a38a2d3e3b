import { isDeepStrictEqual } from "node:util";
import { PLATFORM_CALL_MS } from "../deadlines.ts";
import { ServiceError } from "../errors.ts";
import type { Installation } from "../installation.ts";
import type { Grant, UnprovenGrant } from "../ports/provider.ts";
import type { WaitingRequest } from "../ports/waiting-requests.ts";
import { getProvider } from "../providers/registry.ts";
import type { ApprovalDeps, RequestProgress } from "./approval.ts";
import { withClaimedLink } from "./install-link.ts";
import { findSenderOf, notInstaller } from "./installer-proof.ts";
import { storeGrant } from "./store-grant.ts";

/**
 * Stores the installation that a person claims to have made, once the signed webhook has named who made it.
 *
 * @throws {ServiceError} `installation_not_verified` if it was another person, `platform_not_configured`, and the
 * errors of `withClaimedLink` and `storeGrant`
 */
export async function finishClaim(
  deps: ApprovalDeps,
  request: WaitingRequest,
  claimedInstallationId: string,
): Promise<RequestProgress> {
  const { platform, account, requester, link } = request;
  const grant = {
    organizationId: account.id,
    organizationName: account.name,
    organizationUrl: null,
    providerInstallationId: claimedInstallationId,
    installedBy: requester.name,
    installedById: requester.id,
    tokens: null,
  };
  const stored = await findStored(deps, request);
  if (stored) return { status: "finished", installation: stored };

  const sender = await findSenderOf(deps.installations, platform, grant);
  if (sender === undefined) return { status: "waiting" };
  if (sender !== requester.id || deps.ownership !== "installer") throw notInstaller();
  try {
    const flow = { link, nonce: request.id };
    const installation = await withClaimedLink(deps.links, flow, () =>
      connect(deps, request, grant),
    );
    await deps.requests.finish(request.id, installation.id);
    return { status: "finished", installation };
  } catch (error) {
    // The webhook and the page may finish it at the same time.
    const latest = await deps.requests.find(request.id);
    const installation = latest && (await findStored(deps, latest));
    if (!installation) throw error;
    return { status: "finished", installation };
  }
}

async function findStored(
  { installations }: ApprovalDeps,
  { installationId: id }: WaitingRequest,
): Promise<Installation | undefined> {
  return id === null ? undefined : installations.find({ id });
}

/** Stores the grant, which creates an unclaimed installation only once. */
async function connect(
  deps: ApprovalDeps,
  request: WaitingRequest,
  grant: UnprovenGrant["grant"],
): Promise<Installation> {
  const { platform } = request;
  const row = await deps.installations.find({ platform, organizationId: grant.organizationId });
  if (row && isConnectedBy(row, request, grant)) return row;

  const provider = getProvider(deps.providers, platform);
  const onlyUnclaimed = row?.inactiveReason === "unclaimed";
  // The webhook has stored the permissions of this very installation.
  const granted = onlyUnclaimed ? { ...grant, permissions: row.permissions } : grant;
  const intent = { ...request, onlyUnclaimed };
  const signal = AbortSignal.timeout(PLATFORM_CALL_MS);
  try {
    return (await storeGrant(deps, provider, intent, granted, signal)).installation;
  } catch (error) {
    throw error instanceof ServiceError && error.reason === "claimed" ? busy() : error;
  }
}

function isConnectedBy(row: Installation, { metadata }: WaitingRequest, grant: Grant): boolean {
  return (
    row.isActive &&
    row.installedById === grant.installedById &&
    row.providerInstallationId === grant.providerInstallationId &&
    isDeepStrictEqual(row.metadata, metadata)
  );
}

function busy(): ServiceError {
  const message = "The installation is being connected. Try again.";
  return new ServiceError("retry_later", message, { reason: "claimed" });
}
