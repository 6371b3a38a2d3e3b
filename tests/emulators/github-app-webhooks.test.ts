import { createHmac } from "node:crypto";
import * as v from "valibot";
import { expect, test } from "vitest";
import type { Emulators } from "../../emulators/server.ts";
import { getApi } from "./emulated-github.ts";
import {
  callApi,
  clickInstall,
  type ReceivedWebhook,
  startApp,
  startReceiver,
  userToken,
} from "./emulated-github-app.ts";

const SECRET = "It's a Secret to Everybody";

const Payload = v.pipe(v.string(), v.parseJson());

test("a webhook has GitHub's headers and a signature of its body", async () => {
  const { url, received } = await startReceiver();
  const emulators = await startApp({ webhookUrl: url, webhookSecret: SECRET });
  await emulators.control.github.install({ account: "octo-org" });

  const [delivery] = await emulators.control.github.deliveries();

  const { headers, body } = first(received);
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  expect(headers).toMatchObject({
    "content-type": "application/json",
    "x-hub-signature-256": `sha256=${signature}`,
    "x-hub-signature": expect.stringMatching(/^sha1=[0-9a-f]{40}$/),
    "x-github-event": "installation",
    "x-github-delivery": expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/),
    "x-github-hook-id": expect.stringMatching(/^\d+$/),
    "x-github-hook-installation-target-id": "111",
    "x-github-hook-installation-target-type": "integration",
    "user-agent": expect.stringMatching(/^GitHub-Hookshot\/[0-9a-f]{7}$/),
  });
  expect(delivery).toMatchObject({ event: "installation", outcome: "answered", status: 202, body });
});

test("a webhook can be a form, whose signature is that of the form", async () => {
  const { url, received } = await startReceiver();
  const emulators = await startApp({
    webhookUrl: url,
    webhookSecret: SECRET,
    webhookContentType: "form",
  });

  await emulators.control.github.install({ account: "octo-org" });
  const [delivery] = await emulators.control.github.deliveries();

  const { headers, body } = first(received);
  const signature = createHmac("sha256", SECRET).update(body).digest("hex");
  const payload = new URLSearchParams(body).get("payload") ?? "";
  expect(headers["content-type"]).toBe("application/x-www-form-urlencoded");
  expect(headers["x-hub-signature-256"]).toBe(`sha256=${signature}`);
  expect(payloadOf(payload)).toMatchObject({ action: "created" });
  expect(delivery?.body).toBe(body);
});

test("a webhook can be signed with another secret than the App's", async () => {
  const { url, received } = await startReceiver();
  const emulators = await startApp({ webhookUrl: url, webhookSecret: "another" });

  await emulators.control.github.sendWebhook({ event: "ping", payload: {}, secret: SECRET });

  expect(first(received).headers["x-hub-signature-256"]).toBe(
    "sha256=50b0123e6e44430d2c43ecca0ee520d961ffd326425c07859f70a57161c3ebcd",
  );
});

test("without a secret webhooks are not signed, and without a URL none are sent", async () => {
  const { url, received } = await startReceiver();
  const unsigned = await startApp({ webhookUrl: url });
  const silent = await startApp();

  await unsigned.control.github.install({ account: "octo-org" });
  await unsigned.control.github.deliveries();
  await silent.control.github.install({ account: "octo-org" });

  expect(Object.keys(first(received).headers)).not.toContain("x-hub-signature-256");
  expect(await silent.control.github.deliveries()).toEqual([]);
});

test("every change of an installation sends a webhook, in order", async () => {
  const { emulators, received } = await startWithReceiver();
  const { github } = emulators.control;
  await github.install({ account: "octo-org", permissions: { contents: "read" } });
  await github.suspend({ account: "octo-org" });
  await github.unsuspend({ account: "octo-org" });
  await github.acceptPermissions({ account: "octo-org", permissions: { contents: "write" } });
  await github.rename({ account: "octo-org", to: "octo-corp" });
  await github.uninstall({ account: "octo-corp" });
  await github.deliveries();

  expect(
    received.map(({ headers, body }) => [headers["x-github-event"], payloadOf(body)]),
  ).toMatchObject([
    ["installation", { action: "created", requester: null, sender: { login: "octocat" } }],
    ["installation", { action: "suspend", installation: { suspended_at: expect.any(String) } }],
    ["installation", { action: "unsuspend", installation: { suspended_at: null } }],
    [
      "installation",
      { action: "new_permissions_accepted", installation: { permissions: { contents: "write" } } },
    ],
    [
      "installation_target",
      {
        action: "renamed",
        account: { id: 9919, login: "octo-corp" },
        changes: { login: { from: "octo-org" } },
        target_type: "Organization",
      },
    ],
    ["installation", { action: "deleted", installation: { account: { login: "octo-corp" } } }],
  ]);
});

test("clicking sends webhooks: the repositories of an install, and those added or removed later", async () => {
  const { emulators, received } = await startWithReceiver();
  await clickInstall(emulators, { target_id: "9919" });
  await clickInstall(emulators, { target_id: "9919" }, [
    ["selection", "selected"],
    ["repository", "docs"],
  ]);
  await emulators.control.github.deliveries();

  expect(received.map(({ body }) => payloadOf(body))).toMatchObject([
    {
      action: "created",
      repositories: [
        { full_name: "octo-org/api" },
        { full_name: "octo-org/website" },
        { full_name: "octo-org/docs" },
      ],
    },
    {
      action: "removed",
      repository_selection: "selected",
      repositories_added: [],
      repositories_removed: [{ name: "api" }, { name: "website" }],
    },
  ]);
});

