import { expect, test } from "vitest";
import type {
  InstallationEvent,
  InstallationEvents,
} from "../../core/ports/installation-events.ts";

/** The port and the events that its receivers got, oldest first. */
export interface EventsAdapter {
  readonly events: InstallationEvents;
  received(): Promise<readonly InstallationEvent[]>;
  /** Makes the receiver refuse events, if it can. */
  breakReceiver?(): void;
}

/** An event of an active installation. */
export const EVENT: InstallationEvent = {
  id: "evt-0190a2b3c4d5e6f7a8b9c0d1e2f3a4b6",
  type: "created",
  installationId: "inst-0190a2b3c4d5e6f7a8b9c0d1e2f3a4b5",
  platform: "jira",
  organizationId: "11223344-a1b2-c3d4-e5f6-778899aabbcc",
  organizationName: "my-site",
  occurredAt: new Date("2026-11-28T09:00:00.123Z"),
  reason: null,
  grantEndsAt: null,
  hasSharedAccount: null,
  installerChanged: false,
  previousInstallationId: null,
};

/** The promises of `InstallationEvents`, for every adapter to keep. */
export function testInstallationEvents(createAdapter: () => Promise<EventsAdapter>): void {
  test.each<[string, InstallationEvent]>([
    ["an active installation", EVENT],
    ["one whose installer has another one", { ...EVENT, hasSharedAccount: true }],
    ["an ended one, with its reason", { ...EVENT, type: "uninstalled", reason: "deleted" }],
    [
      "one that another person installed again",
      { ...EVENT, type: "reinstalled", installerChanged: true },
    ],
    [
      "one that replaced another",
      { ...EVENT, type: "rebound", previousInstallationId: EVENT.installationId },
    ],
    [
      "an ending one, with its end",
      {
        ...EVENT,
        type: "reauthorization_required",
        reason: "invalid_refresh_token",
        grantEndsAt: new Date("2026-11-28T20:00:00.000Z"),
      },
    ],
  ])("delivers the event of %s, with every field", async (_, event) => {
    const { events, received } = await createAdapter();

    events.publish(event);

    expect(await received()).toEqual([event]);
  });

  test("delivers every event once", async () => {
    const { events, received } = await createAdapter();
    const types = ["created", "reinstalled", "reauthorization_required"] as const;

    for (const type of types) events.publish({ ...EVENT, type });

    const delivered = await received();
    expect(delivered.map(({ type }) => type).sort()).toEqual([...types].sort());
  });

  test("returns at once and throws nothing, also when the receiver refuses the event", async () => {
    const { events, received, breakReceiver } = await createAdapter();
    breakReceiver?.();

    expect(events.publish(EVENT)).toBeUndefined();
    await expect(received()).resolves.toHaveLength(breakReceiver ? 0 : 1);
  });
}
