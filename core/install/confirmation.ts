import * as v from "valibot";
import { ProviderInstallationId } from "../installation.ts";
import { FlowMetadata } from "../metadata.ts";
import { FlowLink } from "../ports/install-links.ts";
import type { SealContext } from "../sealing/sealer.ts";
import type { FlowIntent, FlowStartDeps } from "./flow.ts";
import { invalidState } from "./invalid-state.ts";
import { openParameter, sealParameter } from "./sealed-parameter.ts";

const LIFETIME_SECONDS = 3_600;

const Confirmation = v.strictObject({
  metadata: FlowMetadata,
  link: v.nullable(FlowLink),
  claimedInstallationId: ProviderInstallationId,
  /** Epoch seconds. */
  expiresAt: v.number(),
});

type Deps = Pick<FlowStartDeps, "stateSealer" | "publicUrl">;

/**
 * Returns the parameter with which an owner connects the installation of a request.
 *
 * @throws {ServiceError} `invalid_request` if its metadata is too long
 */
export function sealConfirmation(
  { stateSealer, publicUrl }: Deps,
  confirmation: Omit<v.InferOutput<typeof Confirmation>, "expiresAt">,
): Promise<string> {
  const expiresAt = Math.floor(Date.now() / 1000) + LIFETIME_SECONDS;
  return sealParameter(stateSealer, contextOf(publicUrl), { ...confirmation, expiresAt });
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
  const content = await openParameter(stateSealer, contextOf(publicUrl), sealed);
  const { expiresAt, ...intent } = v.parse(Confirmation, content);
  if (Date.now() / 1000 > expiresAt) throw invalidState("expired");
  return { ...intent, redirectUri: null };
}

function contextOf(audience: string): SealContext {
  return { purpose: "state", binding: ["confirmation", audience] };
}
