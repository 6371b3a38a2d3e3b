import { html } from "hono/html";
import { permissionItem, renderDecision } from "../decision-page.ts";
import type { RequestContext } from "../http.ts";
import type { Markup, PageResponse } from "../page.ts";
import type { InstallRequest, SlackContext } from "./context.ts";
import type { SlackOrganization } from "./organizations.ts";
import { describeScope } from "./scopes.ts";

const CHANNEL_ICON = html`<svg viewBox="0 0 24 24"><path d="M9.5 4 7.5 20m9-16-2 16M4.5 9h15m-15.5 6h15"/></svg>`;

/** A request, and the organizations that it can be installed in. */
interface InstallPage {
  readonly request: InstallRequest;
  readonly choices: readonly SlackOrganization[];
  readonly selected: SlackOrganization;
}

/** Renders the page on which a person installs the app. */
export function renderInstall(
  slack: SlackContext,
  c: RequestContext,
  { request, choices, selected }: InstallPage,
): PageResponse {
  const { appName, optionalScopes } = slack.registration;
  const options = choices.map((choice) => option(choice, selected));
  return renderDecision(c, {
    platform: "Slack",
    icon: CHANNEL_ICON,
    title: `Install ${appName}`,
    lead: "in a workspace of your choice",
    appName,
    fields: html`<label for="organization">Install in</label>
        <select id="organization" name="organization">${options}</select>`,
    permissions: [...request.scopes, ...request.userScopes].map((scope) =>
      scopeItem(scope, optionalScopes.includes(scope)),
    ),
    action: c.req.path,
    requestId: slack.pending.issue(request),
    accept: { label: "Allow", value: "allow" },
    cancel: { label: "Cancel", value: "cancel" },
    returnsTo: new URL(request.redirectUri).origin,
  });
}

function option({ id, name, description }: SlackOrganization, selected: SlackOrganization): Markup {
  const mark = id === selected.id && html` selected`;
  return html`<option value="${id}"${mark}>${name} (${id}) – ${description}</option>`;
}

function scopeItem(scope: string, isOptional: boolean): Markup {
  const permission = describeScope(scope);
  if (!isOptional) return permissionItem(permission);
  return html`<li><label class="choice"><input type="checkbox" name="optional" value="${scope}" checked>
          <span>${permission.meaning} <code>${scope}</code></span></label></li>`;
}
