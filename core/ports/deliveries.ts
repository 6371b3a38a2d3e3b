import type { Platform } from "../installation.ts";
import type { Metadata } from "../metadata.ts";
import type { Delivery, Lifecycle } from "./webhook.ts";
import type { WebhookEvent } from "./webhook-event.ts";

/** For how many days a delivery is stored, to drop its copies. GitHub redelivers for three days. */
export const DELIVERY_DAYS = 7;

/** For how long a claim holds: longer than the function that has it can run. */
export const CLAIM_SECONDS = 10;

/** A delivery, before it is attributed. */
export interface NewDelivery extends Pick<Delivery, "event" | "owner" | "lifecycle"> {
  /** `<platform>:<id>` */
  readonly id: string;
  readonly platform: Platform;
  /** The registration that the delivery is for: an installation with another one is not meant. */
  readonly clientId: string;
  /** A random id of the caller, by which it recognizes a claim whose reply was lost. */
  readonly claimedBy: string;
}

/** The installation that a delivery is for. */
export interface AttributedInstallation {
  readonly id: string;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly metadata: Metadata;
  readonly isActive: boolean;
  /** Whether nobody has connected it. */
  readonly isUnclaimed: boolean;
}

/** The result of a claim. */
export type Claim =
  | {
      readonly status: "claimed";
      /** When the first copy was received. */
      readonly receivedAt: Date;
      readonly installation: AttributedInstallation | null;
    }
  /** A copy was handed over, or dropped. */
  | { readonly status: "done" }
  /** Somebody else is handling a copy. */
  | { readonly status: "claimed_by_other" };

/** A claim that its owner handles. */
export type ClaimKey = Pick<NewDelivery, "id" | "claimedBy">;

/**
 * The port of the deliveries of the last seven days. Every method throws `retry_later` if the store does not
 * respond in the time that the intake has for it.
 */
export interface Deliveries {
  /** Claims a delivery and attributes it, with one statement, within 0.8 seconds. */
  claim(delivery: NewDelivery): Promise<Claim>;
  /** Records that a delivery needs nothing more, within 0.3 seconds. */
  finish(key: ClaimKey): Promise<void>;
  /** Does the same and puts the event in the outbox, in one transaction, within 0.8 seconds. */
  finishLater(key: ClaimKey, event: WebhookEvent): Promise<void>;
  /** Lets a copy be claimed at once. */
  release(key: ClaimKey): Promise<void>;
  /** Returns what a delivery says about grants; `undefined` if it says nothing, or if there is no such delivery. */
  findLifecycle(id: string): Promise<Lifecycle | undefined>;
}

/** The port of the deliveries that the bus did not take. */
export interface Outbox {
  /**
   * Returns deliveries that are due, the oldest first, and makes each due again after `retrySeconds`: of several
   * callers, one gets it.
   *
   * @throws {ServiceError} `retry_later`, `decryption_failed`
   */
  takeDue(request: { count: number; retrySeconds: number }): Promise<WebhookEvent[]>;
  /** Removes deliveries that the bus has taken; at least one id. */
  remove(ids: readonly string[]): Promise<void>;
}
