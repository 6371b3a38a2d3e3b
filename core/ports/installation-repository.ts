import type { Granted } from "../grants/granted-key.ts";
import type {
  Installation,
  InstallationCreate,
  InstallationFilter,
  InstallationKey,
  InstallationUpdate,
  InstalledGrant,
  Platform,
} from "../installation.ts";
import type { Change } from "./installation-events.ts";
import type { Page, PageRequest } from "./page.ts";
import type { Binding } from "./rebinding.ts";

/** By default, an install without a link, by a person who may replace the grant of anybody. */
export interface InstallOptions extends Partial<Binding> {
  readonly refusesSharedAccounts?: boolean;
  /** Whether only an unclaimed installation may be changed; nothing else is stored then. */
  readonly onlyUnclaimed?: boolean;
}

/** An installation of an App that somebody has created at its platform, and that no owner has connected. */
export interface UnclaimedInstallation
  extends Pick<
    InstallationCreate,
    | "platform"
    | "organizationId"
    | "organizationName"
    | "kind"
    | "clientId"
    | "installedBy"
    | "installedById"
    | "permissions"
  > {
  readonly providerInstallationId: string;
  /** The member who requested the App; `null` without a request. */
  readonly requester: { readonly id: string; readonly name: string } | null;
}

/** A grant that some installations of an app share. */
export interface GrantedSet extends Granted {
  readonly key: string;
}

export interface KnownGrants {
  readonly grants: readonly GrantedSet[];
  /** Whether the scopes or permissions of some active installations are not known. */
  readonly hasUnknown: boolean;
}

/** Identifies one installation of an App on an account: a later one of the same account has another id. */
export interface SenderKey {
  readonly platform: Platform;
  readonly organizationId: string;
  readonly providerInstallationId: string;
}

interface InstallationPage extends Page<Installation> {
  /** Whether a search may have left out some, because a release before has stored them without its keys. */
  readonly isIncomplete: boolean;
  /** `before` of the next page; the id of the last installation in a list that is sorted by id. */
  readonly position: string | undefined;
}

/** An installation, by its id at the platform. */
export interface ProviderInstallation
  extends Pick<Installation, "id" | "organizationId" | "inactiveReason"> {
  readonly providerInstallationId: string;
}

/** The read-only part of the port, which needs no key ring. */
export interface InstallationReader {
  find(key: InstallationKey): Promise<Installation | undefined>;
  /** Returns the version of the grant, which `delete` takes; `undefined` if there is no installation. */
  findGrantVersion(id: string): Promise<number | undefined>;
  /** Returns the installations of these ids at a platform. */
  findByProviderIds(platform: Platform, ids: readonly string[]): Promise<ProviderInstallation[]>;
  /** Returns the distinct grants of all installations. */
  listGrants(): Promise<KnownGrants>;
  /**
   * Newest first, by id; by the time of their install those that were installed after a time; and by name those of a
   * search. A later page costs no more than the first.
   */
  list(filter: InstallationFilter, page: PageRequest): Promise<InstallationPage>;
}

/**
 * The port that stores installations. It takes tokens and secrets and never returns them: see `TokenStore`.
 *
 * Every method can be repeated safely after a lost reply, and throws `retry_later` if the store does not
 * respond in time.
 */
export interface InstallationRepository extends InstallationReader {
  /**
   * Stores an installation, in place of an unclaimed one of the organization, the id of which it keeps.
   *
   * @throws {ServiceError} `duplicate_installation` if the organization already has another one on this platform
   */
  create(input: InstallationCreate): Promise<Change & { installation: Installation }>;
  /**
   * Stores an install in one atomic step, and marks its install link as used. If the organization already has
   * an installation, `decideRebinding` decides: a re-install keeps its id, webhook secret and `installedAt`,
   * gets the new tokens, becomes active, and the new metadata is merged over the stored. Otherwise the
   * installation is deleted, and a new one is created. `created` tells whether it is a new one, or was unclaimed.
   *
   * @throws {ServiceError} `invalid_state` if the link was used or ended, and the errors of `decideRebinding`:
   * then nothing is stored; `shared_account` with `refusesSharedAccounts`, if the installation would have a shared
   * account: of two installs at the same moment, both may be stored
   */
  upsert(
    input: InstalledGrant,
    options?: InstallOptions,
  ): Promise<Change & { installation: Installation; created: boolean }>;
  /**
   * Stores an installation that no owner has connected, without tokens. Its event `unclaimed` is due after 15
   * minutes, unless it is connected before. Returns `false`, and stores only the sender, if the organization
   * already has an installation.
   */
  addUnclaimed(input: UnclaimedInstallation): Promise<boolean>;
  /** Returns the id of the person who installed the App, as `addUnclaimed` stored it for this very installation. */
  findSender(key: SenderKey): Promise<string | undefined>;
  /**
   * Returns the updated installation, unchanged for an empty patch; `undefined` if there is none.
   *
   * @throws {ServiceError} `retry_later` also for a change of the tokens without a new refresh token during
   * a refresh, since that would lose the refreshed ones
   */
  update(id: string, patch: InstallationUpdate): Promise<Installation | undefined>;
  /**
   * Deletes the installation, unless its grant was replaced since `grantVersion` was read. Returns the
   * deleted installation; `undefined` if this call deleted none.
   */
  delete(
    id: string,
    grantVersion: number,
  ): Promise<(Change & { installation: Installation }) | undefined>;
}
