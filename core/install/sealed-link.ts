import * as v from "valibot";
import { ServiceError } from "../errors.ts";
import { invalidLink, LinkIntent } from "../ports/install-links.ts";
import { addToTrace } from "../request-trace.ts";
import { openOr, type SealContext } from "../sealing/sealer.ts";
import type { FlowDeps } from "./flow.ts";
import { invalidState } from "./oauth-state.ts";

const MAX_LENGTH = 2048;

/**
 * Encrypts a link for its URL.
 *
 * @throws {ServiceError} `invalid_request` if it is too long for one
 */
export async function sealLink(
  { stateSealer, publicUrl }: FlowDeps,
  intent: LinkIntent,
): Promise<string> {
  const sealed = await stateSealer.seal(contextOf(publicUrl), JSON.stringify(intent));
  if (sealed.length <= MAX_LENGTH) return sealed;
  throw new ServiceError("invalid_request", "The redirect_uri and metadata are too long together.");
}

/**
 * Decrypts the link in a URL, also one that was used or ended, or has expired.
 *
 * @throws {ServiceError} `invalid_state` if it was not created by this stage
 */
export async function unsealLink(
  { stateSealer, publicUrl }: FlowDeps,
  sealed: string,
): Promise<LinkIntent> {
  const encoded = { text: sealed, maxLength: MAX_LENGTH };
  const text = await openOr(stateSealer, contextOf(publicUrl), encoded, (reason) => {
    throw invalidState(`link_${reason}`);
  });
  const link = v.safeParse(LinkIntent, JSON.parse(text));
  // The links of Grantkeep 0.2 have no row.
  if (!link.success) throw invalidLink("unknown");
  addToTrace({ linkId: link.output.id, platform: link.output.platform });
  return link.output;
}

function contextOf(audience: string): SealContext {
  return { purpose: "install-link", binding: ["install-link", audience] };
}
