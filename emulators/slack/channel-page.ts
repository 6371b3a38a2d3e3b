import { html } from "hono/html";
import type { RequestContext } from "../http.ts";
import { type Markup, type PageResponse, renderPage } from "../page.ts";
import { type Channel, channelsOf, directMessagesOf, isMember, viewsOf } from "./channels.ts";
import type { SlackContext, SlackMessage, SlackView } from "./context.ts";
import { SLACKBOT } from "./interact.ts";
import { buttonForms, interactionList } from "./interaction-page.ts";
import { messagesIn } from "./messages.ts";
import type { SlackOrganization } from "./organizations.ts";
import { handleOf, membersOf, peopleOf, type SlackPerson } from "./people.ts";

/** Renders the channels of a workspace, and the modals that the app opened there. */
export function renderWorkspace(
  c: RequestContext,
  slack: SlackContext,
  workspace: SlackOrganization,
): PageResponse {
  const { views } = slack.records.get();
  const opened = views.filter((view) => view.workspace === workspace.id);
  const channels = [...channelsOf(workspace), ...directMessagesOf(workspace)];
  const content = html`
      <h1>${workspace.name}</h1>
      <p class="lead">a workspace</p>
      <section class="card">
        <h2>Channels and people</h2>
        <ul class="choices">${channels.map((channel) => channelItem(slack, channel))}</ul>
      </section>
      ${
        opened.length > 0 &&
        html`<section class="card"><h2>Modals that the app opened</h2>
        <ul>${opened.toReversed().map((view) => viewItem(workspace, view))}</ul></section>`
      }
    `;
  return renderPage(c, 200, { platform: "Slack", title: workspace.name, content });
}

/** Renders the messages of a channel, a form to post, and one to add the app. */
export function renderChannel(
  c: RequestContext,
  slack: SlackContext,
  channel: Channel,
  userId: string | undefined,
): PageResponse {
  const { workspace, purpose } = channel;
  const { appName } = slack.registration;
  const title = nameOf(channel);
  const path = pathOf(slack, channel);
  const messages = messagesIn(slack, channel);
  const hasApp = isMember(slack.records.get().joined, channel);
  const person = userId ?? workspace.installerId;
  const requests = slack.interactionRequests.list().filter((sent) => sent.channel === channel.id);
  const content = html`
      <h1>${title}</h1>
      <p class="lead">in <a href="${path.replace(/\/[^/]+$/, "")}">${workspace.name}</a>. ${purpose}</p>
      ${messages.length === 0 && html`<p class="lead">There are no messages yet.</p>`}
      ${messages.map((message) => messageItem(slack, channel, message, person))}
      ${interactionList(requests)}
      <form class="card" method="post" action="${path}">
        <h2>Post a message</h2>
        <label for="user">As</label>
        <select id="user" name="user">${peopleOf(workspace).map((person) => option(person, userId))}</select>
        <label for="text">Message</label>
        <textarea id="text" name="text" rows="3" required></textarea>
        <p class="lead">${hintOf(slack)}</p>
        <button class="go">Send</button>
      </form>
      ${!hasApp && html`<form class="card" method="post" action="${path}/members"><button>Add ${appName} to the channel</button></form>`}
    `;
  return renderPage(c, 200, { platform: "Slack", title, content });
}

function channelItem(slack: SlackContext, channel: Channel): Markup {
  const count = messagesIn(slack, channel).length;
  const hasApp = isMember(slack.records.get().joined, channel) && html`<em>with the app</em>`;
  return html`<li><a href="${pathOf(slack, channel)}"><span><strong>${nameOf(channel)}</strong> messages: ${count}</span>${hasApp}</a></li>`;
}

function messageItem(
  slack: SlackContext,
  channel: Channel,
  message: SlackMessage,
  person: string,
): Markup {
  const { ts, text, blocks, userId, isBot, threadTs, edited, visibleTo, otherAppId } = message;
  const { workspace } = channel;
  const { appName } = slack.registration;
  const name = isBot ? (otherAppId ?? appName) : authorName(channel, userId);
  const at = new Date(Number(ts) * 1000).toISOString();
  const notes = [
    threadTs !== null && "in a thread",
    edited !== null && "edited",
    visibleTo !== null && `only visible to ${personName(workspace, visibleTo)}`,
  ].filter((note) => note !== false);
  return html`
      <article class="card post">
        <h2>${name} <time class="lead" datetime="${at}">${at}</time></h2>
        <p class="text">${withNames(slack, channel, text)}</p>
        ${blocks && html`<p><code>${blocks.map(({ type }) => String(type)).join(", ")}</code></p>`}
        ${buttonForms(message, { path: pathOf(slack, channel), userId: person })}
        ${notes.length > 0 && html`<p class="lead">${notes.join(", ")}</p>`}
      </article>`;
}

function viewItem(workspace: SlackOrganization, { userId, view }: SlackView): Markup {
  const title = JSON.stringify(view.title);
  return html`<li>for ${personName(workspace, userId)}: <code>${title}</code></li>`;
}

function option({ id, name }: SlackPerson, selected: string | undefined): Markup {
  return html`<option value="${id}"${id === selected && html` selected`}>${name}</option>`;
}

function personName(workspace: SlackOrganization, userId: string): string {
  return membersOf(workspace, "").find(({ id }) => id === userId)?.name ?? userId;
}

/** Authors in a shared channel are from several workspaces. */
function authorName(channel: Channel, userId: string): string {
  if (userId === SLACKBOT) return "Slackbot";
  const people = viewsOf(channel).flatMap(({ workspace }) => peopleOf(workspace));
  return people.find(({ id }) => id === userId)?.name ?? userId;
}

/** Returns a text with names in place of the ids in mentions. */
function withNames(slack: SlackContext, channel: Channel, text: string): string {
  const handle = handleOf(slack.registration.appName);
  return text.replaceAll(/<@([UW]\w+)>/g, (_, id: string) => {
    const isApp = /^.0BOT/.test(id);
    return `@${isApp ? handle : authorName(channel, id)}`;
  });
}

function hintOf({ registration: { appName, commands } }: SlackContext): string {
  const mention = `@${handleOf(appName)} mentions the app.`;
  return commands.length === 0 ? mention : `${mention} ${commands.join(", ")} runs its command.`;
}

function nameOf({ kind, name }: Channel): string {
  return kind === "channel" ? `#${name}` : name;
}

function pathOf({ url }: SlackContext, { id, workspace }: Channel): string {
  return `${new URL(url).pathname}/client/${workspace.id}/${id}`;
}
