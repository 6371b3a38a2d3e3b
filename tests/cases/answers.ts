import { expect } from "vitest";
import { REDIRECT_URI } from "../support/stack.ts";

/** P4: on every answer of a handler. */
export const HEADERS = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "content-security-policy": expect.stringMatching(/^default-src 'none'; /),
};

/** The responses of the gateway itself, by status. They have no headers of Grantkeep. */
const GATEWAY_BODIES = new Map([
  [403, '{"message":"Forbidden"}'],
  [404, '{"message":"Not Found"}'],
  [413, '{"message":"Request Too Long"}'],
  [431, ""],
]);

/** Text that is shorter than this is in an answer by chance. */
const MIN_ECHO_LENGTH = 5;

/** An HTTP answer that was read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A code of the contract with its status, for what was sent. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  /** The sentence, where all rows must say the same. */
  readonly description?: string;
  /** The texts that the response must not contain. */
  readonly input?: string;
}

/** Reads an answer, and asserts P4: the headers of whoever answers, handler or gateway. */
export async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const text = await response.text();
  expect(headers.has("access-control-allow-origin")).toBe(false);
  if (GATEWAY_BODIES.get(status) !== text) {
    expect(Object.fromEntries(headers)).toMatchObject(HEADERS);
  }
  return { status, headers, text };
}

/** Expects an answer of the gateway, made before any handler ran. */
export function expectGatewayRefusal(
  { status, text }: Answer,
  expected: 403 | 404 | 413 | 431,
): void {
  expect({ status, text }).toEqual({ status: expected, text: GATEWAY_BODIES.get(expected) });
}

/** Expects the JSON of a refusal, with nothing of the input in it. */
export function expectRefusal(answer: Answer, refusal: Refusal): void {
  const { status, code, description = expect.any(String), input } = refusal;
  expect({ status: answer.status, ...JSON.parse(answer.text) }).toEqual({
    status,
    error: code,
    error_description: description,
    request_id: expect.any(String),
  });
  expectDeadEnd(answer, input);
}

/** Expects the page of a refusal, with nothing of the input in it. */
export function expectErrorPage(answer: Answer, { status, input }: Refusal): void {
  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expectDeadEnd(answer, input);
}

/** Expects the browser to be sent to the proven redirect with one code, and with nothing that came in. */
export function expectErrorRedirect({ status, headers, text }: Answer, code: string): void {
  const location = new URL(headers.get("location") ?? "");
  const { request_id, ...parameters } = Object.fromEntries(location.searchParams);
  expect({ status, to: location.origin + location.pathname, parameters, text }).toEqual({
    status: 303,
    to: REDIRECT_URI,
    parameters: { status: "error", error: code, platform: expect.stringMatching(/^[a-z]+$/) },
    text: "",
  });
  expect(request_id).toMatch(/^[\w-]{8,64}$/);
}

/** Sends a request as a program and as a browser, and expects both to be refused. */
export async function expectRefused(
  url: string,
  headers: Readonly<Record<string, string>>,
  refusal: Refusal,
): Promise<void> {
  const send = async (accept: string) =>
    answerOf(await fetch(url, { headers: { ...headers, accept }, redirect: "manual" }));
  expectRefusal(await send("application/json"), refusal);
  expectErrorPage(await send("text/html,application/xhtml+xml"), refusal);
}

/** Expects that nothing of the input is in the body or in a header. */
export function expectNoEcho({ headers, text }: Answer, input: string): void {
  if (input.length < MIN_ECHO_LENGTH) return;
  expect(text).not.toContain(input);
  for (const value of headers.values()) expect(value).not.toContain(input);
}

/** A refusal leads nowhere and leaves nothing in the browser. */
function expectDeadEnd(answer: Answer, input = ""): void {
  expect(answer.headers.has("location")).toBe(false);
  expect(answer.headers.getSetCookie()).toEqual([]);
  expectNoEcho(answer, input);
}
