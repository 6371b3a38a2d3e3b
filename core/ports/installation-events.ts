import { v7 as uuid } from "uuid";
import type { InactiveReason, Platform } from "../installation.ts";

/** A change of an installation, as it is published. */
export interface InstallationEvent {
  /** `evt-` and the 32 hex digits of a UUIDv7. It stays the same when the event is sent again. */
  readonly id: string;
  readonly type:
    | "created"
    | "reinstalled"
    | "rebound"
    | "unclaimed"
    | "permissions_changed"
    | "suspended"
    | "unsuspended"
    | "uninstalled"
    | "reauthorization_required";
  readonly installationId: string;
  readonly platform: Platform;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly occurredAt: Date;
  /** Why no token is returned any more, e.g. `invalid_grant`; `null` for an active installation. */
  readonly reason: string | null;
  /** When the last access token of an ending grant expires; `null` if none is returned any more. */
  readonly grantEndsAt: Date | null;
  /**
   * Whether an installation that was created or installed again has a shared account, when the event is read;
   * `null` for other events.
   */
  readonly hasSharedAccount: boolean | null;
  /** Of `reinstalled`: whether another person has installed the bot than before. */
  readonly installerChanged: boolean;
  /** Of `rebound`: the id of the installation that was replaced; `null` for any other type. */
  readonly previousInstallationId: string | null;
  /** Of `created`: the member who requested the App, and the owner who approved that; else `null` or absent. */
  readonly requestedBy?: string | null;
  readonly approvedBy?: string | null;
}

/**
 * The port that notifies bots of changes.
 *
 * The transaction that changes an installation stores the event as well (`PendingEvents`). It is published
 * after that, and removed once the bus has taken it; the schedule `tick` publishes what remains. A bot
 * receives each event at least once.
 */
export interface InstallationEvents {
  /** Returns at once and never throws: no install may depend on the receivers. */
  publish(event: InstallationEvent): void;
}

/** The port by which the schedule `tick` sends stored events again. */
export interface EventSender {
  /**
   * Publishes an event, and removes it from `PendingEvents` once the bus has taken it. Returns whether it has,
   * and never throws.
   */
  send(event: InstallationEvent): Promise<boolean>;
}

/** The result of a change in a store. */
export interface Change {
  /** The event that was stored with the change, to be published now; `null` if it is not published. */
  readonly event: InstallationEvent | null;
  /** The event `permissions_changed`, if a re-install changed the grant. */
  readonly permissionsEvent?: InstallationEvent | null;
}

/** Returns a new event id. */
export function createEventId(): string {
  return `evt-${uuid().replaceAll("-", "")}`;
}

/** Returns the type of the event for an inactive reason; `undefined` if there is none. */
export function inactiveEventType(
  reason: InactiveReason,
): "suspended" | "uninstalled" | "reauthorization_required" | undefined {
  return reason === "suspended" || isEnd(reason) ? reason : undefined;
}

/** Returns whether a grant has ended for an inactive reason. A suspension can be lifted. */
export function isEnd(
  reason: InactiveReason,
): reason is "uninstalled" | "reauthorization_required" {
  return reason === "uninstalled" || reason === "reauthorization_required";
}

/** The fields of the event of an installation whose scopes or permissions are not the same as before. */
export const PERMISSIONS_CHANGED = { type: "permissions_changed", reason: null } as const;

/** Publishes the event of a change, and returns whether there was a change. */
export function publishChange(
  events: InstallationEvents,
  change: Change | undefined,
): change is Change {
  if (change?.event) events.publish(change.event);
  if (change?.permissionsEvent) events.publish(change.permissionsEvent);
  return change !== undefined;
}
