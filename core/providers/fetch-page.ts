import { PLATFORM_CALL_MS } from "../deadlines.ts";

const MAX_CHARACTERS = 256 * 1024;

/** The response to a request as a browser sends it, which is not followed if it redirects. */
export interface FetchedPage {
  readonly status: number;
  /** The address that it redirects to, and its text. */
  readonly text: string;
  /** How far the clock of the server is ahead of this one; `undefined` if it does not send its time. */
  readonly clockAheadMs: number | undefined;
}

/** Fetches a page without credentials. Returns `undefined` if there is no response in six seconds. */
export async function fetchPage(
  url: URL,
  signal: AbortSignal,
  accept = "text/html",
): Promise<FetchedPage | undefined> {
  const sentAt = Date.now();
  try {
    const response = await fetch(url, {
      headers: { accept, "user-agent": "grantkeep" },
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(PLATFORM_CALL_MS)]),
    });
    const receivedAt = Date.now();
    const { status, headers } = response;
    const text = (await response.text()).slice(0, MAX_CHARACTERS);
    const date = Date.parse(headers.get("date") ?? "");
    const clockAheadMs = Number.isNaN(date) ? undefined : date - (sentAt + receivedAt) / 2;
    return { status, text: `${headers.get("location") ?? ""}\n${text}`, clockAheadMs };
  } catch {
    return undefined;
  }
}
