import { createHmac, randomUUID } from "node:crypto";
import { exampleApps } from "../../emulators/platforms.ts";

/** About as long as the body of an issue with a description. */
const TEXT = "The cart is empty after I log in again. ".repeat(200);

/** Returns an event of the HTTP API with a new delivery of GitHub: an issue was opened. */
export function createDelivery(installationId: number) {
  const path = "/webhooks/github";
  const body = JSON.stringify({
    action: "opened",
    issue: { id: 1, number: 7, title: "The cart is empty", state: "open", body: TEXT },
    repository: { id: 1_296_269, name: "shop", full_name: "acme/shop" },
    sender: { id: 583_231, login: "octocat" },
    installation: { id: installationId },
  });
  const { webhookSecret, appId } = exampleApps.github;
  return {
    version: "2.0",
    routeKey: `POST ${path}`,
    rawPath: path,
    rawQueryString: "",
    headers: {
      "content-type": "application/json",
      "x-github-event": "issues",
      "x-github-delivery": randomUUID(),
      "x-github-hook-installation-target-id": String(appId),
      "x-github-hook-installation-target-type": "integration",
      "x-hub-signature-256": `sha256=${createHmac("sha256", webhookSecret).update(body).digest("hex")}`,
    },
    requestContext: { requestId: randomUUID(), http: { method: "POST", path } },
    body,
    isBase64Encoded: false,
  };
}
