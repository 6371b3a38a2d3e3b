import { createHmac, randomBytes } from "node:crypto";
import { hashToken, type IssuedTokens } from "../token-store.ts";
import type { EndedTokenError, SlackContext } from "./context.ts";
import { botUserIdOf, organizationOf, type SlackOrganization } from "./organizations.ts";

/** @see [Token rotation](https://docs.slack.dev/authentication/using-token-rotation) */
const MAX_ACTIVE_TOKENS = 2;

/** Limits the state file. Older tokens are `invalid_auth`. */
const MAX_REMEMBERED = 1000;

/** The member of an organization that a token acts for: the bot or a person. */
export interface TokenHolder {
  readonly organization: SlackOrganization;
  readonly userId: string;
  readonly kind: "bot" | "user";
}

/** A token in a token response. The optional fields are all present or all absent. */
export interface TokenResponse {
  readonly access_token: string;
  readonly expires_in?: number;
  readonly refresh_token?: string;
  readonly token_type: "bot" | "user";
  /** Separated by commas. */
  readonly scope: string;
}

/** Returns the bot of an organization as the holder of a token. */
export function botOf(organization: SlackOrganization): TokenHolder {
  return { organization, userId: botUserIdOf(organization), kind: "bot" };
}

/** Returns the person who installs as the holder of a token. */
export function installerOf(organization: SlackOrganization): TokenHolder {
  return { organization, userId: organization.installerId, kind: "user" };
}

/** Returns the holder of an issued token. */
export function holderOf({ subject }: IssuedTokens): TokenHolder {
  const [id = "", userId = ""] = subject.split("/");
  const organization = organizationOf(id);
  return { organization, userId, kind: userId === botUserIdOf(organization) ? "bot" : "user" };
}

/**
 * Issues a token with the requested scopes and all that its holder had before: scopes are additive.
 *
 * @see [Scopes are additive](https://docs.slack.dev/authentication/installing-with-oauth)
 */
export function issueToken(
  slack: SlackContext,
  holder: TokenHolder,
  requested: readonly string[],
): TokenResponse {
  const earlier = tokensOf(slack, holder).flatMap(({ scopes }) => scopes);
  const scopes = [...new Set([...requested, ...earlier])];
  const token = slack.registration.rotation
    ? issueRotating(slack, holder, scopes)
    : issueLasting(slack, holder, scopes);
  return { ...token, token_type: holder.kind, scope: scopes.join(",") };
}

/** Returns all tokens of an organization for the app, oldest first. */
export function tokensIn(
  { registration, tokens }: SlackContext,
  { id }: SlackOrganization,
): IssuedTokens[] {
  return tokens
    .all()
    .filter(
      ({ subject, clientId }) => subject.startsWith(`${id}/`) && clientId === registration.clientId,
    );
}

/** Revokes an access token and its refresh token, if any. */
export function revokePair(
  slack: SlackContext,
  tokens: IssuedTokens,
  error: EndedTokenError,
): void {
  slack.tokens.remove(tokens);
  recordEnded(slack, tokens, error);
}

/** Revokes an access token; its refresh token stays valid. */
export function revokeAccessToken(slack: SlackContext, tokens: IssuedTokens): void {
  recordEnded(slack, tokens, "token_revoked");
}

/** Expires the access tokens of an organization now; their refresh tokens stay valid. */
export function expireAccessTokens(slack: SlackContext, organization: SlackOrganization): void {
  for (const tokens of tokensIn(slack, organization)) {
    slack.tokens.add({ ...tokens, accessTokenExpiresAt: slack.clock.now() });
  }
}

/** Returns the error for a token that ended; `undefined` if it is live or unknown. */
export function findEndedTokenError(
  slack: SlackContext,
  hash: string,
): EndedTokenError | undefined {
  const ended = slack.records.get().ended.findLast((token) => token.hash === hash);
  if (ended) return ended.error;
  const issued = slack.tokens.all().find(({ accessTokenHash }) => accessTokenHash === hash);
  return issued && !isActive(slack, issued) ? "token_expired" : undefined;
}

/**
 * Returns the same token as the last install while it is valid, which Slack does but does not document.
 * Only hashes are stored, so the token is derived from a nonce.
 */
