import { html } from "hono/html";
import * as v from "valibot";
import { type EmulatorApp, type RequestContext, readForm, redirectTo } from "../http.ts";
import { type PageResponse, renderMessage, renderPage } from "../page.ts";
import type { SlackContext } from "./context.ts";
import { parseManifest, registerFromManifest } from "./manifest.ts";

const PLATFORM = "Slack";

/**
 * Adds the pages of `api.slack.com/apps`, which create an app from the manifest in a link and show its credentials.
 *
 * @see [Sharing manifests](https://docs.slack.dev/app-manifests/configuring-apps-with-app-manifests#sharing)
 */
export function addManifestPages(root: EmulatorApp, slack: SlackContext): void {
  root.get("/apps", (c) => showManifest(slack, c));
  root.post("/apps", (c) => createFromManifest(slack, c));
  root.get("/apps/:id", (c) => showCredentials(slack, c));
}

function showManifest(slack: SlackContext, c: RequestContext): PageResponse {
  const { new_app: isNew, manifest_json: text } = c.req.query();
  if (isNew !== "1") return notFound(c);
  const manifest = parseManifest(text);
  if (!("settings" in manifest)) {
    const title = "The manifest is invalid";
    return renderMessage(c, 400, { platform: PLATFORM, title, text: manifest.join("; ") });
  }
  const { display_information: information, oauth_config: oauth } = manifest;
  const content = html`
      <h1>Review summary and create your app</h1>
      <p class="lead">${information.name}</p>
      <form class="card" method="post" action="${c.req.path}">
        <input type="hidden" name="request" value="${slack.manifests.issue(manifest)}">
        <h2>Bot scopes</h2>
        <ul>${oauth.scopes.bot.map((scope) => html`<li><code>${scope}</code></li>`)}</ul>
        <div class="decision"><button class="go">Create</button></div>
      </form>
    `;
  return renderPage(c, 200, { platform: PLATFORM, title: "Create an app", content });
}

function createFromManifest(slack: SlackContext, c: RequestContext): PageResponse {
  const form = v.safeParse(v.object({ request: v.string() }), Object.fromEntries(readForm(c)));
  const manifest = form.success ? slack.manifests.take(form.output.request) : undefined;
  if (!manifest) {
    const text = "It was used already or has expired. Go back to the app and start again.";
    return renderMessage(c, 400, { platform: PLATFORM, title: "This request has ended", text });
  }
  registerFromManifest(slack, manifest);
  return redirectTo(`${slack.url}/apps/${slack.registration.appId}`, {});
}

function showCredentials({ registration }: SlackContext, c: RequestContext): PageResponse {
  const { appId, appName, clientId, clientSecret, signingSecret } = registration;
  if (c.req.param("id") !== appId) return notFound(c);
  const credentials = [
    ["App ID", appId],
    ["Client ID", clientId],
    ["Client Secret", [clientSecret].flat()[0]],
    ["Signing Secret", signingSecret],
  ];
  const rows = credentials.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`);
  const content = html`
      <h1>Basic Information</h1>
      <p class="lead">${appName}</p>
      <dl class="card">${rows}</dl>
    `;
  return renderPage(c, 200, { platform: PLATFORM, title: "Basic Information", content });
}

function notFound(c: RequestContext): PageResponse {
  const text = "There is no such app.";
  return renderMessage(c, 404, { platform: PLATFORM, title: "Page not found", text });
}
