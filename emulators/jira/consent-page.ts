import { html } from "hono/html";
import { permissionItem, renderDecision } from "../decision-page.ts";
import type { RequestContext } from "../http.ts";
import type { Markup, PageResponse } from "../page.ts";
import { ACCOUNTS, type JiraAccount } from "./accounts.ts";
import type { JiraAuthorizationRequest, JiraContext } from "./context.ts";
import { sitesOf } from "./grants.ts";
import { describeScope } from "./scopes.ts";
import type { JiraSite } from "./sites.ts";

const BOARD_ICON = html`<svg viewBox="0 0 24 24"><rect x="3.5" y="4" width="17" height="16" rx="2"/><path d="M9 8v8m6-8v5"/></svg>`;

/** Renders the page on which a person chooses an account and its sites, and accepts. */
export function renderConsent(
  jira: JiraContext,
  c: RequestContext,
  request: JiraAuthorizationRequest,
): PageResponse {
  const { appName, callbackUrl } = jira.registration;
  const accounts = ACCOUNTS.map((account, index) =>
    accountChoice(account, sitesOf(jira, account.login), index === 0),
  );
  return renderDecision(c, {
    platform: "Jira",
    icon: BOARD_ICON,
    title: `Give ${appName} access`,
    lead: "to sites of your Atlassian account",
    appName,
    fields: html`<fieldset><legend>Act as, and on</legend>${accounts}</fieldset>`,
    permissions: request.scopes.map((scope) => permissionItem(describeScope(scope))),
    action: c.req.path,
    requestId: jira.pending.issue(request),
    accept: { label: "Accept", value: "accept" },
    cancel: { label: "Cancel", value: "cancel" },
    returnsTo: new URL(callbackUrl).origin,
  });
}

/** The style sheet hides the sites of the other accounts, because the page has no script. */
function accountChoice(
  { login, name, description }: JiraAccount,
  sites: readonly JiraSite[],
  isChosen: boolean,
): Markup {
  const checked = isChosen && html` checked`;
  return html`
          <div class="account">
            <label class="choice"><input type="radio" name="account" value="${login}"${checked}>
              <span>${name} – ${description}</span></label>
            <div class="selected">${sites.map((site) => siteChoice(login, site))}</div>
          </div>`;
}

function siteChoice(login: string, { name, url }: JiraSite): Markup {
  return html`<label class="choice"><input type="checkbox" name="site-${login}" value="${name}" checked>
                <span>${new URL(url).host}</span></label>`;
}
