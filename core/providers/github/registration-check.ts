import * as v from "valibot";
import {
  findMissingPermissions,
  type Permission,
  ReportedPermissions,
} from "../../grants/permissions.ts";
import { broken, doubtful, inOrder, type StageCheck } from "../../stage-check.ts";
import { readSecretField } from "../platform-secret.ts";
import {
  findMalformedFields,
  findMissingFields,
  type RegistrationCheck,
  type RegistrationCheckInput,
} from "../registration-check.ts";
import { createRotatingSecret } from "../rotating-secret.ts";
import { type GithubCall, getGithub } from "./api.ts";
import { asApp } from "./app-credential.ts";
import { isPrivateKey } from "./app-jwt.ts";
import { GithubSecret } from "./settings.ts";

/** @see [Get the authenticated app](https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app) */
const App = v.object({
  id: v.pipe(v.number(), v.transform(String)),
  client_id: v.string(),
  slug: v.string(),
  permissions: ReportedPermissions,
  events: v.array(v.pipe(v.string(), v.regex(/^[a-z_]{1,64}$/))),
});
type App = v.InferOutput<typeof App>;

/** @see [Get a webhook configuration for an app](https://docs.github.com/en/rest/apps/webhooks) */
const HookConfig = v.object({
  url: v.nullish(v.string()),
  /** Asterisks; absent without a secret. */
  secret: v.nullish(v.string()),
  insecure_ssl: v.optional(v.union([v.string(), v.number()]), "0"),
});
type HookConfig = v.InferOutput<typeof HookConfig>;

type GithubSettings = RegistrationCheckInput["platforms"]["github"];

/** By this permission, the owners of an organization are recognized. */
const MEMBERS = { name: "members", access: "read" } as const satisfies Permission;

const SETTINGS_PAGE = "the settings of the App at GitHub";

/** The checks of the app at GitHub: a GitHub App can read its own registration, except for its callback URLs. */
export const githubRegistration: RegistrationCheck = {
  findSecretMistakes(text, { github: { appId } }) {
    const malformed = findMalformedFields(text, GithubSecret);
    if (malformed.length > 0 || appId === undefined) return malformed;
    const missing = findMissingFields(text, ["private_key", "webhook_secret"]);
    return missing.length > 0 ? missing : findMalformedKeys(text);
  },

  // It redirects to a registered callback with this error.
  unregistered: /\bredirect_uri_mismatch\b/,

  sendsWebhooks: ({ github }) => github.appId !== undefined,

  async checkRegistration({ platforms: { github: settings }, readSecret, publicUrl, signal }) {
    const { clientId, appId, slug, urls, permissions } = settings;
    if (clientId === undefined || appId === undefined || slug === undefined) return [];
    const credential = (field: string) =>
      createRotatingSecret((options) =>
        readSecretField("github", GithubSecret, field, () => readSecret(options)),
      );
    const config = {
      ...{ clientId, appId, slug, permissions, urls },
      clientSecret: credential("client_secret"),
      privateKey: credential("private_key"),
    };
    const read = <const Schema extends v.GenericSchema>(path: string, schema: Schema) =>
      asApp(config, signal, (app: GithubCall) => getGithub(app, path, schema));
    const app = await read("/app", App);
    const hook = await read("/app/hook/config", HookConfig);
    return [
      checkIdentity(settings, app),
      checkPermissions(settings, app),
      checkEvents(settings, app),
      checkHook(`${publicUrl}/webhooks/github`, hook),
    ];
  },
};

function findMalformedKeys(text: string): readonly string[] {
  const { private_key: keys = [] } = v.parse(GithubSecret, JSON.parse(text));
  return keys.every(isPrivateKey) ? [] : ["private_key is no RSA key in PEM"];
}

function checkIdentity({ clientId, appId, slug }: GithubSettings, app: App): StageCheck {
  const name = "github-app";
  const wrong = [
    ...(app.client_id === clientId ? [] : [`clientId is ${app.client_id}`]),
    ...(app.id === appId ? [] : [`appId is ${app.id}`]),
    ...(app.slug === slug ? [] : [`appSlug is ${app.slug}`]),
  ];
  if (wrong.length === 0)
    return inOrder(name, `GitHub accepts the private key of the App ${slug}.`);
  const summary = `The App at GitHub differs from the configuration: ${wrong.join(", ")}.`;
  return broken(name, summary, "Correct platforms.github in the configuration, and deploy.");
}

function checkPermissions({ permissions, ownership }: GithubSettings, app: App): StageCheck {
  const name = "github-permissions";
  const wanted = ownership === "owner" ? [...permissions, MEMBERS] : permissions;
  const missing = findMissingPermissions(app.permissions, wanted);
  if (Object.keys(missing).length > 0) {
    const summary = `The App lacks permissions that the configuration needs: ${list(missing)}.`;
    return broken(name, summary, `Add them under *Permissions & events* in ${SETTINGS_PAGE}.`);
  }
  // GitHub adds `metadata` to every App. The address is a permission of the person, who is asked at GitHub.
  const named = new Set([
    "metadata",
    "email_addresses",
    ...wanted.map((permission) => permission.name),
  ]);
  // Without any in the configuration, pages show none.
  const more = Object.entries(permissions.length > 0 ? app.permissions : {}).filter(
    ([name]) => !named.has(name),
  );
  if (more.length > 0) {
    const summary = `The App has permissions that pages do not show to customers: ${list(Object.fromEntries(more))}.`;
    return doubtful(name, summary, "Add them to platforms.github.permissions, or remove them.");
  }
  return inOrder(
    name,
    `The App has the ${wanted.length} permissions that the configuration needs.`,
  );
}

function checkEvents({ events }: GithubSettings, app: App): StageCheck {
  const name = "github-events";
  const missing = events.filter((event) => !app.events.includes(event));
  if (missing.length > 0) {
    const summary = `The App does not subscribe to events of the configuration: ${missing.join(", ")}.`;
    return broken(name, summary, `Add them under *Permissions & events* in ${SETTINGS_PAGE}.`);
  }
  const subscribed = app.events.length > 0 ? app.events.join(", ") : "those of installations only";
  return inOrder(name, `The App subscribes to ${subscribed}.`);
}

function checkHook(expected: string, { url, secret, insecure_ssl }: HookConfig) {
  const name = "github-webhook";
  const where = `Correct it under *Webhook* in ${SETTINGS_PAGE}.`;
  if (url !== expected) {
    const found = url ? `goes to ${withoutQuery(url)}` : "has no URL";
    return broken(name, `The webhook of the App ${found}, and not to ${expected}.`, where);
  }
  if (!secret) return broken(name, "GitHub does not sign the webhooks of the App.", where);
  if (String(insecure_ssl) !== "0") {
    return doubtful(name, "GitHub does not verify the certificate of the webhook's URL.", where);
  }
  return inOrder(name, `The webhook goes to ${expected}, signed.`);
}

function list(permissions: Readonly<Record<string, string>>): string {
  return Object.entries(permissions)
    .map(([name, access]) => `${name}: ${access}`)
    .join(", ");
}

/** The address of another service may have a secret in its query or its user. */
function withoutQuery(text: string): string {
  const url = URL.parse(text);
  return url ? url.origin + url.pathname : "a malformed URL";
}
