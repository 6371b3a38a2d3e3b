import { GrantkeepError } from "./errors.ts";
import { isRecord, parseJson } from "./json.ts";
import type { SlackToken } from "./token.ts";

/** The `fetch` that `WebClient` takes. */
export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** The base URL that `WebClient` has unless another is given. */
export const SLACK_API = "https://slack.com/api/";

/**
 * The errors by which Slack refuses a token, with status 200.
 *
 * @see [auth.test](https://docs.slack.dev/reference/methods/auth.test#errors)
 */
const REFUSALS: ReadonlySet<unknown> = new Set([
  "invalid_auth",
  "token_revoked",
  "token_expired",
  "account_inactive",
]);

/** The response of a refusal is short, and that of a list is not worth a second parse. */
const MAX_REFUSAL_CHARACTERS = 1_000;

/** Sends a request with a token. If Slack refuses the token, reports it and sends the request once more. */
export async function fetchWithToken(
  url: string | URL,
  init: RequestInit | undefined,
  lookUp: (rejected?: string) => Promise<SlackToken>,
): Promise<Response> {
  try {
    const token = await lookUp();
    const response = await send(url, init, token);
    if (!(await isRefusal(response))) return response;
    const next = await lookUp(token.accessToken);
    return next.accessToken === token.accessToken ? response : await send(url, init, next);
  } catch (error) {
    if (error instanceof GrantkeepError) return toErrorResponse(error);
    throw error;
  }
}

/** `WebClient` repeats a request whose `fetch` throws for half an hour, and one that Slack refuses not at all. */
function toErrorResponse({ code, message }: GrantkeepError): Response {
  return Response.json({
    ok: false,
    error: code,
    response_metadata: { messages: [`[ERROR] ${message}`] },
  });
}

/** Returns the ids of the bot. Asks Slack if Grantkeep does not know them yet: Bolt would answer the bot itself. */
export async function identify(
  token: SlackToken,
  lookUp: (rejected?: string) => Promise<SlackToken>,
): Promise<{ readonly botId: string | null; readonly botUserId: string | null }> {
  if (token.botId !== null && token.botUserId !== null) return token;
  const response = await fetchWithToken(`${SLACK_API}auth.test`, { method: "POST" }, lookUp);
  const identity = parseJson(await response.text());
  if (!isRecord(identity) || typeof identity.user_id !== "string") {
    throw new Error("Slack did not return the ids of the bot.");
  }
  const botId = typeof identity.bot_id === "string" ? identity.bot_id : null;
  return { botId, botUserId: identity.user_id };
}

function send(
  url: string | URL,
  init: RequestInit | undefined,
  { accessToken, apiBaseUrl }: SlackToken,
): Promise<Response> {
  const headers = new Headers(init?.headers);
  headers.set("authorization", `Bearer ${accessToken}`);
  const text = String(url);
  const target = text.startsWith(SLACK_API)
    ? `${apiBaseUrl.replace(/\/$/, "")}/${text.slice(SLACK_API.length)}`
    : text;
  return fetch(target, { ...init, headers });
}

async function isRefusal(response: Response): Promise<boolean> {
  if (!response.headers.get("content-type")?.includes("json")) return false;
  const text = await response.clone().text();
  if (text.length > MAX_REFUSAL_CHARACTERS) return false;
  const body = parseJson(text);
  return isRecord(body) && body.ok === false && REFUSALS.has(body.error);
}
