import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GatewayOptions, startGateway } from "../../local/gateway/gateway.ts";
import type { Route } from "../../local/gateway/routes.ts";
import type { LocalServer } from "../../local/http-server.ts";
import { EFFECT, FORM, ITEM, PAGE } from "./gateway-routes.ts";
import { sendRaw } from "./raw-request.ts";

const NEW_ITEM: Route = {
  ...ITEM,
  name: "items-new",
  handler: "functions/items/new.handler",
  trigger: { ...ITEM.trigger, path: "/items/new" },
};
const ITEMS: Route = {
  ...ITEM,
  name: "items-list",
  handler: "functions/items/list.handler",
  trigger: { type: "route", method: "GET", path: "/items", auth: "iam" },
};

const OPTIONS: GatewayOptions = {
  port: 0,
  routes: [PAGE, FORM, EFFECT, ITEM, NEW_ITEM, ITEMS],
  caller: {
    accessKeyId: "local",
    secretAccessKey: "local",
    arn: "arn:aws:iam::000000000000:user/local",
  },
  load: async (route) => async (event) => handler(route, event),
};

/** The handler of every route, which tests replace. */
let handler: (route: Route, event: unknown) => Promise<unknown>;
let gateway: LocalServer;

beforeEach(async () => {
  handler = async (_, event) => event;
  gateway = await startGateway(OPTIONS);
});

afterEach(() => gateway.close());

describe("routing", () => {
  test("invokes the function of the route, with decoded path parameters", async () => {
    handler = async ({ handler: name }, event) => ({ name, event });

    const answer = await getJson("/items/a%20b%2Fc");

    expect(answer).toMatchObject({
      name: "functions/items/get.handler",
      event: {
        routeKey: "GET /items/{id}",
        rawPath: "/items/a b/c",
        pathParameters: { id: "a b/c" },
      },
    });
  });

  test("prefers a literal path to a parameter", async () => {
    handler = async ({ trigger }) => trigger.path;

    const response = await fetch(`${gateway.url}/items/new`);

    expect(await response.text()).toBe("/items/new");
  });

  test.each([
    ["another path", "GET", "/nowhere"],
    ["an extra slash", "GET", "/items/"],
    ["an extra segment", "GET", "/items/a/b"],
    ["another method", "DELETE", "/items/a"],
  ])("responds to %s with 404, without headers of the functions", async (_, method, path) => {
    const response = await fetch(`${gateway.url}${path}`, { method });

    expect(response.status).toBe(404);
    expect(await response.text()).toBe('{"message":"Not Found"}');
    expect(response.headers.get("cache-control")).toBeNull();
  });

  test("responds to HEAD where GET has no effect, without a body", async () => {
    handler = async () => "page";

    const page = await fetch(gateway.url, { method: "HEAD" });
    const effect = await fetch(`${gateway.url}/effect`, { method: "HEAD" });

    expect([page.status, await page.text()]).toEqual([200, ""]);
    expect(effect.status).toBe(404);
  });

  test("rejects a path that cannot be decoded", async () => {
    const response = await fetch(`${gateway.url}/items/%ff`);

    expect(response.status).toBe(400);
  });
});

describe("IAM routes", () => {
  test("reject a request without a signature, without headers of the functions", async () => {
    const response = await fetch(`${gateway.url}/items`);

    expect(response.status).toBe(403);
    expect(await response.text()).toBe('{"message":"Forbidden"}');
    expect(response.headers.get("cache-control")).toBeNull();
  });

  test("reject a signature for another service", async () => {
    const response = await fetch(`${gateway.url}/items`, await sign("/items", "lambda"));

    expect(response.status).toBe(403);
  });

  test("pass the caller to the function", async () => {
    const answer = await getJson("/items", await sign("/items", "execute-api"));

    expect(answer).toMatchObject({
      requestContext: {
        authorizer: {
          iam: { accessKey: "local", userArn: "arn:aws:iam::000000000000:user/local" },
        },
      },
    });
  });
});

describe("limits", () => {
  test("a body of more than 10 MB is rejected", async () => {
    const body = Buffer.alloc(10 * 1024 * 1024 + 1);

    const response = await fetch(gateway.url, { method: "POST", body });

    expect(response.status).toBe(413);
    expect(await response.text()).toBe('{"message":"Request Too Long"}');
  });

  test("B13 an event of more than 6 MB is rejected, as Lambda does", async () => {
    handler = async () => "ok";
    const send = async (body: string, type: string) => {
      const init = { method: "POST", body, headers: { "content-type": type } };
      return (await fetch(gateway.url, init)).status;
    };
    const fiveMb = "x".repeat(5 * 1024 * 1024);

    expect(await send(fiveMb, "application/json")).toBe(200);
    expect(await send(`${fiveMb}${fiveMb}`.slice(0, 6 * 1024 * 1024), "application/json")).toBe(
      413,
    );
    // Base64 makes it 6.7 MB.
    expect(await send(fiveMb, "application/x-www-form-urlencoded")).toBe(413);
  });

  test("headers of more than 10 kB are rejected", async () => {
    const response = await fetch(gateway.url, { headers: { "x-long": "x".repeat(10_240) } });

    expect(response.status).toBe(431);
  });

  test("a request line of more than 10 kB is rejected", async () => {
    const response = await fetch(`${gateway.url}/?x=${"x".repeat(10_240)}`);

    expect(response.status).toBe(431);
  });

  test("headers of 9 kB are accepted", async () => {
    const response = await fetch(gateway.url, { headers: { "x-long": "x".repeat(9_000) } });

    expect(response.status).toBe(200);
  });
});

describe("the public URL", () => {
  test("is the target of the redirect of a request for another host", async () => {
    const answer = await sendRaw(gateway.url, {
      path: "//items?a=1",
      headers: { host: "localhost:1" },
    });

    expect(answer.statusCode).toBe(307);
    expect(answer.headers.location).toBe(`${gateway.url}//items?a=1`);
  });

  test("receives a redirected form with its method", async () => {
    const answer = await sendRaw(gateway.url, { method: "POST", headers: { host: "localhost:1" } });

    expect(answer.statusCode).toBe(307);
  });

  test("can differ from the URL of the gateway", async () => {
    const tunnelled = await startGateway({ ...OPTIONS, publicUrl: "https://bot.example/" });

    const response = await fetch(`${tunnelled.url}/items/7`, { redirect: "manual" });
    await tunnelled.close();

    expect(response.status).toBe(307);
    expect(response.headers.get("location")).toBe("https://bot.example/items/7");
  });
});

describe("the server", () => {
  test("fails with EADDRINUSE when its port is in use", async () => {
    const port = Number(new URL(gateway.url).port);

    const attempt = startGateway({ ...OPTIONS, port });

    await expect(attempt).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  test("closes while a function hangs", async () => {
    const entered = Promise.withResolvers<void>();
    handler = () => new Promise(() => entered.resolve());
    const request = fetch(gateway.url);
    await entered.promise;

    await gateway.close();

    await expect(request).rejects.toThrow("fetch failed");
  });
});

async function getJson(path: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(`${gateway.url}${path}`, init);
  return response.json();
}

async function sign(path: string, service: string): Promise<RequestInit> {
  const { protocol, hostname, host } = new URL(gateway.url);
  const signer = new SignatureV4({
    credentials: OPTIONS.caller,
    region: "us-east-1",
    service,
    sha256: Sha256,
  });
  const { headers } = await signer.sign({
    method: "GET",
    protocol,
    hostname,
    path,
    headers: { host },
  });
  return { headers };
}
