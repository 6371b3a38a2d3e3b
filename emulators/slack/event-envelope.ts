import { randomBytes } from "node:crypto";
import {
  botUserIdOf,
  isOrgWide,
  type SlackOrganization,
  toPlace,
  workspacesOf,
} from "./organizations.ts";
import type { SlackRegistration } from "./registration.ts";

/** What Slack sent before there were signatures, and sends still; it proves nothing. */
const VERIFICATION_TOKEN = "local-verification-token";

/** Something that has happened, as the app is told it. */
export interface SlackEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/**
 * The body that carries an event. Of an org-wide install the `team_id` is a workspace, and only
 * `enterprise_id` and `authorizations` say that the event is about the organization: the documents do
 * not name the fields of an org-wide `app_uninstalled`, so this is the shape of all other events.
 *
 * @see [Events API](https://docs.slack.dev/apis/events-api/)
 */
export function toEnvelope(
  { appId }: SlackRegistration,
  organization: SlackOrganization,
  event: SlackEvent,
) {
  const { team, enterprise } = toPlace(organization);
  const [workspace = organization] = workspacesOf(organization);
  return {
    token: VERIFICATION_TOKEN,
    team_id: workspace.id,
    ...(enterprise && { enterprise_id: enterprise.id }),
    api_app_id: appId,
    event,
    type: "event_callback",
    event_id: `Ev${randomBytes(5).toString("hex").toUpperCase()}`,
    event_time: Math.floor(Date.now() / 1000),
    authorizations: [
      {
        enterprise_id: enterprise?.id ?? null,
        team_id: team?.id ?? null,
        user_id: botUserIdOf(organization),
        is_bot: true,
        is_enterprise_install: isOrgWide(organization),
      },
    ],
  };
}

/** The body that asks whether a URL belongs to the app. */
export function toUrlVerification(challenge: string) {
  return { token: VERIFICATION_TOKEN, challenge, type: "url_verification" };
}
