import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const NAME = "__Host-grantkeep-page";

/** 32 bytes, base64url. */
const SECRET = /^[\w-]{43}$/;

/** Creates the secret of a browser that opens the page of an install link. */
export function createPageSecret(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * Returns the `Set-Cookie` value of a page secret. The cookie ends with the browser's session. No other site,
 * and no other host of the same domain, can set it.
 *
 * @see RFC 6265bis, section 4.1.3 (the `__Host-` prefix)
 */
export function createPageCookie(secret: string): string {
  return `${NAME}=${secret}; Path=/; HttpOnly; Secure; SameSite=Lax`;
}

/** Returns the page secret from the `name=value` pairs of a request; `undefined` without exactly one. */
export function readPageSecret(cookies: readonly string[]): string | undefined {
  const [pair, ...others] = cookies.filter((cookie) => cookie.startsWith(`${NAME}=`));
  const secret = pair?.slice(NAME.length + 1) ?? "";
  return others.length === 0 && SECRET.test(secret) ? secret : undefined;
}

/** Returns the nonce of a link's button: it shows that the browser with this secret has opened the page. */
export function linkNonce(secret: string, linkId: string): string {
  return createHmac("sha256", secret).update(linkId).digest("base64url");
}

/** Returns whether the browser of a request has opened the page of a link. */
export function hasOpenedPage(
  cookies: readonly string[],
  linkId: string,
  nonce: string | undefined,
): boolean {
  const secret = readPageSecret(cookies);
  if (secret === undefined || nonce === undefined) return false;
  const expected = Buffer.from(linkNonce(secret, linkId));
  const actual = Buffer.from(nonce);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
