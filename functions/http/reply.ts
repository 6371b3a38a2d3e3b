import { createHash } from "node:crypto";
import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import * as v from "valibot";
import type { ErrorCode, ServiceError } from "../../core/errors.ts";
import { Platform } from "../../core/installation.ts";
import type { HttpEvent } from "./event.ts";
import { readKeptLink } from "./link-cookie.ts";
import { errorPage } from "./pages/result-page.ts";
import type { View, ViewOf } from "./pages/view.ts";
import type { ErrorBody } from "./responses.ts";
import { STATUS } from "./status.ts";

export type Reply = APIGatewayProxyStructuredResultV2;

const RETRY_AFTER_SECONDS = "5";

/** On every response: no caching, no framing, no type sniffing and no referrer. */
const HEADERS = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "strict-transport-security": "max-age=63072000",
  "content-security-policy": contentSecurityPolicy({}),
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

/** Returns a response without a body. */
export function acknowledgement(): Reply {
  return { statusCode: 200, headers: HEADERS, body: "" };
}

/** Returns a page, whose policy allows the style sheet and the logo of the view. */
export function page(
  view: View,
  statusCode: number,
  html: string,
  cookies: readonly string[] = [],
): Reply {
  return toPage(view, { statusCode, html, cookies });
}

/** Returns a page with a form, whose response may redirect to the `redirect_uri` of the flow. */
export function formPage(
  view: View,
  html: string,
  redirectUri: string | null,
  cookies: readonly string[] = [],
): Reply {
  // Browsers apply `form-action` to the redirect after a form too.
  const formAction = redirectUri === null ? "'self'" : `'self' ${new URL(redirectUri).origin}`;
  return toPage(view, { statusCode: 200, html, cookies, formAction });
}

/** Returns a page with a script, whose policy allows that script, and requests to us. */
export function scriptPage(view: View, html: string, script: string): Reply {
  return toPage(view, { statusCode: 200, html, cookies: [], script });
}

interface PageReply {
  readonly statusCode: number;
  readonly html: string;
  readonly cookies: readonly string[];
  readonly formAction?: string;
  readonly script?: string;
}

function toPage(view: View, { statusCode, html, cookies, formAction, script }: PageReply): Reply {
  const headers = {
    ...HEADERS,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": contentSecurityPolicy({ view, formAction, script }),
  };
  return { statusCode, headers, cookies: [...cookies], body: html };
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
  view: View,
  error: ServiceError,
  event: HttpEvent,
  {
    cookies = [],
    finishHref,
    isConnect = false,
    isRequest = false,
  }: {
    cookies?: readonly string[];
    finishHref?: string | undefined;
    isConnect?: boolean | undefined;
    isRequest?: boolean | undefined;
  } = {},
): Reply {
  const html = errorPage(view, {
    error,
    requestId: event.requestContext.requestId,
    platform: platformOf(event),
    startHref: startHref(event),
    linkHref: linkHref(event),
    finishHref,
    isConnect,
    isRequest,
  });
  return withRetryAfter(page(view, STATUS[error.code], html, cookies), error);
}

/** Returns the function that turns a failure into a page. */
export function failurePage(views: ViewOf) {
  return async (error: ServiceError, event: HttpEvent): Promise<Reply> =>
    errorHtml(await views(event), error, event);
}

/** Returns whether the client is a program: one that accepts JSON and not HTML. */
export function prefersJson({ headers }: HttpEvent): boolean {
  const accept = headers.accept ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}

/** The logo is an image: browsers run no script in it, and load nothing that it refers to. */
function contentSecurityPolicy({
  view,
  formAction = "'none'",
  script,
}: {
  view?: View;
  formAction?: string | undefined;
  script?: string | undefined;
}): string {
  return [
    "default-src 'none'",
    ...(view ? [`style-src 'sha256-${view.styleHash}'`] : []),
    ...(script === undefined
      ? []
      : [`script-src 'sha256-${hashOf(script)}'`, "connect-src 'self'"]),
    ...(view?.brand.logo ? ["img-src data:"] : []),
    "base-uri 'none'",
    "frame-ancestors 'none'",
    `form-action ${formAction}`,
  ].join("; ");
}

function hashOf(script: string): string {
  return createHash("sha256").update(script).digest("base64");
}

/** Returns the platform in the path of a request, e.g. `/oauth/github/setup`. */
function platformOf({ rawPath }: HttpEvent): Platform | undefined {
  const platform = v.safeParse(Platform, /\/oauth\/([^/]+)\//.exec(rawPath)?.[1]);
  return platform.success ? platform.output : undefined;
}

/** Returns the relative URL of the install page, because a custom domain may map the API below a path. */
function startHref({ rawPath }: HttpEvent): string {
  const depth = rawPath.split("/").length - 2;
  return depth > 0 ? "../".repeat(depth) : "./";
}

/** Returns the relative URL of the page of the link that the install started with. */
function linkHref(event: HttpEvent): string | undefined {
  const link = readKeptLink(event);
  return link && `${startHref(event)}?${new URLSearchParams({ link })}`;
}

function withRetryAfter(reply: Reply, { code }: ServiceError): Reply {
  if (!RETRYABLE.has(code)) return reply;
  return { ...reply, headers: { ...reply.headers, "retry-after": RETRY_AFTER_SECONDS } };
}
