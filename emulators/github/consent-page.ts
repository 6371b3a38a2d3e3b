import { html } from "hono/html";
import { type Permission, permissionItem, renderDecision } from "../decision-page.ts";
import type { RequestContext } from "../http.ts";
import type { Markup, PageResponse } from "../page.ts";
import type { GithubAccount } from "./accounts.ts";
import { GITHUB_ICON } from "./icon.ts";

/** The content of the consent page. */
export interface ConsentPage {
  readonly appName: string;
  readonly permissions: readonly Permission[];
  readonly accounts: readonly GithubAccount[];
  readonly selectedLogin: string;
  /** The URL that the form is sent to, with `request`, `login` and `decision`. */
  readonly action: string;
  /** Names the pending request. */
  readonly requestId: string;
  /** The origin that the browser returns to. */
  readonly returnsTo: string;
}

/** Renders the page on which a person authorizes an app. */
export function renderConsent(c: RequestContext, consent: ConsentPage): PageResponse {
  const { appName, accounts, selectedLogin } = consent;
  const options = accounts.map((account) => accountOption(account, selectedLogin));
  return renderDecision(c, {
    ...consent,
    platform: "GitHub",
    icon: GITHUB_ICON,
    title: `Authorize ${appName}`,
    lead: "on a GitHub account of your choice",
    fields: html`<label for="login">Act as</label>
        <select id="login" name="login">${options}</select>`,
    permissions: permissionItems(consent.permissions),
    accept: { label: "Authorize", value: "authorize" },
    cancel: { label: "Cancel", value: "cancel" },
  });
}

/** Renders an account as an option of a choice. */
export function accountOption(
  { login, description }: GithubAccount,
  selectedLogin: string,
): Markup {
  const selected = login === selectedLogin ? html` selected` : "";
  return html`<option value="${login}"${selected}>${login} – ${description}</option>`;
}

function permissionItems(permissions: readonly Permission[]): Markup[] {
  if (permissions.length === 0) return [html`<li>Keep the access that you granted before</li>`];
  return permissions.map(permissionItem);
}
