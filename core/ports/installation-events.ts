import type { InactiveReason, Platform } from "../installation.ts";

/** What happened to an installation, as others are told. */
export interface InstallationEvent {
  readonly type: "created" | "reinstalled" | "uninstalled" | "reauthorization_required";
  readonly installationId: string;
  readonly platform: Platform;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly occurredAt: Date;
  /** Why it answers no token any more, in a word that is no secret; `null` while it does. */
  readonly reason: string | null;
}

/**
 * The port by which bots hear of installations without asking.
 *
 * It is told after the store is, and only of what really changed there. An event is delivered at most once.
 */
export interface InstallationEvents {
  /** Neither waits nor throws: no install may depend on who listens. */
  publish(event: InstallationEvent): void;
}

/** Which installation an event is about: all that is told of it. */
type Subject = Pick<
  InstallationEvent,
  "installationId" | "platform" | "organizationId" | "organizationName"
>;

/** Tells that an organization has installed the bot, for the first time or again. */
export function announceInstall(
  events: InstallationEvents,
  { id, ...installation }: Omit<Subject, "installationId"> & { readonly id: string },
  type: "created" | "reinstalled",
): void {
  publish(events, type, { ...installation, installationId: id }, null);
}

/**
 * Tells that an installation has ended; being disabled or suspended is no end.
 *
 * `word` says more than the reason does: what the platform answered, or that an operator deleted it.
 */
export function announceEnd(
  events: InstallationEvents,
  installation: Subject,
  reason: InactiveReason,
  word: string | null,
): void {
  if (reason !== "uninstalled" && reason !== "reauthorization_required") return;
  publish(events, reason, installation, word ?? reason);
}

// Field by field: callers pass whole rows, with tokens or metadata in them.
function publish(
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
