import type { Platform } from "../../installation.ts";
import { PLATFORMS } from "../../platforms.ts";
import type { DeliveryHistory } from "../../ports/delivery-history.ts";
import type { PlatformTraffic } from "../../ports/stage-facts.ts";
import { broken, doubtful, inOrder, type StageCheck } from "../../stage-check.ts";

/** GitHub lists the deliveries of three days. */
const HISTORY_MS = 3 * 86_400_000;

/** Where each platform shows what it sent. */
const WHERE: Readonly<Record<Platform, string>> = {
  github: "Look at *Advanced* → *Recent Deliveries* in the settings of the App at GitHub.",
  slack: "Look at *Event Subscriptions* in the settings of the app at Slack.",
  jira: "Run npx grantkeep health-check, and read WebhookRegistrationFailures in the log of sweep.",
};

/** Checks that a platform's webhooks arrived lately, by what the database has, and by the platform's own list. */
export async function checkDeliveries(
  platform: Platform,
  { installedAt, heardAt }: Omit<PlatformTraffic, "platform">,
  history: DeliveryHistory | undefined,
  { now, signal }: { readonly now: Date; readonly signal: AbortSignal },
): Promise<StageCheck> {
  const name = `${platform}-deliveries`;
  const { displayName } = PLATFORMS[platform];
  const heard =
    heardAt === null ? "none was received in the last week" : `the last was at ${timeOf(heardAt)}`;
  if (history) {
    const { deliveries } = await history.list({ cursor: null, signal });
    const [last] = deliveries;
    if (last && !last.hasSucceeded) {
      const failed = deliveries.filter(({ hasSucceeded }) => !hasSucceeded).length;
      const summary = `${displayName}'s last delivery, at ${timeOf(last.deliveredAt)}, failed, as did ${failed} of the last ${deliveries.length}.`;
      return broken(name, summary, WHERE[platform]);
    }
    // Each install of a GitHub App sends a webhook, whatever the App subscribes to.
    const isRecent = installedAt && now.getTime() - installedAt.getTime() < HISTORY_MS;
    if (!last && isRecent && heardAt === null) {
      const summary = `${displayName} sent no webhook about the install of ${timeOf(installedAt)}.`;
      return broken(name, summary, WHERE[platform]);
    }
  }
  if (heardAt === null && installedAt !== null) {
    const summary = `No webhook of ${displayName} was received in the last week, although the bot is installed.`;
    return doubtful(name, summary, WHERE[platform]);
  }
  return inOrder(name, `Of the webhooks of ${displayName}, ${heard}.`);
}

function timeOf(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}
