import type { ApprovalDeps } from "../../core/install/approval.ts";
import type { CheckRequestDeps } from "../../core/install/check-request.ts";
import { createPostgresDeliveries } from "../../core/postgres/deliveries.ts";
import type { ReconcileDeliveryDeps } from "../../core/webhooks/reconcile-delivery.ts";
import {
  configuration,
  connected,
  database,
  events,
  flowStart,
  links,
  providers,
  repository,
  requests,
  stateKeyRing,
  stateSealer,
  tokenKeyRing,
  tokens,
} from "./dependencies.ts";
import { warmUp } from "./warm-up.ts";

/** For the page of a member's request. */
export async function checkRequestDeps(): Promise<CheckRequestDeps> {
  await warmUp(stateKeyRing(), tokenKeyRing(), connected);
  return { ...flowStart(), ...(await approvalDeps()) };
}

/** For deliveries that can change a grant, which also finish the requests of members. */
export async function reconcileDeps(): Promise<ReconcileDeliveryDeps> {
  await warmUp(stateKeyRing(), tokenKeyRing(), connected);
  return {
    tokens: await tokens(),
    installations: await repository(),
    providers: providers(),
    events: events(),
    deliveries: createPostgresDeliveries(await database(), stateSealer()),
    approval: await approvalDeps(),
  };
}

async function approvalDeps(): Promise<ApprovalDeps> {
  const { bindingKeys, platforms } = configuration();
  const { requests: requestMode, ownership } = platforms.github;
  return {
    requests: await requests(),
    installations: await repository(),
    links: await links(),
    events: events(),
    providers: providers(),
    bindingKeys,
    requestMode,
    ownership,
  };
}
