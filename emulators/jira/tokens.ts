import { randomBytes } from "node:crypto";
import { hashToken, type IssuedTokens } from "../token-store.ts";
import type { JiraContext, JiraGrant } from "./context.ts";

/** Limits the state file. Older tokens are treated as unknown ones. */
const MAX_SPENT = 1000;

/** A success of the token endpoint. Without `offline_access` there is no refresh token. */
export interface TokenResponse {
  readonly access_token: string;
  readonly expires_in: number;
  readonly token_type: "Bearer";
  readonly refresh_token?: string;
  /** Separated by spaces. */
  readonly scope: string;
}

/** Issues tokens of a grant. All tokens that stem from one consent are a family. */
export function issueTokens(
  jira: JiraContext,
  { login, grant, family }: { login: string; grant: JiraGrant; family: string },
): TokenResponse {
  const { clientId, accessTokenLifetimeSeconds, inactivitySeconds } = jira.registration;
  const now = jira.clock.now();
  deleteExpired(jira);

  const access_token = newToken();
  const refresh_token = grant.scopes.includes("offline_access") ? newToken() : null;
  const accessTokenHash = hashToken(access_token);
  jira.tokens.add({
    accessTokenHash,
    accessTokenExpiresAt: now + accessTokenLifetimeSeconds * 1000,
    refreshTokenHash: refresh_token === null ? null : hashToken(refresh_token),
    refreshTokenExpiresAt: refresh_token === null ? null : now + inactivitySeconds * 1000,
    clientId,
    subject: login,
    scopes: grant.scopes,
    issuedAt: now,
  });
  const records = jira.records.get();
  jira.records.set({ ...records, families: { ...records.families, [accessTokenHash]: family } });

  return {
    access_token,
    expires_in: accessTokenLifetimeSeconds,
    token_type: "Bearer",
    ...(refresh_token !== null && { refresh_token }),
    scope: grant.scopes.join(" "),
  };
}

/** Marks a refresh token as used, so that it expires after the leeway, and returns its family. */
export function spendRefreshToken(jira: JiraContext, tokens: IssuedTokens): string {
  const { refreshTokenHash: hash, refreshTokenExpiresAt: expiresAt } = tokens;
  const records = jira.records.get();
  const family = records.families[tokens.accessTokenHash] ?? tokens.accessTokenHash;
  if (hash === null || records.spent.some((spent) => spent.hash === hash)) return family;

  const leewayEndsAt = jira.clock.now() + jira.registration.leewaySeconds * 1000;
  const refreshTokenExpiresAt = Math.min(expiresAt ?? leewayEndsAt, leewayEndsAt);
  jira.tokens.add({ ...tokens, refreshTokenExpiresAt });
  jira.records.set({ ...records, spent: [...records.spent, { hash, family }].slice(-MAX_SPENT) });
  return family;
}

/**
 * Revokes the family of a refresh token that is used again after the leeway, because one of its two
 * users must have stolen it. Atlassian documents that it detects reuse, but not the effect: this one is
 * recommended by RFC 9700, section 4.14.2.
 *
 * @see [Refresh tokens](https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/)
 */
export function revokeFamilyOnReuse(jira: JiraContext, refreshToken: string): void {
  const { spent, families } = jira.records.get();
  const reused = spent.find(({ hash }) => hash === hashToken(refreshToken));
  if (!reused) return;

  for (const tokens of jira.tokens.all()) {
    if (families[tokens.accessTokenHash] === reused.family) removeTokens(jira, tokens);
  }
}

/** Revokes all tokens of an account for this app, and returns how many there were. */
export function revokeTokensOf(jira: JiraContext, login: string): number {
  const held = tokensOf(jira, login);
  for (const tokens of held) removeTokens(jira, tokens);
  return held.length;
}

/** Expires the access tokens of an account now. Their refresh tokens stay valid. */
export function expireTokensOf(jira: JiraContext, login: string): void {
  for (const tokens of tokensOf(jira, login)) {
    jira.tokens.add({ ...tokens, accessTokenExpiresAt: jira.clock.now() });
  }
}

function tokensOf(jira: JiraContext, login: string): IssuedTokens[] {
  const { clientId } = jira.registration;
  return jira.tokens
    .all()
    .filter((tokens) => tokens.subject === login && tokens.clientId === clientId);
}

/** Deletes pairs of which both tokens have expired. */
function deleteExpired(jira: JiraContext): void {
  const now = jira.clock.now();
  for (const tokens of jira.tokens.all()) {
    const { accessTokenExpiresAt, refreshTokenExpiresAt } = tokens;
    if ((accessTokenExpiresAt ?? 0) <= now && (refreshTokenExpiresAt ?? 0) <= now) {
      removeTokens(jira, tokens);
    }
  }
}

function removeTokens(jira: JiraContext, tokens: IssuedTokens): void {
  jira.tokens.remove(tokens);
  const records = jira.records.get();
  const { [tokens.accessTokenHash]: _, ...families } = records.families;
  jira.records.set({ ...records, families });
}

/** Creates a token with the form and the length of a JWT; its content is random. */
function newToken(): string {
  const [header, payload, signature] = [24, 780, 256].map((size) =>
    randomBytes(size).toString("base64url"),
  );
  return `eyJ${header}.eyJ${payload}.${signature}`;
}
