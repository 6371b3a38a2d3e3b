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

/** On every reply: nothing is kept, framed, guessed at, or told to the next site. */
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

/** A page with a form, whose answer may lead to the redirect that was asked for when the flow began. */
export function formPage(
  html: string,
  redirectUri: string | null,
  cookies: readonly string[] = [],
): Reply {
  // Browsers hold the redirect after a form against `form-action` too.
  const target = redirectUri === null ? "'self'" : `'self' ${new URL(redirectUri).origin}`;
  const reply = page(200, html, cookies);
  return {
    ...reply,
    headers: { ...reply.headers, "content-security-policy": contentSecurityPolicy(target) },
  };
}

export function noContent(): Reply {
  return { statusCode: 204, headers: HEADERS };
}

/** 302 starts a flow at the platform; 303 ends one, and makes the browser forget the method. */
export function redirect(
  statusCode: 302 | 303,
  location: string,
  cookies: readonly string[] = [],
): Reply {
  return { statusCode, headers: { ...HEADERS, location }, cookies: [...cookies] };
}

/** The body of every failure. */
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

/** A failure as a person sees it: what happened, and what to do next. */
export function errorHtml(
  error: ServiceError,
  event: HttpEvent,
  cookies: readonly string[] = [],
): Reply {
  const html = errorPage(error.code, event.requestContext.requestId, startHref(event));
  return withRetryAfter(page(STATUS[error.code], html, cookies), error);
}

/** Whether the client is a program: it takes JSON, and does not take HTML. */
export function prefersJson({ headers }: HttpEvent): boolean {
  const accept = headers.accept ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}

function contentSecurityPolicy(formAction: string): string {
  return `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'; form-action ${formAction}`;
}

/** The install page, relative to the path of a request: a custom domain may map us below a path. */
function startHref({ rawPath }: HttpEvent): string {
  const depth = rawPath.split("/").length - 2;
  return depth > 0 ? "../".repeat(depth) : "./";
}

function withRetryAfter(reply: Reply, { code }: ServiceError): Reply {
  if (!RETRYABLE.has(code)) return reply;
  return { ...reply, headers: { ...reply.headers, "retry-after": RETRY_AFTER_SECONDS } };
}
