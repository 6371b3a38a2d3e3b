import * as v from "valibot";
import { withOwnForm } from "../form-origin.ts";
import { type EmulatorApp, type RequestContext, readForm } from "../http.ts";
import { type PageResponse, renderMessage } from "../page.ts";
import { renderChannel, renderWorkspace } from "./channel-page.ts";
import { type Channel, findChannel } from "./channels.ts";
import type { SlackContext } from "./context.ts";
import { joinChannel, postMessage } from "./messages.ts";
import { isOrgWide, organizationOf, SlackOrganizationId } from "./organizations.ts";
import { peopleOf } from "./people.ts";

const PATH = "/client/:team/:channel";

const MessageForm = v.object({
  user: v.string(),
  text: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(40_000)),
});

/** Adds the page of each workspace, and of each channel with a form to post as one of its people. */
export function addChannelPages(app: EmulatorApp, slack: SlackContext): void {
  app.get("/client/:team", (c) => showWorkspace(slack, c));
  app.get(PATH, (c) =>
    withChannel(c, (channel) => renderChannel(c, slack, channel, c.req.query("user"))),
  );
  app.post(PATH, (c) =>
    withOwnForm(c, "Slack", () => withChannel(c, (channel) => submitMessage(slack, c, channel))),
  );
  app.post(`${PATH}/members`, (c) =>
    withOwnForm(c, "Slack", () =>
      withChannel(c, (channel) => {
        joinChannel(slack, channel);
        return redirectTo(slack, channel);
      }),
    ),
  );
}

function showWorkspace(slack: SlackContext, c: RequestContext): PageResponse {
  const team = c.req.param("team");
  if (!v.is(SlackOrganizationId, team)) return notFound(c);
  const workspace = organizationOf(team);
  return isOrgWide(workspace) ? notFound(c) : renderWorkspace(c, slack, workspace);
}

function submitMessage(slack: SlackContext, c: RequestContext, channel: Channel): PageResponse {
  const form = v.safeParse(MessageForm, Object.fromEntries(readForm(c)));
  const person = peopleOf(channel.workspace).find(
    ({ id }) => form.success && id === form.output.user,
  );
  if (!form.success || !person) {
    const text = "A message needs a text and somebody who writes it.";
    return renderMessage(c, 400, { platform: "Slack", title: "Something is missing", text });
  }
  const { id: userId } = person;
  postMessage(slack, channel, { text: form.output.text, userId, isBot: false });
  return redirectTo(slack, channel, userId);
}

function redirectTo({ url }: SlackContext, { id, workspace }: Channel, user?: string): Response {
  const query = user === undefined ? "" : `?${new URLSearchParams({ user })}`;
  const location = `${url}/client/${workspace.id}/${id}${query}`;
  return new Response(null, { status: 303, headers: { location } });
}

function withChannel(c: RequestContext, handle: (channel: Channel) => PageResponse): PageResponse {
  const { team, channel: id = "" }: Record<string, string> = c.req.param();
  if (!v.is(SlackOrganizationId, team)) return notFound(c);
  const channel = findChannel(organizationOf(team), id);
  return channel?.workspace.id === team ? handle(channel) : notFound(c);
}

function notFound(c: RequestContext): PageResponse {
  const text = "There is no such workspace or channel.";
  return renderMessage(c, 404, { platform: "Slack", title: "Page not found", text });
}
