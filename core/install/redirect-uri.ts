import { isLoopback } from "../configuration/loopback.ts";
import { ServiceError } from "../errors.ts";

const MAX_BYTES = 512;

/** The parameters that are appended to a redirect. The query of an entry must not use these names. */
const RESULT_PARAMETERS = [
  "status",
  "error",
  "platform",
  "installation_id",
  "organization",
  "request_id",
];

/** The allow-list of addresses that a browser may be redirected to after an install. */
export type RedirectUris = ReadonlySet<string>;

/**
 * Returns whether an address is valid for the allow-list: https, or http on loopback, without user info or
 * fragment, at most 512 printable ASCII bytes, and in the form to which a browser normalizes it.
 */
export function isAllowableRedirectUri(entry: string): boolean {
  if (entry.length > MAX_BYTES || /[\\#]/.test(entry)) return false;

  // A browser would encode white space and characters outside ASCII.
  const url = URL.parse(entry);
  if (!url || (url.href !== entry && url.href !== `${entry}/`)) return false;
  if (url.username || url.password) return false;
  if (url.protocol === "http:" && !isLoopback(url.hostname)) return false;
  if (url.protocol !== "https:" && url.protocol !== "http:") return false;
  return !RESULT_PARAMETERS.some((name) => url.searchParams.has(name));
}

/**
 * Returns the entry of the allow-list that equals the candidate byte for byte.
 *
 * Neither is parsed or normalized, because two parsers may disagree.
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

/** Returns the redirect URI with the result of an install appended to its query. */
export function withResult(redirectUri: string, result: Record<string, string>): string {
  const separator = redirectUri.includes("?") ? "&" : "?";
  return `${redirectUri}${separator}${new URLSearchParams(result)}`;
}
