import { ServiceError } from "../../errors.ts";
import { inactiveError } from "../../inactive.ts";
import type { Grant, UnprovenGrant, VisibleGrants } from "../../ports/provider.ts";
import { type GithubCall, type GithubUser, getAuthenticatedUser } from "./api.ts";
import { asApp, type GithubAppConfig, toGranted, toTokenSet } from "./app-credential.ts";
import {
  type AppInstallation,
  canSeeInstallation,
  findInstallation,
  isOrganizationOwner,
  listVisibleInstallations,
  mintInstallationToken,
} from "./installations.ts";
import type { GithubInstallationInfo } from "./responses.ts";

/** The types of accounts whose owners can be verified. An enterprise is none of them. */
const SUPPORTED = new Set(["User", "Organization"]);

/** For how long after an installation its signed webhook is waited for. */
const WEBHOOK_SECONDS = 900;

/** How many installations are verified at the same time. GitHub limits concurrent requests. */
const PARALLEL = 10;

/**
 * Returns the grant of a claimed installation after three checks: the user's token can access the
 * installation, the App can read it, and the user is the account itself or an owner of it. GitHub warns that
 * the id in the URL can be forged.
 *
 * @throws {ServiceError} `installation_not_verified`, `unsupported_install`, `installation_inactive`, and the
 * errors of the calls
 */
export async function verifyClaim(
  config: GithubAppConfig,
  user: GithubCall,
  id: string,
): Promise<Grant> {
  const [isVisible, installation, person] = await Promise.all([
    canSeeInstallation(user, id),
    asApp(config, user.signal, (app) => findInstallation(app, id)),
    getAuthenticatedUser(user),
  ]);
  if (!isVisible) throw notVerified("invisible");
  return withToken(config, user, await verifyOwner(config, { user, person, id, installation }));
}

/**
 * Returns the installations that the user sees, those of others too; only a claimed one, if there is a claim. Their
 * tokens are minted by the first lookup.
 *
 * @throws {ServiceError} `installation_not_verified`, `unsupported_install`, `installation_inactive` for a claim, and
 * the errors of the calls
 */
export async function findVisible(
  config: GithubAppConfig,
  user: GithubCall,
  claimedId: string | null,
): Promise<VisibleGrants> {
  const [isVisible, person] = await Promise.all([
    claimedId === null || canSeeInstallation(user, claimedId),
    getAuthenticatedUser(user),
  ]);
  if (!isVisible) throw notVerified("invisible");
  const ids = claimedId === null ? await listVisibleInstallations(user) : [claimedId];
  const { owned, others, refusals } = await readVisible(config, { user, person }, ids);
  const unproven = others.map(({ grant, createdSecondsAgo }) => ({
    grant,
    isRecent: createdSecondsAgo === null || createdSecondsAgo < WEBHOOK_SECONDS,
  }));
  return { owned, unproven, refusal: worstOf(refusals) ?? notVerified("not_installed") };
}

/**
 * Returns a grant for each installation that the user owns, after the same checks. Their tokens are minted by the
 * first lookup if there are several: the user picks one.
 *
 * @throws {ServiceError} the errors of `verifyClaim`, if there is none
 */
export async function findOwned(
  config: GithubAppConfig,
  user: GithubCall,
): Promise<[Grant, ...Grant[]]> {
  const [ids, person] = await Promise.all([
    listVisibleInstallations(user),
    getAuthenticatedUser(user),
  ]);
  const { owned, refusals } = await readVisible(config, { user, person }, ids);
  const [first, ...others] = owned;
  if (!first) throw worstOf(refusals) ?? notVerified("not_installed");
  return others.length > 0 ? [first, ...others] : [await withToken(config, user, first)];
}

