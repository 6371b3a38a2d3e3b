import type { EventTarget } from "./event-delivery.ts";

/** A bot that takes longer is sent the event again. */
const TIMEOUT_MS = 30_000;

/**
 * Creates the target for the bot of a developer, which gets each event of a bus as a POST request with the body that
 * EventBridge delivers.
 *
 * @throws {Error} that says what to change, unless the URL is one of HTTP
 */
export function createBotTarget(url: string, bus: string): EventTarget {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    throw new Error("BOT_URL is not an http or https URL, e.g. http://127.0.0.1:4000");
  }
  return {
    name: `the bot at ${url}`,
    accepts: (event) => event.bus === bus,
    async deliver(event) {
      const { status, body } = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(event),
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((error: unknown) => {
        throw new Error(describe(error));
      });
      await body?.cancel();
      if (status < 200 || status > 299) throw new Error(`It returned status ${status}.`);
    },
  };
}

/** Returns one sentence about a request without a response. Undici wraps the error of the connection. */
function describe(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return "It did not respond.";
  if (cause.name === "TimeoutError") return "It did not respond within 30 seconds.";
  const isRefused = "code" in cause && cause.code === "ECONNREFUSED";
  return isRefused ? "Nothing listens there." : `It did not respond: ${cause.message}`;
}
