import * as v from "valibot";
import { openOr, type SealContext, type Sealer } from "../sealing/sealer.ts";

const PREFIX = "__Host-grantkeep-";
const NAME = /^__Host-grantkeep-[0-9a-f]{8}$/;
const MAX_COOKIES = 4;
const MAX_LENGTH = 512;

/** The cookie of one flow: the secret that binds the state to the browser, and the PKCE verifier. */
export const FlowCookie = v.strictObject({
  browserSecret: v.string(),
  codeVerifier: v.string(),
  issuedAt: v.number(),
});
export type FlowCookie = v.InferOutput<typeof FlowCookie>;

/**
 * Returns the `Set-Cookie` value of a new flow.
 *
 * It is not `SameSite=Strict`: such a cookie is not sent when the platform redirects to the callback.
 *
 * @see RFC 6265bis, section 4.1.3 (the `__Host-` prefix)
 */
export async function createFlowCookie(
  sealer: Sealer,
  nonce: string,
  cookie: FlowCookie,
  lifetimeSeconds: number,
): Promise<string> {
  const value = await sealer.seal(contextOf(nameOf(nonce)), JSON.stringify(cookie));
  return setCookie(nameOf(nonce), value, lifetimeSeconds);
}

/**
 * Returns the cookie of a flow from the `name=value` pairs of a request; `undefined` if it is missing,
 * duplicated, or not encrypted for this flow.
 *
 * @throws {ServiceError} `retry_later`, `server_error` if the key ring cannot be loaded
 */
export async function readFlowCookie(
  sealer: Sealer,
  nonce: string,
  cookies: readonly string[],
): Promise<FlowCookie | undefined> {
  const name = nameOf(nonce);
  const [pair, ...others] = cookies.filter((cookie) => cookie.startsWith(`${name}=`));
  return pair && others.length === 0 ? openCookie(sealer, pair) : undefined;
}

/** Returns the `Set-Cookie` value that expires the cookie of a flow. */
export function expireFlowCookie(nonce: string): string {
  return setCookie(nameOf(nonce), "", 0);
}

/**
 * Returns the `Set-Cookie` values that expire the oldest flows, so that a browser has at most four. API
 * Gateway limits headers to 10,240 bytes. A cookie that cannot be decrypted counts as the oldest.
 */
export async function expireOldFlowCookies(
  sealer: Sealer,
  cookies: readonly string[],
): Promise<string[]> {
  const flows = await Promise.all(
    cookies
      .filter((pair) => NAME.test(nameIn(pair)))
      .map(async (pair) => ({
        name: nameIn(pair),
        issuedAt: (await openCookie(sealer, pair))?.issuedAt ?? 0,
      })),
  );
  const oldest = flows.sort((one, other) => other.issuedAt - one.issuedAt).slice(MAX_COOKIES - 1);
  return [...new Set(oldest.map(({ name }) => name))].map((name) => setCookie(name, "", 0));
}

async function openCookie(sealer: Sealer, pair: string): Promise<FlowCookie | undefined> {
  const name = nameIn(pair);
  const sealed = { text: pair.slice(name.length + 1), maxLength: MAX_LENGTH };
  const text = await openOr(sealer, contextOf(name), sealed, () => undefined);
  return text === undefined ? undefined : v.parse(FlowCookie, JSON.parse(text));
}

function setCookie(name: string, value: string, maxAgeSeconds: number): string {
  return `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; Secure; SameSite=Lax`;
}

function nameOf(nonce: string): string {
  return PREFIX + nonce.slice(0, 8);
}

function nameIn(pair: string): string {
  return pair.split("=", 1)[0] ?? "";
}

function contextOf(name: string): SealContext {
  return { purpose: "cookie", binding: ["cookie", name] };
}
