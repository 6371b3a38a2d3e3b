import * as v from "valibot";
import { expect, test } from "vitest";
import type { Emulators } from "../../emulators/server.ts";
import { callApi, startApp, startReceiver } from "./emulated-github-app.ts";
import { SECRET, SUBSCRIBED, startSubscribed } from "./github-event-fixture.ts";

const Deliveries = v.array(
  v.looseObject({ id: v.number(), guid: v.string(), redelivery: v.boolean() }),
);

test("a delivery is listed with its event, its result and what it is about", async () => {
  const { emulators } = await startSubscribed();
  const { id } = await emulators.control.github.install({ account: "octo-org" });
  await openIssue(emulators);

  const { deliveries } = await list(emulators);

  expect(deliveries).toMatchObject([
    {
      event: "issues",
      action: "opened",
      status: "OK",
      status_code: 202,
      redelivery: false,
      guid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      delivered_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+Z$/),
      duration: expect.any(Number),
      installation_id: id,
      repository_id: expect.any(Number),
      throttled_at: null,
    },
    { event: "installation", action: "created", installation_id: id, repository_id: null },
  ]);
});

test("a delivery has its request and its response", async () => {
  const { emulators, received } = await startSubscribed();
  await emulators.control.github.install({ account: "octo-org" });
  const { deliveries } = await list(emulators);

  const response = await callApi(emulators, "GET", `/app/hook/deliveries/${deliveries[0]?.id}`);

  expect(await response.json()).toMatchObject({
    guid: deliveries[0]?.guid,
    url: expect.stringContaining("/webhooks/github"),
    request: {
      headers: { "x-github-event": "installation" },
      payload: { action: "created", requester: null },
    },
    response: { headers: { location: "/elsewhere" }, payload: "" },
  });
  expect(received).toHaveLength(1);
});

test("a redelivery keeps the GUID and the body, and is a delivery of its own", async () => {
  const { emulators, received } = await startSubscribed();
  await emulators.control.github.install({ account: "octo-org" });
  const { deliveries } = await list(emulators);

  const path = `/app/hook/deliveries/${deliveries[0]?.id}/attempts`;
  const accepted = await callApi(emulators, "POST", path);
  const again = await list(emulators);

  expect(accepted.status).toBe(202);
  expect(await accepted.json()).toEqual({});
  expect(again.deliveries).toMatchObject([
    { redelivery: true, guid: deliveries[0]?.guid },
    { redelivery: false },
  ]);
  expect(received[1]?.body).toBe(received[0]?.body);
});

test("the pages of the list have cursors, and stay the same while webhooks are delivered", async () => {
  const { emulators } = await startSubscribed();
  await emulators.control.github.install({ account: "octo-org" });
  for (let count = 0; count < 4; count += 1) await openIssue(emulators);

  const first = await list(emulators, "?per_page=2");
  await openIssue(emulators);
  const second = await list(emulators, new URL(first.next ?? "").search);
  const third = await list(emulators, new URL(second.next ?? "").search);

  const ids = [first, second, third].map(({ deliveries }) => deliveries.map(({ id }) => id));
  expect(ids).toEqual([[5, 4], [3, 2], [1]]);
  expect(third.next).toBeUndefined();
});

test("the list is filtered by the class of the status and by redelivery", async () => {
  const { url } = await startReceiver(503);
  const emulators = await startApp({ webhookUrl: url, ...SUBSCRIBED });
  const { github } = emulators.control;
  await github.install({ account: "octo-org" });
  await github.redeliver(1);

  expect((await list(emulators, "?status=failure")).deliveries).toHaveLength(2);
  expect((await list(emulators, "?status=success")).deliveries).toEqual([]);
  expect((await list(emulators, "?redelivery=true")).deliveries).toMatchObject([
    { id: 2, status: "Invalid HTTP Response: 503", status_code: 503 },
  ]);
});

