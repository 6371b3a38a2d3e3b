import { decisionPage, type Permission, permissionItem } from "./decision-page.ts";
import { type Html, html } from "./html.ts";
import type { Reply } from "./http.ts";

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
  /** Names the pending request. */
  readonly requestId: string;
  /** The origin that gets the answer. */
  readonly returnsTo: string;
}

/** One account to act as, and what makes it worth trying. */
interface AccountChoice {
  readonly login: string;
  readonly description: string;
}

/** The page on which a person authorizes an app or does not. */
export function consentPage(consent: ConsentPage): Reply {
  const { platform, appName, accounts, selectedLogin } = consent;
  const options = accounts.map((account) => option(account, selectedLogin));
  return decisionPage({
    ...consent,
    title: `Authorize ${appName}`,
    lead: `on a ${platform} account of your choice`,
    fields: html`<label for="login">Act as</label>
        <select id="login" name="login">${options}</select>`,
    permissions: permissionItems(consent.permissions),
    yes: { label: "Authorize", value: "authorize" },
    no: { label: "Cancel", value: "cancel" },
  });
}

function option({ login, description }: AccountChoice, selectedLogin: string): Html {
  const selected = login === selectedLogin ? html` selected` : html``;
  return html`<option value="${login}"${selected}>${login} – ${description}</option>`;
}

function permissionItems(permissions: readonly Permission[]): Html[] {
  if (permissions.length === 0) return [html`<li>Do what you have allowed it before</li>`];
  return permissions.map(permissionItem);
}
