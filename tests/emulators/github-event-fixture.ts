import * as v from "valibot";
import type { GithubAppRegistration } from "../../emulators/github/registration.ts";
import type { Emulators } from "../../emulators/server.ts";
import { type ReceivedWebhook, startApp, startReceiver } from "./emulated-github-app.ts";

export const SECRET = "It's a Secret to Everybody";

const Payload = v.pipe(v.string(), v.parseJson(), v.looseObject({}));

/** An App that subscribes to everything and may read everything. */
export const SUBSCRIBED = {
  permissions: {
    metadata: "read",
    contents: "write",
    issues: "write",
    pull_requests: "write",
    checks: "write",
  },
  events: ["issues", "issue_comment", "pull_request", "push", "create", "check_run"],
} as const satisfies Partial<GithubAppRegistration>;

/** Starts the emulators with a GitHub App whose webhooks a receiver gets. */
export async function startSubscribed(
  app: Partial<GithubAppRegistration> = {},
): Promise<{ emulators: Emulators; received: ReceivedWebhook[] }> {
  const { url, received } = await startReceiver();
  const webhook = { webhookUrl: url, webhookSecret: SECRET };
  return { emulators: await startApp({ ...webhook, ...SUBSCRIBED, ...app }), received };
}

/** Returns the webhooks besides those of installations, after pending ones were delivered. */
export async function eventsOf({
  emulators,
  received,
}: {
  emulators: Emulators;
  received: readonly ReceivedWebhook[];
}) {
  await emulators.control.github.deliveries();
  return received
    .map(({ headers, body }) => ({
      event: String(headers["x-github-event"]),
      payload: v.parse(Payload, body),
    }))
    .filter(({ event }) => event !== "installation");
}