test("a delivery that fails is not repeated", async () => {
  const { url, received } = await startReceiver(503);
  const emulators = await startApp({ webhookUrl: url });
  await emulators.control.github.install({ account: "octo-org" });

  await emulators.control.letTimePass(7_200);

  expect((await list(emulators)).deliveries).toMatchObject([{ status_code: 503 }]);
  expect(received).toHaveLength(1);
});

test("a receiver that responds too late has timed out", async () => {
  const receiver = await startApp();
  const emulators = await startApp({ webhookUrl: `${receiver.githubUrl}/webhook` });
  receiver.control.addFault({ platform: "github", fault: { kind: "hang" } });
  emulators.control.github.configureDelivery({ timeout_milliseconds: 50 });

  await emulators.control.github.install({ account: "octo-org" });

  expect((await list(emulators)).deliveries).toMatchObject([
    { status: "timed out", status_code: 504 },
  ]);
});

test("a closed port is a failed connection", async () => {
  const emulators = await startApp({ webhookUrl: "http://127.0.0.1:9/" });
  await emulators.control.github.install({ account: "octo-org" });

  expect((await list(emulators)).deliveries).toMatchObject([
    { status: "failed to connect to host", status_code: 502 },
  ]);
});

test("deliveries that are older than three days are not listed and cannot be delivered again", async () => {
  const { emulators } = await startSubscribed();
  await emulators.control.github.install({ account: "octo-org" });
  await list(emulators);

  await emulators.control.letTimePass(3 * 86_400);

  expect((await list(emulators)).deliveries).toEqual([]);
  expect((await callApi(emulators, "POST", "/app/hook/deliveries/1/attempts")).status).toBe(404);
});

test("a delivery that is held back or unknown is not listed", async () => {
  const { emulators } = await startSubscribed();
  emulators.control.github.holdDeliveries();
  await emulators.control.github.install({ account: "octo-org" });

  expect((await list(emulators)).deliveries).toEqual([]);
  expect((await callApi(emulators, "GET", "/app/hook/deliveries/1")).status).toBe(404);
  expect((await callApi(emulators, "GET", "/app/hook/deliveries?cursor=x")).status).toBe(422);
});

test("only the App itself reads its webhook, and never its secret", async () => {
  const { emulators } = await startSubscribed();

  const config = await callApi(emulators, "GET", "/app/hook/config");
  const refused = await callApi(emulators, "GET", "/app/hook/deliveries", { bearer: "ghs_FAKE1" });

  const text = await config.text();
  expect(JSON.parse(text)).toEqual({
    content_type: "json",
    insecure_ssl: "0",
    secret: "********",
    url: expect.stringContaining("/webhooks/github"),
  });
  expect(text).not.toContain(SECRET);
  expect(refused.status).toBe(401);
});

test("a changed configuration applies to the next webhook", async () => {
  const { emulators, received } = await startSubscribed();

  const changed = await callApi(emulators, "PATCH", "/app/hook/config", {
    body: { content_type: "form", secret: "" },
  });
  const refused = await callApi(emulators, "PATCH", "/app/hook/config", { body: { url: "x" } });
  await emulators.control.github.install({ account: "octo-org" });
  await emulators.control.github.deliveries();

  expect(await changed.json()).not.toHaveProperty("secret");
  expect(refused.status).toBe(422);
  expect(received[0]?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
  expect(received[0]?.headers).not.toHaveProperty("x-hub-signature-256");
});

async function list(emulators: Emulators, query = "") {
  await emulators.control.github.deliveries();
  const response = await callApi(emulators, "GET", `/app/hook/deliveries${query}`);
  const [, next] = /<([^>]+)>; rel="next"/.exec(response.headers.get("link") ?? "") ?? [];
  const deliveries = v.parse(Deliveries, await response.json());
  return { deliveries, next };
}

function openIssue({ githubUrl }: Emulators): Promise<Response> {
  const body = new URLSearchParams({ login: "mona", title: "x", body: "" });
  return fetch(`${githubUrl}/octo-org/api/issues`, { method: "POST", body, redirect: "manual" });
}
