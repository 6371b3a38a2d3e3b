import { randomBytes } from "node:crypto";
import { hashToken, type IssuedTokens } from "../token-store.ts";
import type { Grant, JiraContext } from "./context.ts";

/** Bounds the state file; an older one is as unknown as one that never was. */
const MAX_SPENT = 1000;

/** The success of the token endpoint; without `offline_access` there is no refresh token. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly expires_in: number;
  readonly token_type: "Bearer";
  readonly refresh_token?: string;
  /** Separated by spaces. */
  readonly scope: string;
}

/** Issues tokens of a grant; a family is all that descends from one consent. */
export function issueTokens(
  jira: JiraContext,
  { login, grant, family }: { login: string; grant: Grant; family: string },
): TokenAnswer {
  const { clientId, accessTokenLifetimeSeconds, inactivitySeconds } = jira.registration;
  const now = jira.clock.now();
  forgetDead(jira);

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
  const memory = jira.memory.get();
  jira.memory.set({ ...memory, families: { ...memory.families, [accessTokenHash]: family } });

  return {
    access_token,
    expires_in: accessTokenLifetimeSeconds,
    token_type: "Bearer",
    ...(refresh_token !== null && { refresh_token }),
    scope: grant.scopes.join(" "),
  };
}

/** Uses a refresh token, which works on until the leeway is over, and hands back its family. */
export function spendRefreshToken(jira: JiraContext, tokens: IssuedTokens): string {
  const { refreshTokenHash: hash, refreshTokenExpiresAt: expiresAt } = tokens;
  const memory = jira.memory.get();
  const family = memory.families[tokens.accessTokenHash] ?? tokens.accessTokenHash;
  if (hash === null || memory.spent.some((spent) => spent.hash === hash)) return family;

  const leewayEndsAt = jira.clock.now() + jira.registration.leewaySeconds * 1000;
  const refreshTokenExpiresAt = Math.min(expiresAt ?? leewayEndsAt, leewayEndsAt);
  jira.tokens.add({ ...tokens, refreshTokenExpiresAt });
  jira.memory.set({ ...memory, spent: [...memory.spent, { hash, family }].slice(-MAX_SPENT) });
  return family;
}

/**
 * Ends the family of a refresh token that is used again after the leeway, since one of its two users
 * must have stolen it. Atlassian documents that it looks for such reuse, not what it does then: this
 * is what RFC 9700, section 4.14.2, asks for.
 *
 * @see [Refresh tokens](https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/)
 */
export function punishReuse(jira: JiraContext, refreshToken: string): void {
  const { spent, families } = jira.memory.get();
  const reused = spent.find(({ hash }) => hash === hashToken(refreshToken));
  if (!reused) return;

  for (const tokens of jira.tokens.all()) {
    if (families[tokens.accessTokenHash] === reused.family) removeTokens(jira, tokens);
  }
}

/** Ends all tokens of an account and this app, and counts them. */
export function endTokensOf(jira: JiraContext, login: string): number {
  const { clientId } = jira.registration;
  const held = jira.tokens
    .all()
    .filter((tokens) => tokens.subject === login && tokens.clientId === clientId);
  for (const tokens of held) removeTokens(jira, tokens);
  return held.length;
}

/** Forgets pairs of which neither token works any more. */
function forgetDead(jira: JiraContext): void {
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
  const memory = jira.memory.get();
  const { [tokens.accessTokenHash]: _, ...families } = memory.families;
  jira.memory.set({ ...memory, families });
}

/** Of a JWT it has the looks and the length, and nothing that anybody could read. */
function newToken(): string {
  const [header, payload, signature] = [24, 780, 256].map((size) =>
    randomBytes(size).toString("base64url"),
  );
  return `eyJ${header}.eyJ${payload}.${signature}`;
}
