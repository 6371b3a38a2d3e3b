import * as v from "valibot";
import { invalidLink, LinkIntent } from "../ports/install-links.ts";
import { addToTrace } from "../request-trace.ts";
import type { SealContext } from "../sealing/sealer.ts";
import type { FlowDeps } from "./flow.ts";
import { openParameter, sealParameter } from "./sealed-parameter.ts";

/**
 * Encrypts a link for its URL.
 *
 * @throws {ServiceError} `invalid_request` if it is too long for one
 */
export function sealLink(
  { stateSealer, publicUrl }: FlowDeps,
  intent: LinkIntent,
): Promise<string> {
  return sealParameter(stateSealer, contextOf(publicUrl), intent);
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
  const content = await openParameter(stateSealer, contextOf(publicUrl), sealed, "link_");
  const link = v.safeParse(LinkIntent, content);
  // The links of Grantkeep 0.2 have no row.
  if (!link.success) throw invalidLink("unknown");
  addToTrace({ linkId: link.output.id, platform: link.output.platform });
  return link.output;
}

function contextOf(audience: string): SealContext {
  return { purpose: "install-link", binding: ["install-link", audience] };
}
