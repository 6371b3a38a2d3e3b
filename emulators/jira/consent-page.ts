import { decisionPage, type Permission, permissionItem } from "../decision-page.ts";
import { type Html, html } from "../html.ts";
import type { Reply } from "../http.ts";
import { ACCOUNTS, type JiraAccount } from "./accounts.ts";
import type { AuthorizationRequest, JiraContext } from "./context.ts";
import { sitesOf } from "./grants.ts";
import type { JiraSite } from "./sites.ts";

const BOARD_ICON = html`<svg viewBox="0 0 24 24"><rect x="3.5" y="4" width="17" height="16" rx="2"/><path d="M9 8v8m6-8v5"/></svg>`;

/** @see [Scopes](https://developer.atlassian.com/cloud/jira/platform/scopes-for-oauth-2-3LO-and-forge-apps/) */
const MEANINGS = new Map([
  ["read:jira-work", "Read projects and issues"],
  ["write:jira-work", "Create and edit issues, post comments"],
  ["read:jira-user", "Read people in Jira"],
  ["manage:jira-webhook", "Manage webhooks"],
  ["manage:jira-project", "Manage projects"],
  ["read:me", "Read your profile"],
  ["offline_access", "Go on when you are not there"],
]);

/** The page on which a person chooses an account and its sites, and accepts or does not. */
export function consentToSites(jira: JiraContext, request: AuthorizationRequest): Reply {
  const { appName, callbackUrl } = jira.registration;
  const accounts = ACCOUNTS.map((account, index) =>
    accountChoice(account, sitesOf(jira, account.login), index === 0),
  );
  return decisionPage({
    platform: "Jira",
    icon: BOARD_ICON,
    title: `Give ${appName} access`,
    lead: "to sites of your Atlassian account",
    appName,
    fields: html`<fieldset><legend>Act as, and on</legend>${accounts}</fieldset>`,
    permissions: request.scopes.map((scope) => permissionItem(describeScope(scope))),
    action: `${new URL(jira.url).pathname}/authorize`,
    requestId: jira.pending.issue(request),
    yes: { label: "Accept", value: "accept" },
    no: { label: "Cancel", value: "cancel" },
    returnsTo: new URL(callbackUrl).origin,
  });
}

/** The style sheet shows the sites of the chosen account only: there is no script to do it. */
function accountChoice(
  { login, name, description }: JiraAccount,
  sites: readonly JiraSite[],
  isChosen: boolean,
): Html {
  const mark = isChosen ? html` checked` : html``;
  return html`
          <div class="account">
            <label class="choice"><input type="radio" name="account" value="${login}"${mark}>
              <span>${name} – ${description}</span></label>
            <ul class="sites">${sites.map((site) => siteItem(login, site))}</ul>
          </div>`;
}

function siteItem(login: string, { name, url }: JiraSite): Html {
  return html`<li><label class="choice"><input type="checkbox" name="site-${login}" value="${name}" checked>
                <span>${new URL(url).host}</span></label></li>`;
}

function describeScope(scope: string): Permission {
  return { name: scope, meaning: MEANINGS.get(scope) ?? "Do what this scope allows" };
}
