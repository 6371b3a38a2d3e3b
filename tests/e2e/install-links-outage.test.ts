import { afterAll, expect, test } from "vitest";
import { locationOf, openSession } from "../support/browser-session.ts";
import { createLink, openLink, readLink } from "../support/install-links.ts";
import { consentSlack } from "../support/platform-installs.ts";
import { startTestStack } from "../support/stack.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

const stack = await startTestStack();
const address = new URL(stack.database.url);
const proxy = await startTcpProxy({ port: Number(address.port) });
afterAll(proxy.close);
address.port = String(proxy.port);
// Handlers read the environment when they are first invoked.
Object.assign(process.env, { DATABASE_URL: address.href });

test.each([
  ["cuts every connection", { does: "reset" }],
  ["does not respond", { does: "silence" }],
] as const)(
  "while the database %s, a link opens and starts its flow, and is valid afterwards",
  async (_, behaviour) => {
    const metadata = { customer: "c-1", display_name: "Acme" };
    const { id, url } = await createLink(stack, { platform: "slack", metadata });
    const session = openSession();
    proxy.behave(behaviour);
    proxy.reset();

    const page = await session.get(url);
    const start = await openLink(session, url);
    const authorize = await session.get(stack.url + start);
    const callback = await consentSlack(stack, session, "T0ACME", start);
    const failed = await session.get(callback, { accept: "application/json" });
    proxy.behave({ does: "pass" });

    expect(page.status).toBe(200);
    expect(await page.text()).toContain("Acme");
    expect(locationOf(authorize)).toContain(stack.platforms.slackUrl);
    expect(failed.status).toBe(503);
    expect(await readLink(stack, id)).toMatchObject({ status: "open" });
    const again = await consentSlack(stack, session, "T0ACME", await openLink(session, url));
    expect((await session.get(again, { accept: "application/json" })).status).toBe(200);
    expect(await readLink(stack, id)).toMatchObject({ status: "used" });
  },
);

test("while the database is away, an install without a link starts", async () => {
  proxy.behave({ does: "reset" });
  proxy.reset();

  const reply = await openSession().get(`${stack.url}/oauth/slack/authorize`);
  proxy.behave({ does: "pass" });

  expect(locationOf(reply)).toContain(stack.platforms.slackUrl);
});
