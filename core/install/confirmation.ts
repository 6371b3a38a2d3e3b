import * as v from "valibot";
import { ProviderInstallationId } from "../installation.ts";
import { FlowMetadata } from "../metadata.ts";
import { FlowLink } from "../ports/install-links.ts";
import { openOr, type SealContext } from "../sealing/sealer.ts";
import type { FlowIntent, FlowStartDeps } from "./flow.ts";
import { invalidState } from "./oauth-state.ts";

const MAX_LENGTH = 2048;
const LIFETIME_SECONDS = 3_600;

const Confirmation = v.strictObject({
  metadata: FlowMetadata,
  link: v.nullable(FlowLink),
  claimedInstallationId: ProviderInstallationId,
  /** Epoch seconds. */
  expiresAt: v.number(),
});

type Deps = Pick<FlowStartDeps, "stateSealer" | "publicUrl">;

/** Returns the parameter with which an owner connects the installation of a request. */
export function sealConfirmation(
  { stateSealer, publicUrl }: Deps,
  confirmation: Omit<v.InferOutput<typeof Confirmation>, "expiresAt">,
): Promise<string> {
  const expiresAt = Math.floor(Date.now() / 1000) + LIFETIME_SECONDS;
  return stateSealer.seal(contextOf(publicUrl), JSON.stringify({ ...confirmation, expiresAt }));
}

/**
 * Decrypts the parameter with which an owner connects the installation of a request.
 *
 * @throws {ServiceError} `invalid_state`
 */
export async function openConfirmation(
  { stateSealer, publicUrl }: Deps,
  sealed: string,
): Promise<FlowIntent> {
  const encoded = { text: sealed, maxLength: MAX_LENGTH };
  const text = await openOr(stateSealer, contextOf(publicUrl), encoded, (reason) => {
    throw invalidState(reason);
  });
  const { expiresAt, ...intent } = v.parse(Confirmation, JSON.parse(text));
  if (Date.now() / 1000 > expiresAt) throw invalidState("expired");
  return { ...intent, redirectUri: null };
}

function contextOf(audience: string): SealContext {
  return { purpose: "state", binding: ["confirmation", audience] };
}
