import { ServiceError } from "../errors.ts";
import { isLoopback } from "../loopback.ts";

const MAX_BYTES = 512;

/** What Grantkeep appends to a redirect: an entry whose query used these names would garble the result. */
const RESULT_PARAMETERS = ["status", "error", "platform", "installation_id", "organization"];

/** The addresses a browser may be sent to after an install. */
export type RedirectUris = ReadonlySet<string>;

/**
 * Whether an address may stand on the allow-list: https, or http on loopback, without user info or
 * fragment, at most 512 printable ASCII bytes, spelled as a browser would spell it.
 */
export function isAllowableRedirectUri(entry: string): boolean {
  if (entry.length > MAX_BYTES || /[\\#]/.test(entry)) return false;

  // White space, and letters outside ASCII, are not what a browser spells.
  const url = URL.parse(entry);
  if (!url || (url.href !== entry && url.href !== `${entry}/`)) return false;
  if (url.username || url.password) return false;
  if (url.protocol === "http:" && !isLoopback(url.hostname)) return false;
  if (url.protocol !== "https:" && url.protocol !== "http:") return false;
  return !RESULT_PARAMETERS.some((name) => url.searchParams.has(name));
}

/**
 * The entry of the allow-list that equals the candidate byte for byte.
 *
 * Nothing is parsed or normalised: whatever two readers could understand differently is not equal.
 *
 * @throws {ServiceError} `invalid_redirect_uri`
 * @see RFC 9700, section 4.1.3
 */
export function matchRedirectUri(redirectUris: RedirectUris, candidate: string): string {
  if (!redirectUris.has(candidate)) {
    throw new ServiceError("invalid_redirect_uri", "The redirect_uri is not on the allow-list.");
  }
  return candidate;
}

/** The redirect with the result of an install appended to its query. */
export function withResult(redirectUri: string, result: Record<string, string>): string {
  const separator = redirectUri.includes("?") ? "&" : "?";
  return `${redirectUri}${separator}${new URLSearchParams(result)}`;
}
