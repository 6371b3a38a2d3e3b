import { createHash } from "node:crypto";
import { type ErrorCode, toServiceError } from "../errors.ts";
import type { DynamicWebhooks, WebhookGrant } from "../ports/dynamic-webhooks.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import type {
  StoredWebhooks,
  WebhookClaim,
  WebhookRegistrations,
} from "../ports/webhook-registrations.ts";

/** Longer than a registration takes, so that two processes do not register at the same time. */
const CLAIM_SECONDS = 120;
/** After a third of their life, so that the sweep can try again, and notices soon that a site has another host. */
const LIFE_TO_EXTEND = 1 / 3;
/** When a registration is tried again that failed for a reason that may pass by itself. */
const RETRY_SECONDS = 900;
/** The same for any other: somebody has to change the configuration or the grant. */
const LONG_RETRY_SECONDS = 86_400;
/** Limits the row. */
const MAX_RETIRED = 20;

const PASSING: readonly ErrorCode[] = [
  "provider_unavailable",
  "provider_rate_limited",
  "retry_later",
];

/** The configuration of an app without webhooks. */
const NONE = "none";

export interface RegisterWebhooksDeps {
  readonly registrations: WebhookRegistrations;
  readonly publicUrl: string;
  /** Is called for each registration that failed. */
  readonly onWebhooksFailed?: ((code: ErrorCode) => void) | undefined;
}

/** An installation whose webhooks are registered. */
export interface WebhookInstallation {
  readonly id: string;
  /** The scopes of its grant. Empty if they are not known. */
  readonly scopes: readonly string[];
  /** Returns what the platform is called with. It is not called if there is nothing to register or to remove. */
  grant(): Promise<WebhookGrant>;
}

/** A platform where webhooks are registered. */
export type WebhookProvider = Pick<OAuthProvider, "platform"> & {
  readonly dynamicWebhooks: DynamicWebhooks;
};

/**
 * Registers the webhooks of an installation if they are due: after an install, for another configuration, or
 * before they expire. Returns whether it did. A failure is counted, and the sweep tries again.
 *
 * @throws {ServiceError} the errors of `DynamicWebhooks`, of `WebhookRegistrations`, and of the grant
 */
export async function registerWebhooks(
  { registrations, publicUrl, onWebhooksFailed }: RegisterWebhooksDeps,
  { platform, dynamicWebhooks }: WebhookProvider,
  installation: WebhookInstallation,
): Promise<boolean> {
  const claim = await registrations.claim(installation.id, { seconds: CLAIM_SECONDS });
  if (!claim) return false;
  const configuration = configurationOf(dynamicWebhooks, publicUrl);
  try {
    // Without the scope, the next install brings it: until then there is nothing to try again.
    const isAllowed = mayManage(dynamicWebhooks, installation);
    if (!isAllowed) onWebhooksFailed?.("missing_scope");
    const url = `${publicUrl}/webhooks/${platform}`;
    const { host, ids, retired } = isAllowed
      ? await register(dynamicWebhooks, url, { claim, installation })
      : claim;
    const seconds = Math.floor(dynamicWebhooks.lifetimeSeconds * LIFE_TO_EXTEND);
    const dueInSeconds = isAllowed && ids.length > 0 ? seconds : null;
    const registered = { host, ids, retired, configuration, dueInSeconds };
    return (await registrations.store(claim, registered)) && isAllowed;
  } catch (error) {
    const { code } = toServiceError(error);
    onWebhooksFailed?.(code);
    const seconds = PASSING.includes(code) ? RETRY_SECONDS : LONG_RETRY_SECONDS;
    await registrations.postpone(claim, { seconds });
    throw error;
  }
}

/** Returns the hash of what is to be registered, and for which URL. */
export function configurationOf(
  { configuration }: Pick<DynamicWebhooks, "configuration">,
  publicUrl: string,
): string {
  if (configuration === undefined) return NONE;
  return createHash("sha256").update(`${publicUrl}\n${configuration}`).digest("hex");
}

function mayManage(
  { configuration, scopes: needed }: DynamicWebhooks,
  { scopes }: WebhookInstallation,
): boolean {
  if (configuration === undefined || scopes.length === 0) return true;
  return scopes.some((scope) => needed.includes(scope));
}

async function register(
  webhooks: DynamicWebhooks,
  url: string,
  { claim, installation }: { claim: WebhookClaim; installation: WebhookInstallation },
): Promise<StoredWebhooks> {
  const { ids, retired } = claim;
  if (webhooks.configuration === undefined && ids.length === 0) return claim;
  const registered = await webhooks.register(await installation.grant(), { url, knownIds: ids });
  const known = [...retired, ...registered.retired].filter((id) => !registered.ids.includes(id));
  return { ...registered, retired: known.slice(-MAX_RETIRED) };
}
