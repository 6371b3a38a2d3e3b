import { randomBytes } from "node:crypto";
import {
  botUserIdOf,
  isOrgWide,
  type SlackOrganization,
  toTeamFields,
  workspacesOf,
} from "./organizations.ts";
import type { SlackRegistration } from "./registration.ts";

/** Slack still sends this deprecated field; the signature replaced it. */
const VERIFICATION_TOKEN = "local-verification-token";

/** The inner event of an envelope. */
export interface SlackEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/**
 * Returns the body that carries an event. For an org-wide install, `team_id` is a workspace, and only
 * `enterprise_id` and `authorizations` name the organization. Slack does not document the fields of an
 * org-wide `app_uninstalled`, so it has the form of all other events.
 *
 * @see [Events API](https://docs.slack.dev/apis/events-api/)
 */
export function toEnvelope(
  { appId }: SlackRegistration,
  organization: SlackOrganization,
  event: SlackEvent,
) {
  const { team, enterprise } = toTeamFields(organization);
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

/** Returns the body that verifies the events URL. */
export function toUrlVerification(challenge: string) {
  return { token: VERIFICATION_TOKEN, challenge, type: "url_verification" };
}
