import type { InactiveReason, Platform } from "../installation.ts";

/** A change of an installation, as it is published. */
export interface InstallationEvent {
  readonly type: "created" | "reinstalled" | "uninstalled" | "reauthorization_required";
  readonly installationId: string;
  readonly platform: Platform;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly occurredAt: Date;
  /** Why no token is returned any more, e.g. `invalid_grant`; `null` for an active installation. */
  readonly reason: string | null;
}

/**
 * The port that notifies bots of changes.
 *
 * An event is published after the change is stored, and only if something changed. It is delivered at most
 * once.
 */
export interface InstallationEvents {
  /** Returns at once and never throws: no install may depend on the receivers. */
  publish(event: InstallationEvent): void;
}

/** The fields that identify an installation in an event. */
type Subject = Pick<
  InstallationEvent,
  "installationId" | "platform" | "organizationId" | "organizationName"
>;

/** Publishes that an organization installed the bot, for the first time or again. */
export function publishInstall(
  events: InstallationEvents,
  { id, ...installation }: Omit<Subject, "installationId"> & { readonly id: string },
  type: "created" | "reinstalled",
): void {
  publishEvent(events, type, { ...installation, installationId: id }, null);
}

/**
 * Publishes that an installation ended. Publishes nothing for one that was disabled or suspended.
 *
 * `detail` is more specific than `reason`: the platform's error code, or `deleted`.
 */
export function publishEnd(
  events: InstallationEvents,
  installation: Subject,
  reason: InactiveReason,
  detail: string | null,
): void {
  if (reason !== "uninstalled" && reason !== "reauthorization_required") return;
  publishEvent(events, reason, installation, detail ?? reason);
}

// Copies each field, because callers pass whole rows with tokens and metadata.
function publishEvent(
  events: InstallationEvents,
  type: InstallationEvent["type"],
  { installationId, platform, organizationId, organizationName }: Subject,
  reason: string | null,
): void {
  const occurredAt = new Date();
  events.publish({
    type,
    installationId,
    platform,
    organizationId,
    organizationName,
    occurredAt,
    reason,
  });
}