/** Reads installations that a user sees, and sorts them by whether the user owns them. */
async function readVisible(
  config: GithubAppConfig,
  { user, person }: Pick<Claim, "user" | "person">,
  ids: readonly string[],
) {
  const owned: Grant[] = [];
  const others: ClaimedGrant[] = [];
  const refusals: ServiceError[] = [];
  const waiting = ids.values();
  const readNext = async (): Promise<void> => {
    for (const id of waiting) {
      try {
        const installation = await asApp(config, user.signal, (app) => findInstallation(app, id));
        const claimed = await readClaim(config, { user, person, id, installation });
        if (claimed.isOwner) owned.push(claimed.grant);
        else others.push(claimed);
        if (!claimed.isOwner) refusals.push(notOwner());
      } catch (error) {
        if (!isRefusal(error)) throw error;
        refusals.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, readNext));
  return { owned: owned.toSorted(byName), others, refusals };
}

interface Claim {
  readonly user: GithubCall;
  readonly person: GithubUser;
  /** The id of an installation that the user can access. */
  readonly id: string;
  /** As the App reads it. */
  readonly installation: AppInstallation | undefined;
}

interface ClaimedGrant {
  /** Without tokens. */
  readonly grant: UnprovenGrant["grant"];
  /** Whether the user is the account or an owner of it. */
  readonly isOwner: boolean;
  /** `null` if GitHub does not return it. */
  readonly createdSecondsAgo: number | null;
}

/** Returns the grant of an installation, without tokens, if the user is its account or an owner of it. */
async function verifyOwner(config: GithubAppConfig, claim: Claim): Promise<Grant> {
  const { grant, isOwner } = await readClaim(config, claim);
  if (!isOwner) throw notOwner();
  return grant;
}

/** Returns the grant of an installation of the App, and whether the user is its account or an owner of it. */
async function readClaim(
  config: GithubAppConfig,
  { user, person, id, installation }: Claim,
): Promise<ClaimedGrant> {
  const isOurs = installation && String(installation.appId) === config.appId;
  if (!isOurs) throw notVerified(installation ? "another App id" : "invisible");
  if (!SUPPORTED.has(installation.accountType)) {
    const message = "The App is installed on an account whose owners GitHub does not return.";
    throw new ServiceError("unsupported_install", message, { reason: "account type" });
  }
  const isOwned = await isOwner(user, installation, person);
  if (installation.isSuspended) throw isOwned ? inactiveError("suspended") : notOwner();
  const grant = {
    organizationId: String(installation.accountId),
    organizationName: installation.accountLogin,
    organizationUrl: `${config.urls.web}/${encodeURIComponent(installation.accountLogin)}`,
    providerInstallationId: id,
    installedBy: person.email ?? person.login,
    installedById: person.id,
    ...toGranted(installation.permissions),
    tokens: null,
  };
  return { grant, isOwner: isOwned, createdSecondsAgo: installation.createdSecondsAgo };
}

/** Mints the token of a verified installation. */
async function withToken(
  config: GithubAppConfig,
  { signal }: GithubCall,
  grant: Grant,
): Promise<Grant> {
  const { providerInstallationId: id } = grant;
  if (id === null) return grant;
  const token = await asApp(config, signal, (app) => mintInstallationToken(app, id));
  return { ...grant, organizationUrl: null, tokens: toTokenSet(token) };
}

/** Returns whether a person is the account of an installation, or an owner of it. */
async function isOwner(
  user: GithubCall,
  { accountType, accountId, accountLogin }: GithubInstallationInfo,
  person: GithubUser,
): Promise<boolean> {
  if (accountType === "User") return String(accountId) === person.id;
  return isOrganizationOwner(user, { id: accountId, login: accountLogin });
}

/** Returns whether an error is about one installation: another one may be connected nevertheless. */
function isRefusal(error: unknown): error is ServiceError {
  return (
    error instanceof ServiceError &&
    ["installation_not_verified", "unsupported_install", "installation_inactive"].includes(
      error.code,
    )
  );
}

/** Returns the error that the person can do most about: that of an installation which is suspended. */
function worstOf(refusals: readonly ServiceError[]): ServiceError | undefined {
  return refusals.find(({ code }) => code === "installation_inactive") ?? refusals[0];
}

function byName(one: Grant, other: Grant): number {
  return one.organizationName.localeCompare(other.organizationName);
}

function notOwner(): ServiceError {
  const message = "The authorizing user is not an owner of this organization.";
  return new ServiceError("installation_not_verified", message, { reason: "no_owner" });
}

function notVerified(reason: string): ServiceError {
  const message = "The authorizing user has no access to this installation.";
  return new ServiceError("installation_not_verified", message, { reason });
}
