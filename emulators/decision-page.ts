import { type Html, html } from "./html.ts";
import type { Reply } from "./http.ts";
import { page } from "./page.ts";

const KEY_ICON = html`<svg viewBox="0 0 24 24"><circle cx="8" cy="16" r="4.5"/><path d="M11.2 12.8 20 4m-3 3 3 3m-6 0 2 2"/></svg>`;

/** A page with one form, on which a person decides about an app. */
export interface DecisionPage {
  readonly platform: string;
  readonly icon: Html;
  readonly title: string;
  readonly lead: string;
  /** What else the form carries, above the permissions: a choice of accounts, say. */
  readonly fields: Html;
  readonly appName: string;
  /** `<li>` elements. */
  readonly permissions: readonly Html[];
  /** Where the form goes, with `request`, `decision` and the fields. */
  readonly action: string;
  /** Names the pending request, which stays with us: a form could be tampered with. */
  readonly requestId: string;
  readonly yes: DecisionButton;
  readonly no: DecisionButton;
  /** The origin that gets the answer. */
  readonly returnsTo: string;
  readonly footnote?: Html;
}

/** A button, by its label and what it makes of `decision`. */
interface DecisionButton {
  readonly label: string;
  readonly value: string;
}

/** One thing that an app asks for: its wire name, and what that means to a person. */
export interface Permission {
  readonly name: string;
  readonly meaning: string;
}

/** The page on which a person says yes or no. */
export function decisionPage(decision: DecisionPage): Reply {
  const { platform, icon, title, lead, fields, appName, permissions, yes, no } = decision;
  const content = html`
      <div class="parties" aria-hidden="true">${KEY_ICON}<span></span>${icon}</div>
      <h1>${title}</h1>
      <p class="lead">${lead}</p>
      <form class="card" method="post" action="${decision.action}">
        <input type="hidden" name="request" value="${decision.requestId}">
        ${fields}
        <h2>${appName} will be able to</h2>
        <ul>${permissions}</ul>
        <div class="decision">
          <button class="go" name="decision" value="${yes.value}">${yes.label}</button>
          <button name="decision" value="${no.value}">${no.label}</button>
        </div>
      </form>
      <p class="after">Either way you return to <strong>${decision.returnsTo}</strong></p>
      ${decision.footnote ?? html``}
    `;
  return page(200, { platform, title, content });
}

/** A permission as an item of the list. */
export function permissionItem({ name, meaning }: Permission): Html {
  return html`<li>${meaning} <code>${name}</code></li>`;
}