function issueLasting(slack: SlackContext, holder: TokenHolder, scopes: string[]) {
  const subject = toSubject(holder);
  const nonce = slack.records.get().nonces[subject];
  const token = nonce === undefined ? undefined : lastingToken(slack, holder, nonce);
  const issued = token === undefined ? undefined : slack.tokens.findByAccessToken(token);
  if (token !== undefined && issued) {
    slack.tokens.add({ ...issued, scopes });
    return { access_token: token };
  }

  const newNonce = randomBytes(16).toString("hex");
  const records = slack.records.get();
  slack.records.set({ ...records, nonces: { ...records.nonces, [subject]: newNonce } });
  const access_token = lastingToken(slack, holder, newNonce);
  slack.tokens.add({
    ...newTokens(slack, holder, { accessToken: access_token, scopes }),
    accessTokenExpiresAt: null,
    refreshTokenHash: null,
  });
  return { access_token };
}

function issueRotating(slack: SlackContext, holder: TokenHolder, scopes: string[]) {
  const { tokenLifetimeSeconds } = slack.registration;
  revokeOldest(slack, holder);

  const access_token = `xoxe.${prefixOf(holder)}-1-${randomBytes(120).toString("base64url")}`;
  const refresh_token = `xoxe-1-${randomBytes(108).toString("base64url")}`;
  slack.tokens.add({
    ...newTokens(slack, holder, { accessToken: access_token, scopes }),
    accessTokenExpiresAt: slack.clock.now() + tokenLifetimeSeconds * 1000,
    refreshTokenHash: hashToken(refresh_token),
  });
  return { access_token, expires_in: tokenLifetimeSeconds, refresh_token };
}

function newTokens(
  { registration, clock }: SlackContext,
  holder: TokenHolder,
  { accessToken, scopes }: { accessToken: string; scopes: string[] },
) {
  return {
    accessTokenHash: hashToken(accessToken),
    refreshTokenExpiresAt: null,
    clientId: registration.clientId,
    subject: toSubject(holder),
    scopes,
    issuedAt: clock.now(),
  };
}

function tokensOf(slack: SlackContext, holder: TokenHolder): IssuedTokens[] {
  const subject = toSubject(holder);
  return tokensIn(slack, holder.organization).filter((tokens) => tokens.subject === subject);
}

function revokeOldest(slack: SlackContext, holder: TokenHolder): void {
  const held = tokensOf(slack, holder);
  const active = held.filter((tokens) => isActive(slack, tokens));
  const tooMany = active.slice(0, Math.max(0, active.length - MAX_ACTIVE_TOKENS + 1));
  for (const tokens of tooMany) revokePair(slack, tokens, "token_revoked");

  const used = held.filter((tokens) => !active.includes(tokens) && isUsed(slack, tokens));
  for (const tokens of used) revokePair(slack, tokens, "token_expired");
}

function isActive(slack: SlackContext, { accessTokenHash, accessTokenExpiresAt }: IssuedTokens) {
  if (accessTokenExpiresAt !== null && accessTokenExpiresAt <= slack.clock.now()) return false;
  return !slack.records.get().ended.some(({ hash }) => hash === accessTokenHash);
}

function isUsed({ clock }: SlackContext, { refreshTokenExpiresAt }: IssuedTokens): boolean {
  return refreshTokenExpiresAt !== null && refreshTokenExpiresAt <= clock.now();
}

function recordEnded(
  { records }: SlackContext,
  { accessTokenHash }: IssuedTokens,
  error: EndedTokenError,
): void {
  const current = records.get();
  const ended = current.ended.some(({ hash }) => hash === accessTokenHash)
    ? current.ended
    : [...current.ended, { hash: accessTokenHash, error }].slice(-MAX_REMEMBERED);
  records.set({ ...current, ended });
}

function lastingToken({ registration }: SlackContext, holder: TokenHolder, nonce: string): string {
  const [secret = ""] = [registration.clientSecret].flat();
  const made = createHmac("sha256", secret).update(`${toSubject(holder)} ${nonce}`);
  return `${prefixOf(holder)}-${made.digest("base64url")}`;
}

function prefixOf({ kind }: TokenHolder): "xoxb" | "xoxp" {
  return kind === "bot" ? "xoxb" : "xoxp";
}

function toSubject({ organization, userId }: TokenHolder): string {
  return `${organization.id}/${userId}`;
}
