import { ServiceError } from "../errors.ts";
import type { WaitingRequest } from "../ports/waiting-requests.ts";
import { addToTrace } from "../request-trace.ts";
import type { ApprovalDeps, RequestProgress } from "./approval.ts";
import { sealConfirmation } from "./confirmation.ts";
import type { FlowStartDeps } from "./flow.ts";
import { invalidState } from "./invalid-state.ts";
import { matchRedirectUri } from "./redirect-uri.ts";
import { finishRequest, isRefusal } from "./wait-for-approval.ts";

export type CheckRequestDeps = ApprovalDeps &
  Pick<FlowStartDeps, "stateSealer" | "publicUrl" | "redirectUris">;

/** A request with its progress, as its page shows it. */
export type CheckedRequest = (
  | RequestProgress
  /** It cannot be finished any more. */
  | { readonly status: "refused"; readonly error: ServiceError }
) & {
  readonly request: WaitingRequest;
  readonly redirectUri: string | null;
  /** Where an owner confirms for whom it is, relative to the page; `null` while there is nothing to confirm. */
  readonly confirmUrl: string | null;
};

/**
 * Returns how far a request has come, and finishes it if that is possible now.
 *
 * @throws {ServiceError} `invalid_state` for a request that does not exist or has expired,
 * `invalid_redirect_uri`, `retry_later`, `decryption_failed`
 */
export async function checkRequest(deps: CheckRequestDeps, id: string): Promise<CheckedRequest> {
  const request = await deps.requests.find(id);
  if (!request) throw invalidState("request_unknown");
  const { platform, link } = request;
  addToTrace({ platform, ...(link && { linkId: link.id }) });
  const redirectUri =
    request.redirectUri && matchRedirectUri(deps.redirectUris, request.redirectUri);
  const progress = await finishOrRefuse(deps, request);
  const confirmUrl =
    progress.status === "unconfirmed"
      ? await confirmUrlOf(deps, request, progress.installation.providerInstallationId)
      : null;
  return { ...progress, request, redirectUri, confirmUrl };
}

/** Finishes a request, unless that is refused, which its page shows. */
async function finishOrRefuse(deps: CheckRequestDeps, request: WaitingRequest) {
  try {
    return await finishRequest(deps, request);
  } catch (error) {
    if (!(error instanceof ServiceError) || !isRefusal(error)) throw error;
    return { status: "refused", error } as const;
  }
}

async function confirmUrlOf(
  deps: CheckRequestDeps,
  { metadata, link }: WaitingRequest,
  claimedInstallationId: string | null,
): Promise<string | null> {
  if (claimedInstallationId === null) return null;
  const isStored = link !== null && (await deps.links.find(link.id)) !== undefined;
  const confirmation = { metadata, link: isStored ? link : null, claimedInstallationId };
  const query = new URLSearchParams({ request: await sealConfirmation(deps, confirmation) });
  return `authorize?${query}`;
}
