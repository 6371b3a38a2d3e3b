import { randomBytes } from "node:crypto";
import { v7 as uuid } from "uuid";
import * as v from "valibot";
import type { Permissions } from "./grants/permissions.ts";
import type { Metadata } from "./metadata.ts";
import { INSTALLATION_KINDS, PLATFORM_NAMES } from "./platforms.ts";
import { Name, OpaqueText } from "./text.ts";

const WEBHOOK_SECRET_BYTES = 32;

/** The app of every installation. Several apps on one platform are not supported yet. */
export const DEFAULT_APP = "default";

/** A platform that a bot can be installed on, by its name in the API and in the database. */
export const Platform = v.picklist(PLATFORM_NAMES);
export type Platform = v.InferOutput<typeof Platform>;

/** The kind of app that has the grant. It decides which provider serves the installation. */
export const InstallationKind = v.picklist(INSTALLATION_KINDS);
export type InstallationKind = v.InferOutput<typeof InstallationKind>;

/** Why an installation is inactive. No token is returned for an inactive installation. */
export const InactiveReason = v.picklist([
  "disabled",
  "uninstalled",
  "suspended",
  "reauthorization_required",
  /** Installed at the platform, and not connected by anybody. */
  "unclaimed",
]);
export type InactiveReason = v.InferOutput<typeof InactiveReason>;

/** `inst-` and the 32 hex digits of a UUIDv7. Ids sort by time of creation. */
export const InstallationId = v.pipe(v.string(), v.regex(/^inst-[0-9a-f]{32}$/));

/** The platform's id of an account, a team or a site. Compared as text, never as a number. */
export const OrganizationId = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._:-]{1,128}$/));

/** GitHub's id of an App installation. Text, because it can exceed `Number.MAX_SAFE_INTEGER`. */
export const ProviderInstallationId = v.pipe(v.string(), v.regex(/^[1-9][0-9]{0,18}$/));

export const OrganizationName = Name;

/** At least 16 characters: a shorter secret can be guessed from one signed delivery. */
export const WebhookSecret = v.pipe(OpaqueText, v.minLength(16), v.maxLength(255));

/** One organization's grant to the bot, without its tokens and secrets. */
export interface Installation {
  readonly id: string;
  readonly platform: Platform;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly kind: InstallationKind;
  readonly providerInstallationId: string | null;
  /** The registration at the platform that the grant was made with. */
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** The permissions of a GitHub App; empty if they are not known, and for any other kind. */
  readonly permissions: Permissions;
  readonly metadata: Metadata;
  readonly isActive: boolean;
  readonly inactiveReason: InactiveReason | null;
  readonly hasRefreshToken: boolean;
  readonly tokenExpiresAt: Date | null;
  readonly refreshTokenExpiresAt: Date | null;
  /** When the grant ends because its refresh token is lost; `null` for any other grant. */
  readonly grantEndsAt: Date | null;
  readonly lastRefreshedAt: Date | null;
  readonly lastRefreshError: string | null;
  readonly installedAt: Date;
  readonly installedBy: string;
  readonly installedById: string | null;
  /** The member who requested the App, as the signed webhook named this person; `null` without a request. */
  readonly requestedBy: string | null;
  readonly requestedById: string | null;
  /** The owner who approved the request. */
  readonly approvedBy: string | null;
  /**
   * Whether its tokens act as the installer, who has also installed the bot for another organization: then
   * they reach the data of both.
   */
  readonly hasSharedAccount: boolean;
  /** At most an hour before the last lookup that returned a token; `null` if that is not known. */
  readonly lastLookedUpAt: Date | null;
  readonly updatedAt: Date;
}

/** Identifies an installation by its id or by its organization. */
export type InstallationKey =
  | { readonly id: string }
  | { readonly platform: Platform; readonly organizationId: string };

/** The fields of a new installation. Its tokens and secrets are plain text: adapters encrypt them. */
export interface InstallationCreate {
  readonly platform: Platform;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly kind: InstallationKind;
  readonly providerInstallationId: string | null;
  readonly clientId: string;
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  readonly tokenExpiresAt: Date | null;
  readonly refreshTokenExpiresAt: Date | null;
  readonly scopes: readonly string[];
  /** Absent if they are not known, and for any kind but a GitHub App. */
  readonly permissions?: Permissions | undefined;
  readonly webhookSecret: string;
  readonly installedBy: string;
  readonly installedById: string | null;
  readonly metadata: Metadata;
}

/** The fields of an install. Its tokens have lifetimes, which the store adds to its own clock. */
export interface InstalledGrant
  extends Omit<InstallationCreate, "tokenExpiresAt" | "refreshTokenExpiresAt"> {
  /** `null` if the token does not expire. */
  readonly expiresInSeconds: number | null;
  readonly refreshTokenExpiresInSeconds: number | null;
}

/** A partial update. An absent field is not changed. */
export interface InstallationUpdate {
  readonly organizationName?: string;
  readonly accessToken?: string;
  /** `null` deletes it. */
  readonly refreshToken?: string | null;
  /** `null` if the token does not expire. */
  readonly tokenExpiresAt?: Date | null;
  readonly scopes?: readonly string[];
  readonly webhookSecret?: string;
  /** Replaces the whole stored object. */
  readonly metadata?: Metadata;
  /** `false` disables the installation; `true` activates it, whatever the reason was. */
  readonly isActive?: boolean;
}

export interface InstallationFilter {
  readonly platform?: Platform | undefined;
  readonly organizationId?: string | undefined;
  readonly isActive?: boolean | undefined;
  readonly inactiveReason?: InactiveReason | undefined;
  /** Only those whose organization has a name that starts like this, or an id that is this. */
  readonly search?: string | undefined;
  /** Only those of this customer. */
  readonly customer?: string | undefined;
  /** Only those whose last refresh failed. */
  readonly hasError?: boolean | undefined;
  readonly installedAfter?: Date | undefined;
  /** Only those with one of these grants. */
  readonly grantedKeys?: readonly string[] | undefined;
}

/**
 * Returns a new installation id. Later ids sort after earlier ones.
 *
 * @see RFC 9562, section 5.7 (UUIDv7)
 */
export function createInstallationId(): string {
  return `inst-${uuid().replaceAll("-", "")}`;
}

/** Returns a random secret of 64 hex characters, for the webhooks that a bot registers itself. */
export function createWebhookSecret(): string {
  return randomBytes(WEBHOOK_SECRET_BYTES).toString("hex");
}
