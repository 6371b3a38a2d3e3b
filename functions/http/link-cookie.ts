import type { HttpEvent } from "./event.ts";

const COOKIE = "__Host-grantkeep-link";

/** The link is encrypted: the browser can neither read nor change it. */
const SEALED = /^[\w.-]{1,2048}$/;

/** As long as a flow by way of GitHub's install page may take. */
const LIFETIME_SECONDS = 3600;

/** Returns the `Set-Cookie` value that keeps the link of a page, so that a failed install can start again with it. */
export function keepLink(sealed: string): string {
  return setCookie(sealed, LIFETIME_SECONDS);
}

/** Returns the `Set-Cookie` values that delete the link, after an install or where one starts without a link. */
export function dropLink(event: HttpEvent): string[] {
  return readKeptLink(event) === undefined ? [] : [setCookie("", 0)];
}

/** Returns the link whose page this browser opened last. */
export function readKeptLink({ cookies = [] }: HttpEvent): string | undefined {
  const pair = cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`)) ?? "";
  const sealed = pair.slice(COOKIE.length + 1);
  return SEALED.test(sealed) ? sealed : undefined;
}

function setCookie(value: string, maxAge: number): string {
  return `${COOKIE}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; Secure; SameSite=Lax`;
}
