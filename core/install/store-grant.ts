import { type ErrorCode, isServiceError } from "../errors.ts";
import { createWebhookSecret } from "../installation.ts";
import { type RegisterWebhooksDeps, registerWebhooks } from "../installations/register-webhooks.ts";
import { type InstallationEvents, publishChange } from "../ports/installation-events.ts";
import type { InstallationRepository } from "../ports/installation-repository.ts";
import type { Grant, OAuthProvider, StoredGrant } from "../ports/provider.ts";
import { type Binding, customerOf, hasEnded } from "../ports/rebinding.ts";
import { addToTrace } from "../request-trace.ts";
import type { FlowIntent } from "./flow.ts";
import type { StoredInstall } from "./install-result.ts";

/** The refusals after which it is certain that the tokens were not stored. */
const REFUSALS: readonly ErrorCode[] = [
  "invalid_state",
  "installation_bound_elsewhere",
  "installation_not_verified",
];

/** The calls that register webhooks, while a person waits. */
const REGISTRATION_MS = 4_000;

export interface StoreGrantDeps {
  readonly installations: InstallationRepository;
  readonly events: InstallationEvents;
  /** The metadata keys that say which customer a link is for; by default, all but `display_name`. */
  readonly bindingKeys?: readonly string[] | undefined;
  /** For platforms where webhooks are registered for each organization. */
  readonly webhooks?: RegisterWebhooksDeps;
}

/** The tokens of a grant for which the first lookup mints one. */
export const NO_TOKENS = {
  accessToken: null,
  refreshToken: null,
  expiresInSeconds: null,
  refreshTokenExpiresInSeconds: null,
  scopes: [],
};

type GrantProvider = Pick<
  OAuthProvider,
  | "platform"
  | "kind"
  | "clientId"
  | "refusesSharedAccounts"
  | "discard"
  | "isAdministrator"
  | "dynamicWebhooks"
>;

type Intent = Pick<FlowIntent, "metadata" | "link"> & {
  /** Whether only an installation that nobody has connected may be changed. */
  readonly onlyUnclaimed?: boolean;
};

/**
 * Stores the installation of one organization, marks the install link of the flow as used, and publishes
 * `created`, `reinstalled` or `rebound`. Then registers its webhooks, if that is possible at once. When the install is refused, revokes the new tokens if the stored grant
 * does not depend on them.
 *
 * @throws {ServiceError} `installation_bound_elsewhere` if the installation belongs to another customer;
 * `installation_not_verified` if it acts as another person, and the installer is no administrator;
 * `shared_account`; `invalid_state` if the link was used meanwhile; `retry_later`, `server_error`, and the errors
 * of `OAuthProvider.isAdministrator`
 */
export async function storeGrant(
  deps: StoreGrantDeps,
  provider: GrantProvider,
  intent: Intent,
  { tokens, organizationUrl: _, ...grant }: Grant,
  signal: AbortSignal,
): Promise<StoredInstall> {
  const { platform, kind, clientId, refusesSharedAccounts = false } = provider;
  const { metadata, onlyUnclaimed = false } = intent;
  const webhookSecret = createWebhookSecret();
  addToTrace({ platform, organizationId: grant.organizationId });
  const issued = { ...grant, ...(tokens ?? NO_TOKENS) };
  const input = { ...issued, platform, kind, clientId, metadata, webhookSecret };
  try {
    const binding = await toBinding(deps, provider, intent, { ...issued, signal });
    const options = { ...binding, refusesSharedAccounts, onlyUnclaimed };
    const stored = await deps.installations.upsert(input, options);
    addToTrace({ installationId: stored.installation.id });
    publishChange(deps.events, stored);
    await tryToRegister(deps.webhooks, provider, stored.installation.id, { ...issued, signal });
    return {
      status: "success",
      installation: stored.installation,
      webhookSecret: stored.created ? webhookSecret : undefined,
    };
  } catch (error) {
    // Without a revocation, the token is unused until the person revokes it.
    if (REFUSALS.some((code) => isServiceError(error, code))) {
      await provider.discard?.({ ...issued, signal }).catch(() => {});
    }
    throw error;
  }
}

/** Registers webhooks by the new token. After a failure, the schedules do: the install has succeeded. */
async function tryToRegister(
  deps: RegisterWebhooksDeps | undefined,
  { platform, dynamicWebhooks }: GrantProvider,
  id: string,
  { organizationId, accessToken, scopes, signal }: IssuedGrant & { scopes: readonly string[] },
): Promise<void> {
  if (!deps || !dynamicWebhooks || accessToken === null) return;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(REGISTRATION_MS)]);
  const grant = { organizationId, accessToken, signal: limited };
  const installation = { id, scopes, grant: async () => grant };
  await registerWebhooks(deps, { platform, dynamicWebhooks }, installation).catch(() => {});
}

/** The grant of a person, as the platform has just issued it. */
type IssuedGrant = StoredGrant & Pick<Grant, "installedById">;

async function toBinding(
  { installations, bindingKeys }: StoreGrantDeps,
  provider: GrantProvider,
  { metadata, link }: Intent,
  issued: IssuedGrant,
): Promise<Binding> {
  const customer = link ? customerOf(metadata, bindingKeys) : {};
  // A link for one installation may replace whoever installed it.
  const isPinned = link !== null && link.installationId !== null;
  const mayReplaceInstaller = isPinned || (await mayReplace(installations, provider, issued));
  return { link, customer, mayReplaceInstaller };
}

/** Returns whether the person may replace the grant of another one. Asks the platform only if there is another. */
async function mayReplace(
  installations: InstallationRepository,
  { platform, isAdministrator }: GrantProvider,
  issued: IssuedGrant,
): Promise<boolean> {
  if (!isAdministrator) return true;
  const { organizationId, installedById } = issued;
  const stored = await installations.find({ platform, organizationId });
  if (!stored || hasEnded(stored.inactiveReason) || stored.installedById === installedById) {
    return false;
  }
  return isAdministrator(issued);
}
