import { decisionPage, permissionItem } from "../decision-page.ts";
import { type Html, html } from "../html.ts";
import type { Reply } from "../http.ts";
import type { InstallRequest, SlackContext } from "./context.ts";
import type { SlackOrganization } from "./organizations.ts";
import { describeScope } from "./scopes.ts";

const CHANNEL_ICON = html`<svg viewBox="0 0 24 24"><path d="M9.5 4 7.5 20m9-16-2 16M4.5 9h15m-15.5 6h15"/></svg>`;

/** What the page shows: a request, and where it can be installed. */
interface InstallPage {
  readonly request: InstallRequest;
  readonly choices: readonly SlackOrganization[];
  readonly selected: SlackOrganization;
  /** Whether the organization's admin started it, and not the app. */
  readonly isAdminPage: boolean;
}

/** The page on which a person installs the app or does not. */
export function installPage(
  slack: SlackContext,
  { request, choices, selected, isAdminPage }: InstallPage,
): Reply {
  const { appName, optionalScopes } = slack.registration;
  const path = new URL(slack.url).pathname;
  const options = choices.map((choice) => option(choice, selected));
  const adminUrl = `${path}/admin/install?${new URLSearchParams({ scope: request.scopes.join() })}`;
  return decisionPage({
    platform: "Slack",
    icon: CHANNEL_ICON,
    title: `Install ${appName}`,
    lead: isAdminPage ? "from the organization’s admin page" : "in a workspace of your choice",
    appName,
    fields: html`<label for="organization">Install in</label>
        <select id="organization" name="organization">${options}</select>`,
    permissions: [...request.scopes, ...request.userScopes].map((scope) =>
      scopeItem(scope, optionalScopes.includes(scope)),
    ),
    action: `${path}/oauth/v2/authorize`,
    requestId: slack.pending.issue(request),
    yes: { label: "Allow", value: "allow" },
    no: { label: "Cancel", value: "cancel" },
    returnsTo: new URL(request.redirectUri).origin,
    footnote: isAdminPage ? html`` : adminLink(adminUrl),
  });
}

function option({ id, name, description }: SlackOrganization, selected: SlackOrganization): Html {
  const mark = id === selected.id ? html` selected` : html``;
  return html`<option value="${id}"${mark}>${name} (${id}) – ${description}</option>`;
}

function scopeItem(scope: string, isOptional: boolean): Html {
  const permission = describeScope(scope);
  if (!isOptional) return permissionItem(permission);
  return html`<li><label class="choice"><input type="checkbox" name="optional" value="${scope}" checked>
          <span>${permission.meaning} <code>${scope}</code></span></label></li>`;
}

function adminLink(url: string): Html {
  return html`<p class="after"><a href="${url}">Start from an organization’s admin page instead</a>, without the app’s state</p>`;
}
