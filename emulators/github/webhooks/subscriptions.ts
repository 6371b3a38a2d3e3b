import * as v from "valibot";
import type { GithubAppContext } from "../context.ts";
import { includesPermissions, type Permissions } from "../permissions.ts";
import { SubscribedEvent } from "../registration.ts";

/**
 * The permissions that an App needs for an event that it subscribes to; one of several is enough. Comments
 * on pull requests are `issue_comment` too.
 *
 * @see [Webhook events and payloads](https://docs.github.com/en/webhooks/webhook-events-and-payloads)
 */
const NEEDED: Readonly<Record<SubscribedEvent, readonly Permissions[]>> = {
  issues: [{ issues: "read" }],
  issue_comment: [{ issues: "read" }, { pull_requests: "read" }],
  pull_request: [{ pull_requests: "read" }],
  push: [{ contents: "read" }],
  create: [{ contents: "read" }],
  check_run: [{ checks: "read" }],
};

/** Returns the events that the App subscribes to and that an installation's permissions allow. */
export function subscribedEvents(
  { app }: Pick<GithubAppContext, "app">,
  permissions: Permissions,
): SubscribedEvent[] {
  return app.events.filter((event) => !missesPermission(event, permissions));
}

/** Returns whether an App needs another permission for an event; one that is not emulated needs none. */
export function missesPermission(event: string, permissions: Permissions): boolean {
  if (!v.is(SubscribedEvent, event)) return false;
  return !NEEDED[event].some((needed) => includesPermissions(permissions, needed));
}
