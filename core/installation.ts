import { randomBytes } from "node:crypto";
import { v7 as uuid } from "uuid";
import * as v from "valibot";
import type { Metadata } from "./metadata.ts";
import { INSTALLATION_KINDS, PLATFORM_NAMES } from "./platforms.ts";
import { OpaqueText, PlainText } from "./text.ts";

const WEBHOOK_SECRET_BYTES = 32;

/** A platform that a bot can be installed on, by its name in the API and in the database. */
export const Platform = v.picklist(PLATFORM_NAMES);
export type Platform = v.InferOutput<typeof Platform>;

/** The kind of app that got the grant. It decides which provider serves the installation. */
export const InstallationKind = v.picklist(INSTALLATION_KINDS);
export type InstallationKind = v.InferOutput<typeof InstallationKind>;

/** Why an installation answers no token. */
export const InactiveReason = v.picklist([
  "disabled",
  "uninstalled",
  "suspended",
  "reauthorization_required",
]);
export type InactiveReason = v.InferOutput<typeof InactiveReason>;

/** `inst-` and the 32 hex digits of a UUIDv7, so that ids sort by time of creation. */
export const InstallationId = v.pipe(v.string(), v.regex(/^inst-[0-9a-f]{32}$/));

/** A platform's own id of an account, a team or a site. Compared as text, never as a number. */
export const OrganizationId = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._:-]{1,128}$/));

/** GitHub's id of an App installation: text, since it outgrows what JavaScript counts exactly. */
export const ProviderInstallationId = v.pipe(v.string(), v.regex(/^[1-9][0-9]{0,18}$/));

export const OrganizationName = v.pipe(PlainText, v.minLength(1), v.maxLength(255));

/** A webhook secret that is too short can be guessed from one signed delivery. */
export const WebhookSecret = v.pipe(OpaqueText, v.minLength(16), v.maxLength(255));

/** One organization's grant to the bot, as operators see it: everything but the tokens and secrets. */
export interface Installation {
  readonly id: string;
  readonly platform: Platform;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly kind: InstallationKind;
  readonly providerInstallationId: string | null;
  readonly scopes: readonly string[];
  readonly metadata: Metadata;
  readonly isActive: boolean;
  readonly inactiveReason: InactiveReason | null;
  readonly hasRefreshToken: boolean;
  readonly tokenExpiresAt: Date | null;
  readonly refreshTokenExpiresAt: Date | null;
  readonly lastRefreshedAt: Date | null;
  readonly lastRefreshError: string | null;
  readonly installedAt: Date;
  readonly installedBy: string;
  readonly installedById: string | null;
  readonly updatedAt: Date;
}

/** The two ways to name an installation. */
export type InstallationKey =
  | { readonly id: string }
  | { readonly platform: Platform; readonly organizationId: string };

/** What is needed to store an installation. Secrets are in the clear here: adapters seal them. */
export interface InstallationCreate {
  readonly platform: Platform;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly kind: InstallationKind;
  readonly providerInstallationId: string | null;
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  readonly tokenExpiresAt: Date | null;
  readonly refreshTokenExpiresAt: Date | null;
  readonly scopes: readonly string[];
  readonly webhookSecret: string;
  readonly installedBy: string;
  readonly installedById: string | null;
  readonly metadata: Metadata;
}

/** A partial update: an absent field stays. */
export interface InstallationUpdate {
  readonly organizationName?: string;
  readonly accessToken?: string;
  /** `null` forgets it. */
  readonly refreshToken?: string | null;
  /** `null`: the token does not expire. */
  readonly tokenExpiresAt?: Date | null;
  readonly scopes?: readonly string[];
  readonly webhookSecret?: string;
  /** Replaces the stored object whole. */
  readonly metadata?: Metadata;
  /** `false` disables; `true` lifts every reason for being inactive. */
  readonly isActive?: boolean;
}

export interface InstallationFilter {
  readonly platform?: Platform | undefined;
  readonly organizationId?: string | undefined;
  readonly isActive?: boolean | undefined;
}

/**
 * A new installation id; later ids sort after earlier ones.
 *
 * @see RFC 9562, section 5.7 (UUIDv7)
 */
export function createInstallationId(): string {
  return `inst-${uuid().replaceAll("-", "")}`;
}

/** A secret of 64 hex characters, for the webhooks that a bot registers itself. */
export function createWebhookSecret(): string {
  return randomBytes(WEBHOOK_SECRET_BYTES).toString("hex");
}
