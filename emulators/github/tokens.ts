import { randomBytes } from "node:crypto";
import { hashToken, type IssuedTokens } from "../token-store.ts";
import type { GithubContext } from "./context.ts";
import { notifyRevoked } from "./webhooks/installation-events.ts";

/** The lifetime with `offline_access` of an app whose tokens do not expire otherwise. */
const OFFLINE_LIFETIME_SECONDS = 28_800;

const REFRESH_TOKEN_LIFETIME_SECONDS = 15_897_600;

const NO_EXPIRY = {
  accessTokenExpiresAt: null,
  refreshTokenHash: null,
  refreshTokenExpiresAt: null,
};

/** The user and the scopes of a new token, and whether it must expire. */
export interface TokenGrant {
  readonly login: string;
  readonly scopes: readonly string[];
  readonly isOffline: boolean;
}

/** A success of the token endpoint. The optional fields are all present or all absent. */
export interface TokenResponse {
  readonly access_token: string;
  readonly expires_in?: number;
  readonly refresh_token?: string;
  readonly refresh_token_expires_in?: number;
  /** Separated by commas. */
  readonly scope: string;
  readonly token_type: "bearer";
}

/** Issues a token, with a refresh token if it expires; over the limit, the oldest is revoked. */
export function issueTokens(github: GithubContext, grant: TokenGrant): TokenResponse {
  const { registration, clock, tokens } = github;
  const { login, scopes, isOffline } = grant;
  const lifetimeSeconds =
    registration.tokenLifetimeSeconds ?? (isOffline ? OFFLINE_LIFETIME_SECONDS : null);
  makeRoom(github, grant);

  const accessToken = newAccessToken(github);
  const response = {
    access_token: accessToken,
    scope: scopes.join(","),
    token_type: "bearer",
  } as const;
  const issued = {
    accessTokenHash: hashToken(accessToken),
    clientId: registration.clientId,
    subject: login,
    scopes: [...scopes],
    issuedAt: clock.now(),
  };
  if (lifetimeSeconds === null) {
    tokens.add({ ...issued, ...NO_EXPIRY });
    return response;
  }

  const refreshToken = `ghr_${randomBytes(38).toString("hex")}`;
  tokens.add({
    ...issued,
    accessTokenExpiresAt: issued.issuedAt + lifetimeSeconds * 1000,
    refreshTokenHash: hashToken(refreshToken),
    refreshTokenExpiresAt: issued.issuedAt + REFRESH_TOKEN_LIFETIME_SECONDS * 1000,
  });
  return {
    ...response,
    expires_in: lifetimeSeconds,
    refresh_token: refreshToken,
    refresh_token_expires_in: REFRESH_TOKEN_LIFETIME_SECONDS,
  };
}

/** The prefix of an access token tells the kind of app. */
function newAccessToken({ app }: Pick<GithubContext, "app">): string {
  return `${app ? "ghu" : "gho"}_${randomBytes(18).toString("hex")}`;
}

/** Returns all tokens of an account for the app, oldest first. */
export function tokensOf({ registration, tokens }: GithubContext, login: string): IssuedTokens[] {
  return tokens
    .all()
    .filter(({ subject, clientId }) => subject === login && clientId === registration.clientId);
}

/** Revokes all tokens of an account for the app, and returns how many there were. */
export function revokeGrant(github: GithubContext, login: string): number {
  const granted = tokensOf(github, login);
  for (const tokens of granted) github.tokens.remove(tokens);
  if (granted.length > 0) notifyRevoked(github, login);
  return granted.length;
}

function makeRoom(github: GithubContext, { login, scopes }: TokenGrant): void {
  const scopeSet = toScopeSet(scopes);
  const alike = tokensOf(github, login).filter((held) => toScopeSet(held.scopes) === scopeSet);
  const [oldest] = alike;
  const { tokensPerUserAndScopes: limit } = github.registration;
  if (oldest && alike.length >= limit) github.tokens.remove(oldest);
}

function toScopeSet(scopes: readonly string[]): string {
  return scopes.toSorted().join(" ");
}
