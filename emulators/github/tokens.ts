import { randomBytes } from "node:crypto";
import { hashToken, type IssuedTokens } from "../token-store.ts";
import type { GithubContext } from "./context.ts";
import { notifyRevoked } from "./webhook-events.ts";

/** What `offline_access` gives an app whose tokens do not expire otherwise. */
const OFFLINE_LIFETIME_SECONDS = 28_800;

const REFRESH_TOKEN_LIFETIME_SECONDS = 15_897_600;

const NO_EXPIRY = {
  accessTokenExpiresAt: null,
  refreshTokenHash: null,
  refreshTokenExpiresAt: null,
};

/** Who a new token is for, what it may do, and whether it must be one that expires. */
export interface TokenGrant {
  readonly login: string;
  readonly scopes: readonly string[];
  readonly isOffline: boolean;
}

/** The success of the token endpoint; the three fields of expiry come together or not at all. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly expires_in?: number;
  readonly refresh_token?: string;
  readonly refresh_token_expires_in?: number;
  /** Separated by commas. */
  readonly scope: string;
  readonly token_type: "bearer";
}

/** Issues a token, with a refresh token if it expires; one too many of a kind ends the oldest. */
export function issueTokens(github: GithubContext, grant: TokenGrant): TokenAnswer {
  const { registration, clock, tokens } = github;
  const { login, scopes, isOffline } = grant;
  const lifetimeSeconds =
    registration.tokenLifetimeSeconds ?? (isOffline ? OFFLINE_LIFETIME_SECONDS : null);
  makeRoom(github, grant);

  const accessToken = newAccessToken(github);
  const answer = {
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
    return answer;
  }

  const refreshToken = `ghr_${randomBytes(38).toString("hex")}`;
  tokens.add({
    ...issued,
    accessTokenExpiresAt: issued.issuedAt + lifetimeSeconds * 1000,
    refreshTokenHash: hashToken(refreshToken),
    refreshTokenExpiresAt: issued.issuedAt + REFRESH_TOKEN_LIFETIME_SECONDS * 1000,
  });
  return {
    ...answer,
    expires_in: lifetimeSeconds,
    refresh_token: refreshToken,
    refresh_token_expires_in: REFRESH_TOKEN_LIFETIME_SECONDS,
  };
}

/** An access token of a user, whose prefix tells the kind of app. */
export function newAccessToken({ app }: Pick<GithubContext, "app">): string {
  return `${app ? "ghu" : "gho"}_${randomBytes(18).toString("hex")}`;
}

/** All that an account has granted to the app, oldest first. */
export function tokensOf({ registration, tokens }: GithubContext, login: string): IssuedTokens[] {
  return tokens
    .all()
    .filter(({ subject, clientId }) => subject === login && clientId === registration.clientId);
}

/** Ends all that an account has granted to the app, and counts the tokens. */
export function removeGrant(github: GithubContext, login: string): number {
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
