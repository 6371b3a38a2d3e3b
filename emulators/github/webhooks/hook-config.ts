import * as v from "valibot";
import type { GithubAppRegistration, WebhookContentType } from "../registration.ts";

/** Where webhooks are sent and how. `PATCH /app/hook/config` changes it. */
export interface HookConfig {
  /** Without it, no webhooks are sent. */
  readonly url: string | undefined;
  readonly contentType: WebhookContentType;
  /** Without it, webhooks are not signed. */
  readonly secret: string | undefined;
}

/** The body of a change. */
export const HookConfigBody = v.object({
  url: v.exactOptional(v.pipe(v.string(), v.url())),
  content_type: v.exactOptional(v.picklist(["json", "form"])),
  secret: v.exactOptional(v.string()),
  insecure_ssl: v.exactOptional(v.union([v.picklist(["0", "1"]), v.picklist([0, 1])])),
});

/** Returns the configuration that an App was registered with. */
export function initialConfig(app: GithubAppRegistration | undefined): HookConfig {
  return {
    url: app?.webhookUrl,
    contentType: app?.webhookContentType ?? "json",
    secret: app?.webhookSecret,
  };
}

/** Returns a configuration with changes applied; an empty secret removes the secret. */
export function changeConfig(
  { url, contentType, secret }: HookConfig,
  changes: v.InferOutput<typeof HookConfigBody>,
): HookConfig {
  const changed = changes.secret ?? secret;
  return {
    url: changes.url ?? url,
    contentType: changes.content_type ?? contentType,
    secret: changed === "" ? undefined : changed,
  };
}

/**
 * Returns a configuration as the REST API shows it, which never has the secret.
 *
 * @see [Get a webhook configuration for an app](https://docs.github.com/en/rest/apps/webhooks)
 */
export function toHookConfig({ url, contentType, secret }: HookConfig) {
  return {
    content_type: contentType,
    insecure_ssl: "0",
    ...(secret !== undefined && { secret: "********" }),
    url: url ?? null,
  };
}
