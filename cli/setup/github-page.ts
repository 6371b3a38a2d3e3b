import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Html, html } from "../../functions/http/pages/html.ts";
import { listen } from "../../local/http-server.ts";

const COOKIE = "grantkeep-setup";
const STYLE =
  "body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem}" +
  "button{font:inherit;padding:.6rem 1.2rem;border:0;border-radius:.4rem;background:#0f5f49;color:#fff}";
const STYLE_ELEMENT: Html = { markup: `<style>${STYLE}</style>` };
const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** There is no `form-action`: browsers apply it to the redirects after a form too, such as those of a sign-on. */
const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'`,
  "cache-control": "no-store",
  "referrer-policy": "strict-origin",
  "x-content-type-options": "nosniff",
};

interface ManifestPageOptions<Result> {
  readonly port: number;
  /** The page of GitHub that takes a manifest. */
  readonly newAppUrl: string;
  readonly createManifest: (redirectUrl: string) => { readonly name: string };
  /** Registers the App of a code. The page says whether it succeeded. */
  readonly complete: (code: string) => Promise<Result>;
}

/** A page on loopback, whose button sends a manifest to GitHub. */
export interface ManifestPage<Result> {
  /** The address with a key, which one browser can use. */
  readonly url: string;
  /** Resolves when GitHub has returned the browser, and the App is complete. */
  readonly completed: Promise<Result>;
  close(): Promise<void>;
}

interface Page {
  readonly status: number;
  readonly title: string;
  readonly content: Html;
}

/**
 * Serves the page until it is closed. Its key opens it in one browser, by a cookie, and the state that returns from
 * GitHub is taken once and from this browser only: nobody else can complete the flow with an App of their own.
 */
export async function serveManifestPage<Result>(
  options: ManifestPageOptions<Result>,
): Promise<ManifestPage<Result>> {
  const { newAppUrl, createManifest, complete } = options;
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  // The flow may fail before somebody waits for it.
  promise.catch(() => {});
  const cookie = createToken();
  let key: string | undefined = createToken();
  let state: string | undefined = createToken();

  const server = await listen(options.port, async (request, response) => {
    const { host, origin } = new URL(server.url);
    const isForeign =
      request.headers.host !== host || (request.headers.origin ?? origin) !== origin;
    const url = new URL(request.url ?? "/", origin);
    if (isForeign) return send(response, NOT_ALLOWED);
    if (request.method !== "GET") return send(response, { ...NOT_ALLOWED, status: 405 });

    if (url.pathname === "/" && isSame(key, url.searchParams.get("key"))) {
      key = undefined;
      const attributes = "HttpOnly; SameSite=Lax; Path=/";
      response.writeHead(303, {
        location: "/",
        "set-cookie": `${COOKIE}=${cookie}; ${attributes}`,
      });
      response.end();
      return;
    }
    if (!isSame(cookie, cookieOf(request))) return send(response, NOT_ALLOWED);
    if (url.pathname === "/" && state !== undefined) {
      return send(response, askPage(newAppUrl, state, createManifest(`${origin}/callback`)));
    }
    if (url.pathname !== "/callback") return send(response, NOT_FOUND);
    const code = url.searchParams.get("code");
    if (code === null || !isSame(state, url.searchParams.get("state"))) {
      return send(response, NOT_ALLOWED);
    }
    state = undefined;
    try {
      const result = await complete(code);
      await send(response, DONE);
      resolve(result);
    } catch (error) {
      await send(response, FAILED);
      reject(error);
    }
  });
  return { url: `${server.url}/?key=${key}`, completed: promise, close: server.close };
}

function askPage(newAppUrl: string, state: string, manifest: { readonly name: string }): Page {
  const action = `${newAppUrl}?${new URLSearchParams({ state })}`;
  return {
    status: 200,
    title: "Register the GitHub App",
    content: html`<p>GitHub shows the name <strong>${manifest.name}</strong>, which you can change there, and asks
      for a confirmation. The secrets of the App go from GitHub to Secrets Manager.</p>
    <form method="post" action="${action}">
      <input type="hidden" name="manifest" value="${JSON.stringify(manifest)}">
      <button>Register on ${new URL(newAppUrl).host}</button>
    </form>`,
  };
}

const NOT_ALLOWED = messagePage(
  403,
  "Not allowed",
  "Open the address that the terminal shows, in one browser.",
);
const NOT_FOUND = messagePage(404, "Page not found", "Open the address that the terminal shows.");
const DONE = messagePage(
  200,
  "The GitHub App is registered",
  "Return to the terminal. You can close this page.",
);
const FAILED = messagePage(
  502,
  "The GitHub App is not complete",
  "Return to the terminal: it says what to do.",
);

function messagePage(status: number, title: string, text: string): Page {
  return { status, title, content: html`<p>${text}</p>` };
}

async function send(response: ServerResponse, { status, title, content }: Page): Promise<void> {
  const page = html`<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>${title} · Grantkeep</title>${STYLE_ELEMENT}</head>
  <body><h1>${title}</h1>${content}</body>
</html>
`;
  await new Promise<void>((sent) => {
    // A browser that is gone must not keep the command waiting.
    response.once("close", sent);
    response.writeHead(status, HEADERS).end(page.markup, () => sent());
  });
}

function createToken(): string {
  return randomBytes(32).toString("base64url");
}

function cookieOf({ headers }: IncomingMessage): string | null {
  const pairs = (headers.cookie ?? "").split(/; */).map((pair) => pair.split("="));
  return pairs.find(([name]) => name === COOKIE)?.[1] ?? null;
}

/** Compares a token in constant time. No text is the same as a token that was used up. */
function isSame(token: string | undefined, text: string | null): boolean {
  if (token === undefined || text === null) return false;
  const [one, other] = [Buffer.from(token), Buffer.from(text)];
  return one.length === other.length && timingSafeEqual(one, other);
}
