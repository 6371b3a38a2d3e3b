import { createHash } from "node:crypto";
import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { ErrorCode, ServiceError } from "../../core/errors.ts";
import type { HttpEvent } from "./event.ts";
import { errorPage } from "./pages/result-page.ts";
import { STYLE } from "./pages/style.ts";
import type { ErrorBody } from "./responses.ts";
import { STATUS } from "./status.ts";

export type Reply = APIGatewayProxyStructuredResultV2;

const RETRY_AFTER_SECONDS = "5";

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** On every response: no caching, no framing, no type sniffing and no referrer. */
const HEADERS = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "strict-transport-security": "max-age=63072000",
  "content-security-policy": contentSecurityPolicy("'none'"),
};

const RETRYABLE = new Set<ErrorCode>([
  "retry_later",
  "provider_unavailable",
  "provider_rate_limited",
]);

export function json<Body extends object>(
  statusCode: number,
  body: Body,
  cookies: readonly string[] = [],
): Reply {
  const headers = { ...HEADERS, "content-type": "application/json" };
  return { statusCode, headers, cookies: [...cookies], body: JSON.stringify(body) };
}

export function page(statusCode: number, html: string, cookies: readonly string[] = []): Reply {
  const headers = { ...HEADERS, "content-type": "text/html; charset=utf-8" };
  return { statusCode, headers, cookies: [...cookies], body: html };
}

/** Returns a page with a form, whose response may redirect to the `redirect_uri` of the flow. */
export function formPage(
  html: string,
  redirectUri: string | null,
  cookies: readonly string[] = [],
): Reply {
  // Browsers apply `form-action` to the redirect after a form too.
  const target = redirectUri === null ? "'self'" : `'self' ${new URL(redirectUri).origin}`;
  const reply = page(200, html, cookies);
  return {
    ...reply,
    headers: { ...reply.headers, "content-security-policy": contentSecurityPolicy(target) },
  };
}

/** Returns a redirect: 302 to start a flow at the platform, 303 to end one with a GET request. */
export function redirect(
  statusCode: 302 | 303,
  location: string,
  cookies: readonly string[] = [],
): Reply {
  return { statusCode, headers: { ...HEADERS, location }, cookies: [...cookies] };
}

/** Returns a failure as JSON. */
export function errorJson(
  error: ServiceError,
  event: HttpEvent,
  cookies: readonly string[] = [],
): Reply {
  const reply = json<ErrorBody>(
    STATUS[error.code],
    {
      error: error.code,
      error_description: error.message,
      request_id: event.requestContext.requestId,
    },
    cookies,
  );
  return withRetryAfter(reply, error);
}

/** Returns a failure as a page: what happened, and what to do next. */
export function errorHtml(
  error: ServiceError,
  event: HttpEvent,
  cookies: readonly string[] = [],
): Reply {
  const html = errorPage(error.code, event.requestContext.requestId, startHref(event));
  return withRetryAfter(page(STATUS[error.code], html, cookies), error);
}

/** Returns whether the client is a program: one that accepts JSON and not HTML. */
export function prefersJson({ headers }: HttpEvent): boolean {
  const accept = headers.accept ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}

function contentSecurityPolicy(formAction: string): string {
  return `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'; form-action ${formAction}`;
}

/** Returns the relative URL of the install page, because a custom domain may map the API below a path. */
function startHref({ rawPath }: HttpEvent): string {
  const depth = rawPath.split("/").length - 2;
  return depth > 0 ? "../".repeat(depth) : "./";
}

function withRetryAfter(reply: Reply, { code }: ServiceError): Reply {
  if (!RETRYABLE.has(code)) return reply;
  return { ...reply, headers: { ...reply.headers, "retry-after": RETRY_AFTER_SECONDS } };
}
