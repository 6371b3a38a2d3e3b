import { ServiceError } from "../../core/errors.ts";
import type {
  GrantState,
  OAuthProvider,
  StoredGrant,
  TokenSet,
} from "../../core/ports/provider.ts";
import type { EndCause, IssuedPair, IssuedTokens } from "./issued-tokens.ts";

/** The real providers are never called. */
export const NO_SECRET = { use: () => Promise.reject(new Error("It must not be read.")) };

/** The clock and the registry that the rules of a platform use. */
export interface PlatformContext {
  readonly tokens: IssuedTokens;
  now(): number;
}

type Grant = Pick<
  StoredGrant,
  "organizationId" | "providerInstallationId" | "accessToken" | "refreshToken"
>;

/** A refresh as a platform receives it, with what only the checks of the model use. */
export interface RefreshCall {
  /** The access token that the caller has. */
  readonly askedFor: string | null;
  /** When it was sent, in epoch milliseconds: it may be carried out later. */
  readonly sentAt: number;
}

/** A platform by its rules. Every call is atomic; errors are definite. */
export interface PlatformRules {
  /** Installs the app on an organization. */
  install(organizationId: string): IssuedPair;
  refresh(grant: Grant, request: RefreshCall): IssuedPair;
  narrow?(grant: Grant): IssuedPair;
  check(grant: Grant): GrantState;
  revoke(grant: Grant): void;
  /** Ends all access, for a customer who uninstalls the app or for an operator who revokes it. */
  endAll(organizationId: string, cause: EndCause): void;
  suspend?(organizationId: string): void;
  unsuspend?(organizationId: string): void;
  /** Returns the id of an installation of a GitHub App. */
  installationIdOf?(organizationId: string): string;
}

/** A platform as a scenario uses it: the flags of the real provider, and the rules of the model. */
export interface PlatformModel {
  readonly provider: OAuthProvider;
  readonly rules: PlatformRules;
  readonly lifetimeSeconds: number;
}

export function isLive({ expiresAt, ended }: IssuedPair, now: number): boolean {
  return ended === undefined && expiresAt > now;
}

/** Returns whether the store can tell that a refresh may have ended a token. */
export function isKnowable({ confirmedAt = 0 }: IssuedPair, { sentAt }: RefreshCall): boolean {
  // If the platform confirmed the token after the refresh was sent, nobody expects that to be carried out.
  return confirmedAt < sentAt;
}

/** Returns what a platform says about a token that it can only accept or reject. */
export function checkByToken(
  tokens: IssuedTokens,
  accessToken: string | null,
  now: number,
): GrantState {
  const pair = tokens.findByAccessToken(accessToken);
  if (!pair || !isLive(pair, now)) return { status: "reauthorization_required", evidence: "token" };
  pair.confirmedAt = now;
  const { organizationId } = pair;
  return { status: "active", organizationId, organizationName: "Test Org" };
}

export function endAll(tokens: IssuedTokens, organizationId: string, cause: EndCause): void {
  for (const pair of tokens.of(organizationId)) tokens.end(pair, cause);
}

/** Returns the response with a pair of tokens at a time. */
export function toTokenSet(
  { accessToken, refreshToken, expiresAt }: IssuedPair,
  now: number,
): TokenSet {
  const expiresInSeconds = (expiresAt - now) / 1000;
  const tokens = { accessToken, refreshToken, expiresInSeconds };
  return { ...tokens, refreshTokenExpiresInSeconds: null, scopes: [] };
}

/** Returns the error for a refresh token that a platform rejects. */
export function rejected(): ServiceError {
  return new ServiceError("reauthorization_required", "The platform rejected the refresh token.", {
    reason: "invalid_refresh_token",
    outcome: "none",
  });
}

/** Returns the error for an access token that a platform rejects, which says nothing else. */
export function rejectedToken(): ServiceError {
  return new ServiceError("provider_error", "The platform rejected the token.", {
    outcome: "none",
  });
}
