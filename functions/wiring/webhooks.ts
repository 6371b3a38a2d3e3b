import type { PlatformWebhook } from "../../core/ports/webhook.ts";
import { createPostgresDeliveries } from "../../core/postgres/deliveries.ts";
import type { IntakeDeps } from "../../core/webhooks/receive-delivery.ts";
import type { InteractionDeps } from "../../core/webhooks/receive-interaction.ts";
import { createDeliveryBodies } from "../environment/delivery-bodies.ts";
import { createInteractionFunction } from "../environment/interaction-function.ts";
import { countDelivery } from "../environment/metrics.ts";
import { createWebhookBus, loadClient } from "../environment/webhook-bus.ts";
import {
  configuration,
  connected,
  database,
  secrets,
  stateKeyRing,
  stateSealer,
} from "./dependencies.ts";
import { createWebhookSigningSecret } from "./providers.ts";
import { warmUp } from "./warm-up.ts";

/** For the webhooks of a platform: no access to tokens, and no provider. */
export async function intakeDeps(webhook: PlatformWebhook): Promise<IntakeDeps> {
  await warmUp(stateKeyRing(), connected, loadClient);
  const { platforms, unclaimedBodies } = configuration();
  const settings = platforms[webhook.platform];
  const bodies = createDeliveryBodies();
  return {
    app: {
      clientId: settings.clientId ?? "",
      ...("appId" in settings && { appId: settings.appId }),
    },
    secret: createWebhookSigningSecret(secrets(), configuration(), webhook),
    deliveries: createPostgresDeliveries(await database(), stateSealer()),
    bus: createWebhookBus(bodies),
    bodies,
    unclaimedBodies,
    onDelivery: countDelivery,
  };
}

/** For clicks and commands, with the function that handles them, if there is one. */
export async function interactionDeps(webhook: PlatformWebhook): Promise<InteractionDeps> {
  const { interactions } = configuration().platforms.slack;
  const handler =
    interactions === undefined
      ? undefined
      : createInteractionFunction(interactions, createDeliveryBodies());
  return { ...(await intakeDeps(webhook)), handler };
}
