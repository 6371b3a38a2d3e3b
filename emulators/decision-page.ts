import { html } from "hono/html";
import type { RequestContext } from "./http.ts";
import { type Markup, type PageResponse, renderPage } from "./page.ts";

const KEY_ICON = html`<svg viewBox="0 0 24 24"><circle cx="8" cy="16" r="4.5"/><path d="M11.2 12.8 20 4m-3 3 3 3m-6 0 2 2"/></svg>`;

/** A page with one form, on which a person accepts or cancels. */
export interface DecisionPage {
  readonly platform: string;
  readonly icon: Markup;
  readonly title: string;
  readonly lead: string;
  /** Other fields of the form, above the permissions: a choice of accounts, for example. */
  readonly fields: Markup;
  readonly appName: string;
  /** `<li>` elements. */
  readonly permissions: readonly Markup[];
  /** The URL that the form is sent to, with `request`, `decision` and the fields. */
  readonly action: string;
  /** Names the pending request. Its parameters stay on the server: a form can be changed. */
  readonly requestId: string;
  readonly accept: DecisionButton;
  readonly cancel: DecisionButton;
  /** The origin that the browser returns to. */
  readonly returnsTo: string;
}

/** A button: its label, and the value of `decision` that it sends. */
interface DecisionButton {
  readonly label: string;
  readonly value: string;
}

/** A permission that an app requests: its name in the API, and its meaning for a person. */
export interface Permission {
  readonly name: string;
  readonly meaning: string;
}

/** Renders the page on which a person accepts or cancels. */
export function renderDecision(c: RequestContext, decision: DecisionPage): PageResponse {
  const { platform, icon, title, lead, fields, appName, permissions, accept, cancel } = decision;
  const content = html`
      <div aria-hidden="true">${KEY_ICON} ${icon}</div>
      <h1>${title}</h1>
      <p class="lead">${lead}</p>
      <form class="card" method="post" action="${decision.action}">
        <input type="hidden" name="request" value="${decision.requestId}">
        ${fields}
        <h2>${appName} will be able to</h2>
        <ul>${permissions}</ul>
        <div class="decision">
          <button class="go" name="decision" value="${accept.value}">${accept.label}</button>
          <button name="decision" value="${cancel.value}">${cancel.label}</button>
        </div>
      </form>
      <p class="after">Either way you return to <strong>${decision.returnsTo}</strong></p>
    `;
  return renderPage(c, 200, { platform, title, content });
}

/** Renders a permission as an item of the list. */
export function permissionItem({ name, meaning }: Permission): Markup {
  return html`<li>${meaning} <code>${name}</code></li>`;
}
