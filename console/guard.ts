import { getCookie, setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import type { ConsoleRequest } from "./context.ts";
import { renderBarePage } from "./page.ts";
import type { Session } from "./session.ts";

const COOKIE = "grantkeep-console";
const WITHOUT_UNLOCK = ["/unlock", "/lock"];

/**
 * Refuses each request that does not come from the console's own pages in the browser that opened its URL. The
 * `Host` is checked because a foreign name can be made to lead to loopback (DNS rebinding).
 *
 * @see https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
export function createGuard(session: Session, { host, origin }: URL) {
  return createMiddleware(async (c, next) => {
    if (c.req.header("host") !== host) {
      return refuse(c, 421, "Wrong host", `This server is ${host} only.`);
    }
    if (!isOwnOrigin(c, origin)) {
      return refuse(c, 403, "Not allowed", "A page of another site sent this request.");
    }
    const key = c.req.query("key");
    if (key !== undefined && c.req.method === "GET") return openSession(c, session, key);

    if (!session.isOpenFor(getCookie(c, COOKIE))) {
      return refuse(
        c,
        401,
        "Open the console from the terminal",
        "The URL that the command printed opens the console once. Run the command again for a new one.",
      );
    }
    const changes = c.req.method !== "GET" && !WITHOUT_UNLOCK.includes(c.req.path);
    if (changes && !session.isUnlocked()) {
      return refuse(
        c,
        403,
        "The console is read-only",
        "Choose Unlock changes first. It ends after 15 minutes.",
      );
    }
    return next();
  });
}

function isOwnOrigin(c: ConsoleRequest, origin: string): boolean {
  const sent = c.req.header("origin");
  if (sent !== undefined && sent !== origin) return false;
  if (c.req.method !== "GET" && sent === undefined) return false;
  const site = c.req.header("sec-fetch-site") ?? "none";
  // A link from another page would open the session of a person who did not mean to.
  return site === "same-origin" || site === "none";
}

function openSession(c: ConsoleRequest, session: Session, key: string) {
  const cookie = session.open(key);
  if (cookie === undefined) {
    return refuse(
      c,
      401,
      "This URL was used",
      "It opens the console once. Run the command again for a new one.",
    );
  }
  setCookie(c, COOKIE, cookie, { path: "/", httpOnly: true, sameSite: "Strict" });
  // The key does not stay in the address bar and in the history.
  return c.redirect("/", 303);
}

function refuse(c: ConsoleRequest, status: 401 | 403 | 421, title: string, text: string) {
  return renderBarePage(c, status, title, text);
}
