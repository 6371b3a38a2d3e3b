import { randomBytes } from "node:crypto";
import * as v from "valibot";
import { type Platform, ProviderInstallationId } from "../installation.ts";
import { FlowMetadata } from "../metadata.ts";
import { FlowLink } from "./install-links.ts";

/** For how long a request waits. */
export const WAIT_SECONDS = 30 * 86_400;

/** `req-` and 32 random hex digits: whoever knows the id sees whether the request was approved. */
export const WaitingRequestId = v.pipe(v.string(), v.regex(/^req-[0-9a-f]{32}$/));

const Party = v.strictObject({ id: v.string(), name: v.string() });

/** A member's request, as the platform lists it. The schema reads its JSON. */
export const InstallRequest = v.strictObject({
  /** The account that the App was requested for. */
  account: Party,
  requester: Party,
});
export type InstallRequest = v.InferOutput<typeof InstallRequest>;

/** The content of a waiting request, as it is encrypted in its row. */
export const RequestIntent = v.strictObject({
  ...InstallRequest.entries,
  redirectUri: v.nullable(v.string()),
  metadata: FlowMetadata,
  link: v.nullable(FlowLink),
  /**
   * The installation of the App that the person claims to have made: it waits for the signed webhook that names who
   * made it. Absent for a member's request.
   */
  claimedInstallationId: v.optional(ProviderInstallationId),
});
export type RequestIntent = v.InferOutput<typeof RequestIntent>;

/** A member's request that waits for an owner, with what the member wanted to install. */
export interface WaitingRequest extends RequestIntent {
  readonly id: string;
  readonly platform: Platform;
  /** The installation that was stored for it; `null` while it waits. */
  readonly installationId: string | null;
}

/** Identifies the requests of one person for one account. */
interface RequesterKey {
  readonly platform: Platform;
  readonly accountId: string;
  readonly requesterId: string;
}

/**
 * The port that stores members' requests for 30 days, with their content encrypted.
 *
 * Every method can be repeated safely after a lost reply, and throws `retry_later` if the store does not
 * respond in time.
 */
export interface WaitingRequests {
  put(request: Omit<WaitingRequest, "installationId">): Promise<void>;
  /**
   * Returns a request that has not expired.
   *
   * @throws {ServiceError} `decryption_failed`
   */
  find(id: string): Promise<WaitingRequest | undefined>;
  /**
   * Returns the requests of one person for one account that wait and have not expired.
   *
   * @throws {ServiceError} `decryption_failed`
   */
  findWaiting(key: RequesterKey): Promise<WaitingRequest[]>;
  /** Ends the waiting of a request, for which an installation was stored. */
  finish(id: string, installationId: string): Promise<void>;
}

/** Returns a new id of a waiting request, which cannot be guessed. */
export function createWaitingRequestId(): string {
  return `req-${randomBytes(16).toString("hex")}`;
}
