import { createGrantkeep } from "@grantkeep/client";
import { createWebClientOptions } from "@grantkeep/client/slack";
import { WebClient } from "@slack/web-api";
import { expect, test } from "vitest";
import { startTestStack } from "../support/stack.ts";
import { BOT_CONFIGURATION } from "./connected.ts";

await startTestStack({}, { configuration: BOT_CONFIGURATION });
const grantkeep = createGrantkeep({ functionName: "token-lookup:live" });

/** The channel that the app was added to. */
const channel = "C0BOT0ACME";

test("a failed lookup is an error of WebClient with Grantkeep's code, at once", async () => {
  const slack = new WebClient(
    undefined,
    createWebClientOptions(grantkeep, { organizationId: "T0NOBODY" }),
  );

  await expect(slack.chat.postMessage({ channel, text: "lost" })).rejects.toMatchObject({
    data: { ok: false, error: "installation_not_found" },
  });
});
