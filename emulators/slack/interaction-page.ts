import { html } from "hono/html";
import type { Markup } from "../page.ts";
import { buttonsOf } from "./buttons.ts";
import type { SlackMessage } from "./context.ts";
import type { InteractionRequest } from "./interaction-requests.ts";

/** Limits the list on the page. */
const MAX_SHOWN = 5;

/** Renders the buttons of a message, each as a form of its own, which the person of the page clicks. */
export function buttonForms(
  message: SlackMessage,
  { path, userId }: { path: string; userId: string },
): Markup | false {
  const buttons = buttonsOf(message);
  if (buttons.length === 0) return false;
  const forms = buttons.map(
    ({ actionId, text }) => html`
        <form method="post" action="${path}/actions">
          <input type="hidden" name="user" value="${userId}">
          <input type="hidden" name="ts" value="${message.ts}">
          <input type="hidden" name="action" value="${actionId}">
          <button>${text.text}</button>
        </form>`,
  );
  return html`<div class="choice">${forms}</div>`;
}

/** Renders the newest clicks and commands of a channel with the responses of the app. */
export function interactionList(interactions: readonly InteractionRequest[]): Markup | false {
  if (interactions.length === 0) return false;
  const items = interactions
    .slice(-MAX_SHOWN)
    .toReversed()
    .map(
      ({ type, status, failure, response }) => html`
        <li><strong>${type}</strong>: ${status ?? failure} <code>${response}</code></li>`,
    );
  return html`<section class="card"><h2>Responses of the app</h2><ul>${items}</ul></section>`;
}
