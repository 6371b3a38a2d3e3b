import type { ApprovalDeps } from "../../core/install/approval.ts";
import type { CheckRequestDeps } from "../../core/install/check-request.ts";
import type { WebhookDeps } from "../../core/installations/receive-webhook.ts";
import type { PlatformWebhook } from "../../core/ports/webhook.ts";
import {
  configuration,
  connected,
  events,
  flowStart,
  links,
  providers,
  repository,
  requests,
  stateKeyRing,
  tokenKeyRing,
} from "./dependencies.ts";
import { warmUp } from "./warm-up.ts";
import { webhookDeps } from "./webhooks.ts";

/** For the page of a member's request. */
export async function checkRequestDeps(): Promise<CheckRequestDeps> {
  await warmUp(stateKeyRing(), tokenKeyRing(), connected);
  return { ...flowStart(), ...(await approvalDeps()) };
}

/** For the webhooks of GitHub, which also finish the requests of members. */
export async function githubWebhookDeps(webhook: PlatformWebhook): Promise<WebhookDeps> {
  const [deps] = await Promise.all([webhookDeps(webhook), warmUp(stateKeyRing())]);
  return { ...deps, approval: await approvalDeps() };
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