test("the webhook of an approved request names the requester and the owner", async () => {
  const { emulators, received } = await startWithReceiver();
  await clickInstall(emulators, { target_id: "9919", login: "mona" });

  const { id } = await emulators.control.github.approve({ account: "octo-org" });
  await emulators.control.github.deliveries();

  expect(received).toHaveLength(1);
  expect(payloadOf(first(received).body)).toMatchObject({
    action: "created",
    installation: { id },
    requester: { login: "mona", id: 1290001 },
    sender: { login: "octocat", id: 583231 },
  });
});

test("an uninstall by the App sends a webhook without waiting for the receiver", async () => {
  const { emulators, received } = await startWithReceiver();
  const { id } = await emulators.control.github.install({ account: "octo-org" });

  await callApi(emulators, "DELETE", `/app/installations/${id}`);
  await emulators.control.github.deliveries();

  expect(payloadOf(received[1]?.body)).toMatchObject({
    action: "deleted",
    installation: { id },
    sender: { login: "grantkeep[bot]" },
  });
});

test("the webhook of a revoked authorization has no data but the sender", async () => {
  const { emulators, received } = await startWithReceiver();
  const token = await userToken(emulators, "mona");

  await emulators.control.revoke("github", "mona");
  await emulators.control.github.deliveries();

  const { headers, body } = first(received);
  expect(headers["x-github-event"]).toBe("github_app_authorization");
  expect(payloadOf(body)).toEqual({
    action: "revoked",
    sender: expect.objectContaining({ login: "mona", id: 1290001 }),
  });
  expect((await getApi(emulators, "/user", token)).status).toBe(401);
});

test("a redelivery has the same GUID and body", async () => {
  const { emulators, received } = await startWithReceiver();
  const { github } = emulators.control;
  await github.install({ account: "octo-org" });
  const [original] = await github.deliveries();
  await github.suspend({ account: "octo-org" });

  const again = await github.redeliver(original?.id ?? 0);

  expect(again).toMatchObject({ redelivery: true, outcome: "answered" });
  expect(received).toHaveLength(3);
  expect(received[2]?.body).toBe(received[0]?.body);
  expect(received[2]?.headers["x-github-delivery"]).toBe(received[0]?.headers["x-github-delivery"]);
});

test("held webhooks are sent in the requested order, with the state at their event", async () => {
  const { emulators, received } = await startWithReceiver();
  const { github } = emulators.control;
  github.holdDeliveries();
  await github.install({ account: "octo-org" });
  await github.suspend({ account: "octo-org" });
  await github.unsuspend({ account: "octo-org" });
  const [created, suspended, unsuspended] = await github.deliveries();

  const before = received.length;
  await github.releaseDeliveries([unsuspended?.id ?? 0, created?.id ?? 0]);
  const between = received.map(({ body }) => payloadOf(body));
  await github.releaseDeliveries();
  await github.uninstall({ account: "octo-org" });
  await github.deliveries();

  expect(before).toBe(0);
  expect(suspended).toMatchObject({ outcome: "held", status: null });
  expect(between).toMatchObject([{ action: "unsuspend" }, { action: "created" }]);
  expect(received.slice(2).map(({ body }) => payloadOf(body))).toMatchObject([
    { action: "suspend" },
    { action: "deleted" },
  ]);
});

test("a webhook with any content can be sent", async () => {
  const { emulators, received } = await startWithReceiver();

  const delivery = await emulators.control.github.sendWebhook({
    event: "installation",
    payload: { action: "deleted", installation: { id: 1 } },
  });

  expect(delivery).toMatchObject({ outcome: "answered", status: 202 });
  expect(payloadOf(first(received).body)).toEqual({ action: "deleted", installation: { id: 1 } });
});

test("a webhook can belong to another App", async () => {
  const { emulators, received } = await startWithReceiver();

  await emulators.control.github.sendWebhook({ event: "ping", payload: {}, appId: 222 });

  const { headers } = first(received);
  expect(headers["x-github-hook-installation-target-id"]).toBe("222");
});

test("a redirect counts as a response, and a closed port is unreachable", async () => {
  const { url, received } = await startReceiver(307);
  const redirecting = await startApp({ webhookUrl: url });
  const nobody = await startApp({ webhookUrl: "http://127.0.0.1:9/" });
  await redirecting.control.github.install({ account: "octo-org" });
  await nobody.control.github.install({ account: "octo-org" });

  expect(await redirecting.control.github.deliveries()).toMatchObject([
    { outcome: "answered", status: 307 },
  ]);
  expect(await nobody.control.github.deliveries()).toMatchObject([
    { outcome: "unreachable", status: null },
  ]);
  expect(received).toHaveLength(1);
});

async function startWithReceiver(): Promise<{ emulators: Emulators; received: ReceivedWebhook[] }> {
  const { url, received } = await startReceiver();
  const emulators = await startApp({ webhookUrl: url, webhookSecret: SECRET });
  return { emulators, received };
}

function first(received: readonly ReceivedWebhook[]): ReceivedWebhook {
  const [webhook] = received;
  if (!webhook) throw new Error("No webhook came.");
  return webhook;
}

function payloadOf(body: string | undefined): unknown {
  return v.parse(Payload, body);
}
