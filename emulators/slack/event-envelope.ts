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
export const VERIFICATION_TOKEN = "local-verification-token";

/** The inner event of an envelope. */
export interface SlackEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Where an event happened, if it did in a channel. */
export interface EventPlace {
  /** The workspace of the person who acted. */
  readonly workspace: SlackOrganization;
  /** The workspace through which the app gets the event. */
  readonly receivedIn: SlackOrganization;
  readonly channelId: string;
  /** Whether several organizations share the channel. */
  readonly isShared: boolean;
}

/** The fields of an envelope that the control API can replace. */
export interface EnvelopeChanges {
  readonly appId?: string | undefined;
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Returns the body that carries an event. `authorizations` has one install only, also if several get the
 * event. Of an org-wide install, `team_id` is a workspace, and only `enterprise_id` and `authorizations`
 * name the organization. Slack does not document the fields of an org-wide `app_uninstalled`, so it has
 * the form of all other events.
 *
 * @see [Events API](https://docs.slack.dev/apis/events-api/)
 */
export function toEnvelope(
  registration: Pick<SlackRegistration, "appId">,
  installed: SlackOrganization,
  event: SlackEvent,
  { place, appId = registration.appId, fields }: EnvelopeChanges & { place?: EventPlace } = {},
) {
  const { team, enterprise } = toTeamFields(installed);
  const [first = installed] = workspacesOf(installed);
  const workspace = place?.workspace ?? first;
  const { enterprise: enterpriseOfWorkspace } = toTeamFields(workspace);
  const enterpriseId = (place ? enterpriseOfWorkspace : enterprise)?.id;
  return {
    token: VERIFICATION_TOKEN,
    team_id: workspace.id,
    ...(enterpriseId !== undefined && { enterprise_id: enterpriseId }),
    ...(place && {
      context_team_id: place.receivedIn.id,
      context_enterprise_id: enterprise?.id ?? null,
    }),
    api_app_id: appId,
    event: { ...event, ...(place?.isShared && sharedFieldsOf(workspace)) },
    type: "event_callback",
    event_id: `Ev${randomBytes(5).toString("hex").toUpperCase()}`,
    event_time: Math.floor(Date.now() / 1000),
    authorizations: [
      {
        enterprise_id: enterprise?.id ?? null,
        team_id: team?.id ?? null,
        user_id: botUserIdOf(installed),
        is_bot: true,
        is_enterprise_install: isOrgWide(installed),
      },
    ],
    ...(place && {
      is_ext_shared_channel: place.isShared,
      event_context: contextOf(event, place, appId),
    }),
    ...fields,
  };
}

/** Returns the fields that name the workspace of an author from elsewhere. */
function sharedFieldsOf({ id }: SlackOrganization) {
  return { source_team: id, user_team: id };
}

/** Returns the id by which the list of all installs that get an event is requested. */
function contextOf({ type }: SlackEvent, { receivedIn, channelId }: EventPlace, appId: string) {
  const context = { et: type, tid: receivedIn.id, aid: appId, cid: channelId };
  return `4-${Buffer.from(JSON.stringify(context)).toString("base64url")}`;
}

/** Returns the body that verifies the events URL. */
export function toUrlVerification(challenge: string) {
  return { token: VERIFICATION_TOKEN, challenge, type: "url_verification" };
}
