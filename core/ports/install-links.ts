import { v7 as uuid } from "uuid";
import * as v from "valibot";
import { ServiceError } from "../errors.ts";
import { InstallationId, Platform } from "../installation.ts";
import { FlowMetadata } from "../metadata.ts";
import type { Page, PageRequest } from "./page.ts";

/** The longest lifetime of an install link. */
export const MAX_LINK_SECONDS = 7 * 86_400;

/** `link-` and the 32 hex digits of a UUIDv7. Ids sort by time of creation. */
export const InstallLinkId = v.pipe(v.string(), v.regex(/^link-[0-9a-f]{32}$/));

/** The part of an install link that its flow carries until the installation is stored. */
export const FlowLink = v.strictObject({
  id: InstallLinkId,
  /** The only installation that the link may change; `null` if it is not pinned to one. */
  installationId: v.nullable(InstallationId),
  /** Whether the link may take the installation of another customer. */
  replaces: v.optional(v.boolean(), false),
});
export type FlowLink = v.InferOutput<typeof FlowLink>;

/** The content of an install link, as it is encrypted in its URL and in its row. */
export const LinkIntent = v.strictObject({
  ...FlowLink.entries,
  platform: Platform,
  redirectUri: v.nullable(v.string()),
  metadata: FlowMetadata,
  /** Epoch seconds. */
  expiresAt: v.pipe(v.number(), v.integer()),
});
export type LinkIntent = v.InferOutput<typeof LinkIntent>;

/** A stored install link. */
export interface InstallLink extends Omit<LinkIntent, "expiresAt"> {
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** When an operator ended the link; `null` if none did. */
  readonly endedAt: Date | null;
  readonly usedAt: Date | null;
  /** The id of the installation that was stored with the link. */
  readonly usedBy: string | null;
}

/**
 * The port that stores install links, with their content encrypted. `InstallationRepository.upsert` marks a
 * link as used.
 *
 * Every method can be repeated safely after a lost reply, and throws `retry_later` if the store does not
 * respond in time.
 */
export interface InstallLinks {
  create(intent: LinkIntent): Promise<void>;
  /** @throws {ServiceError} `decryption_failed` */
  find(id: string): Promise<InstallLink | undefined>;
  /**
   * Newest first, by id.
   *
   * @throws {ServiceError} `decryption_failed`
   */
  list(page: PageRequest): Promise<Page<InstallLink>>;
  /** Ends a link that was not used, and returns whether there is one with this id. */
  end(id: string): Promise<boolean>;
  /**
   * Claims a link for one flow, for some seconds, in which that flow exchanges its code. Returns `false` if
   * another flow has the claim, and if the link was used or ended, or does not exist.
   */
  claim(id: string, claim: { flow: string; seconds: number }): Promise<boolean>;
  /** Ends the claim of a flow, so that another one can use the link. */
  release(id: string, flow: string): Promise<void>;
}

/** Returns a new link id. Later ids sort after earlier ones. */
export function createInstallLinkId(): string {
  return `link-${uuid().replaceAll("-", "")}`;
}

/** Returns the error for a link that does not start or complete an install. The reason is logged and never returned. */
export function invalidLink(reason: "used" | "ended" | "unknown" | "expired"): ServiceError {
  return new ServiceError(
    "invalid_state",
    "This install link is not valid: it was used or ended, or it has expired.",
    { reason: `link_${reason}` },
  );
}
