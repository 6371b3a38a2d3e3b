import { createHmac, randomBytes } from "node:crypto";
import { hashToken, type IssuedTokens } from "../token-store.ts";
import type { EndedTokenError, SlackContext } from "./context.ts";
import { botUserIdOf, organizationOf, type SlackOrganization } from "./organizations.ts";

/** @see [Token rotation](https://docs.slack.dev/authentication/using-token-rotation) */
const MAX_ACTIVE_TOKENS = 2;

/** Bounds the state file; older ones are `invalid_auth`. */
const MAX_REMEMBERED = 1000;

/** Whose a token is: a member of an organization, of whom the bot is one. */
export interface TokenHolder {
  readonly organization: SlackOrganization;
  readonly userId: string;
  readonly kind: "bot" | "user";
}

/** A token as every answer of OAuth shows it; expiry and refresh token come together or not at all. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly expires_in?: number;
  readonly refresh_token?: string;
  readonly token_type: "bot" | "user";
  /** Separated by commas. */
  readonly scope: string;
}

/** The bot as the holder of a token. */
export function botOf(organization: SlackOrganization): TokenHolder {
  return { organization, userId: botUserIdOf(organization), kind: "bot" };
}

/** The person who installs as the holder of a token. */
export function installerOf(organization: SlackOrganization): TokenHolder {
  return { organization, userId: organization.installerId, kind: "user" };
}

/** The holder of an issued token. */
export function holderOf({ subject }: IssuedTokens): TokenHolder {
  const [id = "", userId = ""] = subject.split("/");
  const organization = organizationOf(id);
  return { organization, userId, kind: userId === botUserIdOf(organization) ? "bot" : "user" };
}

/**
 * Issues a token with the scopes asked for and all that its holder had before: scopes are additive.
 *
 * @see [Scopes are additive](https://docs.slack.dev/authentication/installing-with-oauth)
 */
export function issueToken(
  slack: SlackContext,
  holder: TokenHolder,
  asked: readonly string[],
): TokenAnswer {
  const earlier = tokensOf(slack, holder).flatMap(({ scopes }) => scopes);
  const scopes = [...new Set([...asked, ...earlier])];
  const token = slack.registration.rotation
    ? issueRotating(slack, holder, scopes)
    : issueLasting(slack, holder, scopes);
  return { ...token, token_type: holder.kind, scope: scopes.join(",") };
}

/** All that an organization has granted to the app, oldest first. */
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

/** Ends an access token, and its refresh token, if any, with it. */
export function endToken(slack: SlackContext, tokens: IssuedTokens, error: EndedTokenError): void {
  slack.tokens.remove(tokens);
  rememberEnded(slack, tokens, error);
}

/** Ends an access token and leaves its refresh token as it is. */
export function endAccessToken(slack: SlackContext, tokens: IssuedTokens): void {
  rememberEnded(slack, tokens, "token_revoked");
}

/** How a token has ended; `undefined` if it is live, or if Slack does not know it. */
export function findEnd(slack: SlackContext, hash: string): EndedTokenError | undefined {
  const ended = slack.memory.get().ended.findLast((token) => token.hash === hash);
  if (ended) return ended.error;
  const issued = slack.tokens.all().find(({ accessTokenHash }) => accessTokenHash === hash);
  return issued && !isActive(slack, issued) ? "token_expired" : undefined;
}

/**
 * A new install brings the token that the last one brought, for as long as that works. It is not
 * documented, but what Slack does; and since only hashes are kept, the token is made anew each time.
 */
function issueLasting(slack: SlackContext, holder: TokenHolder, scopes: string[]) {
  const subject = toSubject(holder);
  const nonce = slack.memory.get().nonces[subject];
  const token = nonce === undefined ? undefined : lastingToken(slack, holder, nonce);
  const issued = token === undefined ? undefined : slack.tokens.findByAccessToken(token);
  if (token !== undefined && issued) {
    slack.tokens.add({ ...issued, scopes });
    return { access_token: token };
  }

  const newNonce = randomBytes(16).toString("hex");
  const memory = slack.memory.get();
  slack.memory.set({ ...memory, nonces: { ...memory.nonces, [subject]: newNonce } });
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
  makeRoom(slack, holder);

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

function makeRoom(slack: SlackContext, holder: TokenHolder): void {
  const held = tokensOf(slack, holder);
  const active = held.filter((tokens) => isActive(slack, tokens));
  const tooMany = active.slice(0, Math.max(0, active.length - MAX_ACTIVE_TOKENS + 1));
  for (const tokens of tooMany) endToken(slack, tokens, "token_revoked");

  const spent = held.filter((tokens) => !active.includes(tokens) && isSpent(slack, tokens));
  for (const tokens of spent) endToken(slack, tokens, "token_expired");
}

function isActive(slack: SlackContext, { accessTokenHash, accessTokenExpiresAt }: IssuedTokens) {
  if (accessTokenExpiresAt !== null && accessTokenExpiresAt <= slack.clock.now()) return false;
  return !slack.memory.get().ended.some(({ hash }) => hash === accessTokenHash);
}

function isSpent({ clock }: SlackContext, { refreshTokenExpiresAt }: IssuedTokens): boolean {
  return refreshTokenExpiresAt !== null && refreshTokenExpiresAt <= clock.now();
}

function rememberEnded(
  { memory }: SlackContext,
  { accessTokenHash }: IssuedTokens,
  error: EndedTokenError,
): void {
  const known = memory.get();
  const ended = known.ended.some(({ hash }) => hash === accessTokenHash)
    ? known.ended
    : [...known.ended, { hash: accessTokenHash, error }].slice(-MAX_REMEMBERED);
  memory.set({ ...known, ended });
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
