import type { Stack } from "../../local/stack.ts";

/** A browser without a screen: it keeps cookies, and stops at every redirect. */
export interface BrowserSession {
  readonly cookies: Map<string, string>;
  get(url: string, headers?: Record<string, string>): Promise<Response>;
  post(url: string, form: Form, headers?: Record<string, string>): Promise<Response>;
}

/** The fields of a form, in which names may occur again. */
type Form = Record<string, string> | [string, string][];

export interface ConsentOptions {
  readonly login?: string;
  readonly decision?: "authorize" | "cancel";
}

/** Opens a browser with no cookies. */
export function openSession(): BrowserSession {
  const cookies = new Map<string, string>();

  async function send(url: string, init: RequestInit): Promise<Response> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...init.headers, ...(cookie && { cookie }) };
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const header of response.headers.getSetCookie()) keep(cookies, header);
    return response;
  }

  return {
    cookies,
    get: (url, headers = {}) => send(url, { headers: { accept: "text/html", ...headers } }),
    post: (url, form, headers = {}) =>
      send(url, { method: "POST", headers, body: new URLSearchParams(form) }),
  };
}

/** Starts a flow and consents at the platform: the callback's URL, not yet opened. */
export async function consent(
  { url, platforms }: Stack,
  session: BrowserSession,
  start: string = "/oauth/github/authorize",
  { login = "octocat", decision = "authorize" }: ConsentOptions = {},
): Promise<string> {
  const authorize = await session.get(url + start);
  // The platform is another site: it does not get our cookies.
  const platform = openSession();
  const page = await platform.get(locationOf(authorize));
  const [, request = ""] = /name="request" value="(\w+)"/.exec(await page.text()) ?? [];
  const form = { request, login, decision };
  return locationOf(await platform.post(`${platforms.githubUrl}/login/oauth/authorize`, form));
}

/** Goes through a whole install as JSON, and answers the callback's reply. */
export async function installAs(stack: Stack, login = "octocat"): Promise<Response> {
  const session = openSession();
  const callback = await consent(stack, session, undefined, { login });
  return session.get(callback, { accept: "application/json" });
}

/** Where a response sends the browser. */
export function locationOf(response: Response): string {
  return response.headers.get("location") ?? "";
}

function keep(cookies: Map<string, string>, header: string): void {
  const [pair = "", ...attributes] = header.split(/;\s*/);
  const [name = "", value = ""] = pair.split(/=(.*)/s);
  if (attributes.includes("Max-Age=0")) cookies.delete(name);
  else cookies.set(name, value);
}
