import { randomBytes } from "node:crypto";
import * as v from "valibot";
import { ServiceError } from "../errors.ts";
import { Platform } from "../installation.ts";
import { FlowMetadata } from "../metadata.ts";
import { getProvider } from "../providers/registry.ts";
import { openOr, type SealContext } from "../sealing/sealer.ts";
import type { FlowStartDeps } from "./flow.ts";
import { invalidState } from "./oauth-state.ts";
import { matchRedirectUri } from "./redirect-uri.ts";

const MAX_LENGTH = 2048;

/** A one-time link for an install. It can be opened any number of times and used for one install. */
export const InstallLink = v.strictObject({
  id: v.string(),
  platform: Platform,
  redirectUri: v.nullable(v.string()),
  metadata: FlowMetadata,
  /** Epoch seconds. */
  expiresAt: v.number(),
});
export type InstallLink = v.InferOutput<typeof InstallLink>;

export interface InstallLinkRequest {
  readonly platform: Platform;
  readonly redirectUri: string | undefined;
  readonly metadata: FlowMetadata;
  readonly expiresInSeconds: number;
}

/**
 * Creates an install link. Stores nothing: the URL contains the link, encrypted.
 *
 * @throws {ServiceError} `invalid_redirect_uri`, `platform_not_configured`, `invalid_request`
 */
export async function createInstallLink(
  { stateSealer, providers, redirectUris, publicUrl }: FlowStartDeps,
  { platform, redirectUri, metadata, expiresInSeconds }: InstallLinkRequest,
): Promise<{ url: string; expiresAt: Date }> {
  getProvider(providers, platform);
  const link: InstallLink = {
    id: randomBytes(16).toString("hex"),
    platform,
    redirectUri: redirectUri === undefined ? null : matchRedirectUri(redirectUris, redirectUri),
    metadata,
    expiresAt: Math.floor(Date.now() / 1000) + expiresInSeconds,
  };
  const sealed = await stateSealer.seal(contextOf(publicUrl), JSON.stringify(link));
  if (sealed.length > MAX_LENGTH) {
    throw new ServiceError(
      "invalid_request",
      "The redirect_uri and metadata are too long together.",
    );
  }
  return { url: `${publicUrl}/?link=${sealed}`, expiresAt: new Date(link.expiresAt * 1000) };
}

/**
 * Decrypts and validates an install link. Whether it was used is checked when the flow ends.
 *
 * @throws {ServiceError} `invalid_state`
 */
export async function openInstallLink(
  { stateSealer, publicUrl }: Pick<FlowStartDeps, "stateSealer" | "publicUrl">,
  sealed: string,
  now: Date,
): Promise<InstallLink> {
  const encoded = { text: sealed, maxLength: MAX_LENGTH };
  const text = await openOr(stateSealer, contextOf(publicUrl), encoded, (reason) => {
    throw invalidState(`link_${reason}`);
  });
  const link = v.parse(InstallLink, JSON.parse(text));
  if (now.getTime() / 1000 > link.expiresAt) throw invalidState("link_expired");
  return link;
}

function contextOf(audience: string): SealContext {
  return { purpose: "install-link", binding: ["install-link", audience] };
}
