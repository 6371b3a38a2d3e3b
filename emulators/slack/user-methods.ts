import * as v from "valibot";
import type { SlackContext } from "./context.ts";
import { type Caller, method, pageFields, type SlackMethod } from "./method.ts";
import { type SlackOrganization, workspacesOf } from "./organizations.ts";
import { pageOf } from "./pagination.ts";
import { membersOf, type SlackPerson } from "./people.ts";
import { slackError, slackSuccess } from "./responses.ts";

const needsUsers = () => ["users:read"];

/** The methods that read people. */
export const USER_METHODS: Readonly<Record<string, SlackMethod>> = {
  "users.info": method(v.object({ user: v.string() }), needsUsers, (slack, { user }, caller) => {
    const found = usersOf(slack, caller).find(({ id }) => id === user);
    return found ? slackSuccess({ user: found }) : slackError("user_not_found");
  }),
  "users.list": method(v.object(pageFields), needsUsers, (slack, page, caller) => {
    const shown = pageOf(usersOf(slack, caller), page);
    if (!shown) return slackError("invalid_cursor");
    const { items, response_metadata } = shown;
    return slackSuccess({ members: items, response_metadata });
  }),
};

function usersOf({ registration }: SlackContext, { organization, scopes }: Caller) {
  return workspacesOf(organization).flatMap((workspace) =>
    membersOf(workspace, registration.appName).map((person) =>
      toUser(workspace, person, scopes.includes("users:read.email")),
    ),
  );
}

/** The e-mail address needs a scope of its own, and bots have none. */
function toUser(
  { id: team_id }: SlackOrganization,
  { id, name, isBot, isAdmin }: SlackPerson,
  showsEmail: boolean,
) {
  const real_name = name.replace(/^./, (first) => first.toUpperCase());
  return {
    id,
    team_id,
    name,
    real_name,
    deleted: false,
    tz: "Europe/Vienna",
    tz_offset: 3600,
    profile: {
      real_name,
      display_name: name,
      team: team_id,
      image_72: `https://avatars.example.invalid/u/${id}`,
      ...(showsEmail && !isBot && { email: `${name}@example.com` }),
    },
    is_admin: isAdmin,
    is_owner: isAdmin,
    is_restricted: false,
    is_bot: isBot,
    is_app_user: false,
    updated: 1_704_153_600,
  };
}
