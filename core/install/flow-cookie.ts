import * as v from "valibot";
import { openOr, type SealContext, type Sealer } from "../sealing/sealer.ts";

const PREFIX = "__Host-grantkeep-";
const NAME = /^__Host-grantkeep-[0-9a-f]{8}$/;
const MAX_COOKIES = 4;
const MAX_LENGTH = 512;

/** What one browser holds for one flow: half of a state's proof, and the PKCE verifier. */
export const FlowCookie = v.strictObject({
  browserSecret: v.string(),
  codeVerifier: v.string(),
  issuedAt: v.number(),
});
export type FlowCookie = v.InferOutput<typeof FlowCookie>;

/**
 * The `Set-Cookie` value that gives a flow its cookie.
 *
 * `SameSite=Strict` would not be sent when the platform sends the browser back to us.
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
 * The cookie of a flow, from the `name=value` pairs of a request; `undefined` when it is missing, there
 * more than once, or not sealed by us for this flow.
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

/** The `Set-Cookie` value that ends the cookie of a flow. */
export function expireFlowCookie(nonce: string): string {
  return setCookie(nameOf(nonce), "", 0);
}

/**
 * The `Set-Cookie` values that make room for one more flow: API Gateway takes 10,240 bytes of headers, so
 * a browser keeps at most four flows. What is not ours to open counts as oldest.
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
