import * as v from "valibot";
import { withOwnForm } from "../form-origin.ts";
import { type EmulatorApp, type RequestContext, readForm } from "../http.ts";
import { type PageResponse, renderMessage } from "../page.ts";
import { renderChannel, renderWorkspace } from "./channel-page.ts";
import { type Channel, findChannel } from "./channels.ts";
import type { SlackContext } from "./context.ts";
import { installIn } from "./installs.ts";
import { clickButton, runCommand } from "./interact.ts";
import { joinChannel, postMessage } from "./messages.ts";
import { botUserIdOf, isOrgWide, organizationOf, SlackOrganizationId } from "./organizations.ts";
import { handleOf, peopleOf, type SlackPerson } from "./people.ts";

const PATH = "/client/:team/:channel";

const MessageForm = v.object({
  user: v.string(),
  text: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(40_000)),
});

const ActionForm = v.object({ user: v.string(), ts: v.string(), action: v.string() });

/** Adds the page of each workspace, and of each channel with a form to post as one of its people. */
export function addChannelPages(app: EmulatorApp, slack: SlackContext): void {
  app.get("/client/:team", (c) => showWorkspace(slack, c));
  app.get(PATH, (c) =>
    withChannel(c, (channel) => renderChannel(c, slack, channel, c.req.query("user"))),
  );
  app.post(PATH, (c) =>
    withOwnForm(c, "Slack", () => withChannel(c, (channel) => submitMessage(slack, c, channel))),
  );
  app.post(`${PATH}/actions`, (c) =>
    withOwnForm(c, "Slack", () => withChannel(c, (channel) => submitAction(slack, c, channel))),
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

/** Posts a message, or runs a slash command, whose response is on the page. */
async function submitMessage(
  slack: SlackContext,
  c: RequestContext,
  channel: Channel,
): Promise<Response> {
  const form = v.safeParse(MessageForm, Object.fromEntries(readForm(c)));
  const person = form.success && findPerson(channel, form.output.user);
  if (!form.success || !person) {
    return refuse(c, "A message needs a text and somebody who writes it.");
  }
  const { id: userId } = person;
  const { text } = form.output;
  const [, command, argument = ""] = /^(\/\S+)\s*(.*)$/s.exec(text) ?? [];
  if (command === undefined) {
    const mentioned = withMentions(slack, channel, text);
    postMessage(slack, channel, { text: mentioned, userId, isBot: false });
    return redirectTo(slack, channel, userId);
  }
  const result = await runCommand(slack, channel, { userId, command, text: argument });
  return "refusal" in result ? refuse(c, result.refusal) : redirectTo(slack, channel, userId);
}

/** Clicks on a button of a message. */
async function submitAction(
  slack: SlackContext,
  c: RequestContext,
  channel: Channel,
): Promise<Response> {
  const form = v.safeParse(ActionForm, Object.fromEntries(readForm(c)));
  const person = form.success && findPerson(channel, form.output.user);
  if (!form.success || !person) return refuse(c, "A click needs a button and somebody who clicks.");
  const { ts, action: actionId } = form.output;
  const result = await clickButton(slack, channel, { userId: person.id, ts, actionId });
  return "refusal" in result ? refuse(c, result.refusal) : redirectTo(slack, channel, person.id);
}

/** Replaces the name of the app by a mention, as Slack's editor does. */
function withMentions(slack: SlackContext, { workspace }: Channel, text: string): string {
  const { organization } = installIn(slack, workspace) ?? { organization: workspace };
  const handle = new RegExp(`@${handleOf(slack.registration.appName)}\\b`, "gi");
  return text.replaceAll(handle, `<@${botUserIdOf(organization)}>`);
}

function findPerson({ workspace }: Channel, userId: string): SlackPerson | undefined {
  return peopleOf(workspace).find(({ id }) => id === userId);
}

async function refuse(c: RequestContext, text: string): Promise<Response> {
  return renderMessage(c, 400, { platform: "Slack", title: "Nothing was sent", text });
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
