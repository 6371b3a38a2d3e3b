import { html } from "hono/html";
import * as v from "valibot";
import {
  type EmulatorApp,
  jsonResponse,
  type RequestContext,
  readForm,
  redirectTo,
} from "../http.ts";
import { type PageResponse, renderMessage, renderPage } from "../page.ts";
import { toApp } from "./app-shape.ts";
import type { GithubAppContext } from "./context.ts";
import { findOrganization, isOwner, referenceOf } from "./directory.ts";
import { restError } from "./errors.ts";
import { parseManifest, registerFromManifest } from "./manifest.ts";
import { describePermissions } from "./permissions.ts";
import { signedInLogin } from "./signed-in.ts";
import { toAccount } from "./simple-account.ts";

const CREATE = "/manifest";

/**
 * Adds the pages that register an App from a manifest: any site may post one to `settings/apps/new`, and the person
 * decides.
 *
 * @see [Registering a GitHub App from a manifest](https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest)
 */
export function addManifestPages(root: EmulatorApp, github: GithubAppContext): void {
  for (const folder of ["", "/organizations/:organization"]) {
    const path = `${folder}/settings/apps/new`;
    root.post(path, (c) => showManifest(github, c));
    root.post(path + CREATE, (c) => createApp(github, c));
  }
}

/**
 * Handles `POST /app-manifests/{code}/conversions`, which needs no authentication. A code can be used once, within
 * an hour.
 *
 * @see [Create a GitHub App from a manifest](https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest)
 */
export function convertManifest(github: GithubAppContext, c: RequestContext): Response {
  const created = github.manifestCodes.take(c.req.param("code") ?? "");
  if (created?.appId !== github.app.appId) return restError(404, "Not Found");
  const { owner, clientSecret, webhookSecret, pem, manifest } = created;
  return jsonResponse(201, {
    ...toApp(github),
    owner: toAccount(github, referenceOf(github, owner)),
    external_url: manifest.url,
    events: manifest.default_events,
    client_secret: clientSecret,
    webhook_secret: webhookSecret,
    pem,
  });
}

function showManifest(github: GithubAppContext, c: RequestContext): PageResponse {
  const owner = findAppOwner(github, c);
  if (owner === undefined) return notFound(c);
  const manifest = parseManifest(readForm(c).get("manifest"));
  if (!("redirect_url" in manifest)) {
    const text = manifest.join("; ");
    return renderMessage(c, 422, {
      platform: "GitHub",
      title: "Invalid GitHub App configuration",
      text,
    });
  }
  const state = c.req.query("state") ?? null;
  const request = github.manifests.issue({ manifest, state, owner });
  const permissions = describePermissions(manifest.default_permissions);
  const content = html`
      <h1>Create GitHub App for ${owner}</h1>
      <p class="lead">${manifest.name}</p>
      <form class="card" method="post" action="${c.req.path}${CREATE}">
        <input type="hidden" name="request" value="${request}">
        <h2>It will be able to</h2>
        <ul>${permissions.map(({ name, meaning }) => html`<li>${meaning} <code>${name}</code></li>`)}</ul>
        <div class="decision"><button class="go">Create GitHub App for ${owner}</button></div>
      </form>
      <p class="after">You return to <strong>${new URL(manifest.redirect_url).origin}</strong></p>
    `;
  return renderPage(c, 200, { platform: "GitHub", title: "Create GitHub App", content });
}

function createApp(github: GithubAppContext, c: RequestContext): PageResponse {
  const form = v.safeParse(v.object({ request: v.string() }), Object.fromEntries(readForm(c)));
  const pending = form.success ? github.manifests.take(form.output.request) : undefined;
  if (!pending) {
    const text = "It was used already or has expired. Go back to the app and start again.";
    return renderMessage(c, 400, { platform: "GitHub", title: "This request has ended", text });
  }
  const { manifest, state, owner } = pending;
  const code = github.manifestCodes.issue(registerFromManifest(github, manifest, owner));
  return redirectTo(manifest.redirect_url, { code, state });
}

/** Returns the person who is signed in, or the organization in the path if this person owns it. */
function findAppOwner(github: GithubAppContext, c: RequestContext): string | undefined {
  const login = signedInLogin(github, c);
  const wanted = c.req.param("organization");
  if (wanted === undefined) return login;
  const organization = findOrganization(github, wanted);
  if (!organization) return undefined;
  const account = { type: "Organization", login: organization.login } as const;
  return isOwner(github, login, account) ? organization.login : undefined;
}

function notFound(c: RequestContext): PageResponse {
  const text = "There is no such organization, or you are not an owner.";
  return renderMessage(c, 404, { platform: "GitHub", title: "Page not found", text });
}
