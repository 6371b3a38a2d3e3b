import { expect, test } from "vitest";
import { locationOf } from "../support/browser-session.ts";
import { startTestStack } from "../support/stack.ts";
import { answerOf, expectErrorPage, expectRefusal } from "./answers.ts";
import { createConventions } from "./assertions.ts";
import { sendRaw } from "./raw-request.ts";

const PUBLIC_URL = "https://grants.example.com";
const ALLOWED = ["https://app.example.com/installed", "https://other.example.com/done?from=bot"];

const stack = await startTestStack({
  PUBLIC_URL,
  ALLOWED_REDIRECT_URIS: `${ALLOWED[0]},\n  ${ALLOWED[1]}`,
});
const { hold } = await createConventions(stack, async () => (await start("")).status === 302);

function start(query: string, accept = "text/html"): Promise<Response> {
  const headers = { host: "grants.example.com", accept };
  return sendRaw(`${stack.url}/oauth/github/authorize${query}`, { headers });
}

test.each([
  ["AU-067 loopback by number is refused", "https://127.0.0.1/installed"],
  ["AU-067 loopback by number, without TLS, is refused", "http://127.0.0.1:3000/installed"],
  ["AU-067 loopback by name is refused", "https://localhost/installed"],
  ["AU-067 loopback of IPv6 is refused", "http://[::1]:3000/installed"],
  ["AU-067 the page of local mode is refused", `${PUBLIC_URL}/example-app`],
  ["AU-067 an entry without its query is refused", "https://other.example.com/done"],
  ["AU-067 both entries at once are refused", ALLOWED.join()],
])("%s where only https entries are allowed", async (_name, redirectUri) => {
  const query = `?redirect_uri=${encodeURIComponent(redirectUri)}`;
  const refusal = { status: 400, code: "invalid_redirect_uri", input: redirectUri };

  const [json, page] = await hold(
    async () =>
      [
        await answerOf(await start(query, "application/json")),
        await answerOf(await start(query)),
      ] as const,
  );

  expectRefusal(json, refusal);
  expectErrorPage(page, refusal);
});

test.each(ALLOWED)(
  "control: the entry %s starts a flow that comes back to the public URL",
  async (entry) => {
    const reply = await hold(() => start(`?redirect_uri=${encodeURIComponent(entry)}`));

    expect(reply.status).toBe(302);
    expect(new URL(locationOf(reply)).searchParams.get("redirect_uri")).toBe(
      `${PUBLIC_URL}/oauth/github/callback`,
    );
  },
);
