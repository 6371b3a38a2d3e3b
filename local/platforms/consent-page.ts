import { type Html, html } from "./html.ts";
import type { Reply } from "./http.ts";
import { page } from "./page.ts";

const KEY_ICON = html`<svg viewBox="0 0 24 24"><circle cx="8" cy="16" r="4.5"/><path d="M11.2 12.8 20 4m-3 3 3 3m-6 0 2 2"/></svg>`;

/** What a consent page shows, and what its form carries back. */
export interface ConsentPage {
  readonly platform: string;
  readonly icon: Html;
  readonly appName: string;
  readonly permissions: readonly Permission[];
  readonly accounts: readonly AccountChoice[];
  readonly selectedLogin: string;
  /** Where the form goes, with `request`, `login` and `decision` (`authorize` or `cancel`). */
  readonly action: string;
  /** Names the pending request, which stays with us: a form could be tampered with. */
  readonly requestId: string;
  /** The origin that gets the answer. */
  readonly returnsTo: string;
}

/** One thing that an app asks for: its wire name, and what that means to a person. */
export interface Permission {
  readonly name: string;
  readonly meaning: string;
}

/** One account to act as, and what makes it worth trying. */
interface AccountChoice {
  readonly login: string;
  readonly description: string;
}

/** The page on which a person authorizes an app or does not. */
export function consentPage(consent: ConsentPage): Reply {
  const { platform, icon, appName, accounts, selectedLogin, action, requestId } = consent;
  const content = html`
      <div class="parties" aria-hidden="true">${KEY_ICON}<span></span>${icon}</div>
      <h1>Authorize ${appName}</h1>
      <p class="lead">on a ${platform} account of your choice</p>
      <form class="card" method="post" action="${action}">
        <input type="hidden" name="request" value="${requestId}">
        <label for="login">Act as</label>
        <select id="login" name="login">${accounts.map((account) => option(account, selectedLogin))}</select>
        <h2>${appName} will be able to</h2>
        <ul>${permissionItems(consent.permissions)}</ul>
        <div class="decision">
          <button class="go" name="decision" value="authorize">Authorize</button>
          <button name="decision" value="cancel">Cancel</button>
        </div>
      </form>
      <p class="after">Either way you return to <strong>${consent.returnsTo}</strong></p>
    `;
  return page(200, { platform, title: `Authorize ${appName}`, content });
}

function option({ login, description }: AccountChoice, selectedLogin: string): Html {
  const selected = login === selectedLogin ? html` selected` : html``;
  return html`<option value="${login}"${selected}>${login} – ${description}</option>`;
}

function permissionItems(permissions: readonly Permission[]): Html[] {
  if (permissions.length === 0) return [html`<li>Do what you have allowed it before</li>`];
  return permissions.map(({ name, meaning }) => html`<li>${meaning} <code>${name}</code></li>`);
}
