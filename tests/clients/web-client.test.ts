import { createGrantkeep } from "@grantkeep/client";
import { createWebClientOptions } from "@grantkeep/client/slack";
import { WebClient } from "@slack/web-api";
import { expect } from "vitest";
import { test } from "../support/browser-test.ts";
import { startTestStack } from "../support/stack.ts";
import {
  BOT_CONFIGURATION,
  countRequests,
  expireTokens,
  installInBrowser,
  letHoursPass,
} from "./connected.ts";

const stack = await startTestStack({}, { configuration: BOT_CONFIGURATION });
const grantkeep = createGrantkeep({ functionName: "token-lookup:live" });
const REFRESHES = /\/oauth\.v2\.access$/;

/** The channel that the app was added to. */
const channel = "C0BOT0ACME";

test("WebClient works over hours, and recovers from a revoked token with one refresh", async ({
  visit,
}) => {
  const organizationId = await installInBrowser(stack, visit, "Slack", "T0ACME");
  const slack = new WebClient(undefined, createWebClientOptions(grantkeep, { organizationId }));
  const post = async (text: string) => {
    const { ts } = await slack.chat.postMessage({ channel, text });
    const { messages } = await slack.conversations.history({ channel });
    return messages?.find((message) => message.ts === ts)?.text;
  };

  expect(await post("first")).toBe("first");
  await letHoursPass(stack, 12);
  expect(await post("half a day later")).toBe("half a day later");

  const before = countRequests(stack, REFRESHES);
  await expireTokens(stack, "slack", { organization: organizationId });
  const texts = await Promise.all(["a", "b", "c", "d"].map((text) => post(text)));

  expect(texts).toEqual(["a", "b", "c", "d"]);
  expect(countRequests(stack, REFRESHES) - before).toBe(1);
});

test("a failed lookup is an error of WebClient with Grantkeep's code, at once", async () => {
  const slack = new WebClient(
    undefined,
    createWebClientOptions(grantkeep, { organizationId: "T0NOBODY" }),
  );

  await expect(slack.chat.postMessage({ channel, text: "lost" })).rejects.toMatchObject({
    data: { ok: false, error: "installation_not_found" },
  });
});
