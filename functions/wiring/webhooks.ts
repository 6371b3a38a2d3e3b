import type { WebhookDeps } from "../../core/installations/receive-webhook.ts";
import type { PlatformWebhook, RegisteredApp } from "../../core/ports/webhook.ts";
import {
  configuration,
  connected,
  events,
  providers,
  repository,
  secrets,
  tokenKeyRing,
  tokens,
} from "./dependencies.ts";
import { createWebhookSigningSecret } from "./providers.ts";
import { warmUp } from "./warm-up.ts";

/** For the webhooks of a platform, with the secret that it signs them with. */
export async function webhookDeps(webhook: PlatformWebhook): Promise<WebhookDeps> {
  await warmUp(tokenKeyRing(), connected);
  return {
    tokens: await tokens(),
    installations: await repository(),
    providers: providers(),
    events: events(),
    app: registeredApp(webhook),
    secret: createWebhookSigningSecret(secrets(), configuration(), webhook),
  };
}

function registeredApp({ platform }: PlatformWebhook): RegisteredApp {
  const settings = configuration().platforms[platform];
  return "appId" in settings ? { appId: settings.appId } : {};
}
