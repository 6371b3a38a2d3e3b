import { generateKeyPairSync, randomBytes, randomInt } from "node:crypto";
import * as v from "valibot";
import type { AppManifest, GithubAppContext } from "./context.ts";
import { Permissions } from "./permissions.ts";
import { SubscribedEvent } from "./registration.ts";
import { missesPermission } from "./webhooks/subscriptions.ts";

const MAX_NAME_LENGTH = 34;
const MAX_CALLBACK_URLS = 10;

const Url = v.pipe(v.string(), v.url("is not a URL"));
const EventName = v.pipe(v.string(), v.regex(/^[a-z_]{1,60}$/, "is not the name of an event"));

/** @see [GitHub App Manifest parameters](https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest#github-app-manifest-parameters) */
const Manifest = v.pipe(
  v.object({
    name: v.pipe(v.string(), v.maxLength(MAX_NAME_LENGTH, "is too long")),
    url: Url,
    hook_attributes: v.object({ url: Url, active: v.optional(v.boolean(), true) }),
    redirect_url: Url,
    callback_urls: v.tupleWithRest([Url], Url),
    setup_url: Url,
    setup_on_update: v.literal(true),
    request_oauth_on_install: v.optional(v.literal(false), false),
    public: v.optional(v.boolean(), false),
    default_permissions: Permissions,
    default_events: v.optional(v.array(EventName), []),
  }),
  v.check(
    ({ callback_urls: urls }) => urls.length <= MAX_CALLBACK_URLS,
    `At most ${MAX_CALLBACK_URLS} callback URLs`,
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { default_events: events, default_permissions: permissions } = dataset.value;
    const unsupported = events.filter((event) => missesPermission(event, permissions));
    if (unsupported.length === 0) return;
    addIssue({ message: `Default events unsupported: ${unsupported.join(", ")}` });
  }),
);

const ManifestText = v.pipe(v.string(), v.parseJson(undefined, "is not JSON"), Manifest);

/** Returns a manifest, or one sentence for each mistake in it. */
export function parseManifest(text: string | null): AppManifest | readonly string[] {
  const parsed = v.safeParse(ManifestText, text);
  if (parsed.success) return parsed.output;
  return parsed.issues.map((issue) => {
    const path = v.getDotPath(issue);
    return path === null ? issue.message : `${path}: ${issue.message}`;
  });
}

/**
 * Registers the App of a manifest in place of the one before, which stops working. Returns its secrets, which the
 * conversion of the code shows once.
 */
export function registerFromManifest(
  github: GithubAppContext,
  manifest: AppManifest,
  owner: string,
) {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const clientSecret = randomBytes(20).toString("hex");
  const webhookSecret = randomBytes(20).toString("hex");
  Object.assign(github.registration, {
    clientId: `Iv23li${randomBytes(7).toString("hex")}`,
    clientSecret,
    callbackUrls: manifest.callback_urls,
    appName: manifest.name,
  });
  Object.assign(github.app, {
    appId: randomInt(100_000, 10_000_000),
    slug: slugOf(manifest.name),
    publicKey,
    setupUrl: manifest.setup_url,
    webhookUrl: manifest.hook_attributes.active ? manifest.hook_attributes.url : undefined,
    webhookSecret,
    permissions: manifest.default_permissions,
    events: manifest.default_events.filter((event) => v.is(SubscribedEvent, event)),
  });
  github.webhooks.restoreConfig();
  const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
  return { appId: github.app.appId, owner, clientSecret, webhookSecret, pem, manifest };
}

function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}
