import { type IncomingMessage, request as startRequest } from "node:http";
import { text } from "node:stream/consumers";
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Route } from "../../infra/routes.ts";
import { type GatewayOptions, startGateway } from "../../local/gateway.ts";
import type { LocalServer } from "../../local/http-server.ts";
import { createLambdaContext } from "../../local/lambda-context.ts";

const PAGE: Route = { method: "GET", path: "/", auth: "public", handler: "functions/page.handler" };
const FORM: Route = {
  method: "POST",
  path: "/",
  auth: "public",
  handler: "functions/form.handler",
};
const ITEM: Route = {
  method: "GET",
  path: "/items/{id}",
  auth: "public",
  handler: "functions/items/get.handler",
};
const NEW_ITEM: Route = { ...ITEM, path: "/items/new", handler: "functions/items/new.handler" };
const ITEMS: Route = {
  method: "GET",
  path: "/items",
  auth: "iam",
  handler: "functions/items/list.handler",
};

const OPTIONS: GatewayOptions = {
  port: 0,
  routes: [PAGE, FORM, ITEM, NEW_ITEM, ITEMS],
  caller: {
    accessKeyId: "local",
    secretAccessKey: "local",
    arn: "arn:aws:iam::000000000000:user/local",
  },
  load: async (route) => async (event) => handler(route, event),
};

/** Stands for the handler of every route; each test puts its own in place. */
let handler: (route: Route, event: unknown) => Promise<unknown>;
let gateway: LocalServer;

beforeEach(async () => {
  handler = async (_, event) => event;
  gateway = await startGateway(OPTIONS);
});

afterEach(() => gateway.close());

describe("routing", () => {
  test("gives a request to the function of its route, with the parameters decoded", async () => {
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
    handler = async (route) => route.path;

    const response = await fetch(`${gateway.url}/items/new`);

    expect(await response.text()).toBe("/items/new");
  });

  test.each([
    ["another path", "GET", "/nowhere"],
    ["a slash too many", "GET", "/items/"],
    ["a segment too many", "GET", "/items/a/b"],
    ["another method", "DELETE", "/items/a"],
  ])("answers %s as not found, with no header of ours", async (_, method, path) => {
    const response = await fetch(`${gateway.url}${path}`, { method });

    expect(response.status).toBe(404);
    expect(await response.text()).toBe('{"message":"Not Found"}');
    expect(response.headers.get("cache-control")).toBeNull();
  });

  test("does not take HEAD for GET", async () => {
    const response = await fetch(gateway.url, { method: "HEAD" });

    expect(response.status).toBe(404);
  });

  test("refuses a path that cannot be decoded", async () => {
    const response = await fetch(`${gateway.url}/items/%ff`);

    expect(response.status).toBe(400);
  });
});

describe("IAM routes", () => {
  test("are closed to a request without a signature, with no header of ours", async () => {
    const response = await fetch(`${gateway.url}/items`);

    expect(response.status).toBe(403);
    expect(await response.text()).toBe('{"message":"Forbidden"}');
    expect(response.headers.get("cache-control")).toBeNull();
  });

  test("are closed to a signature for another service", async () => {
    const response = await fetch(`${gateway.url}/items`, await sign("/items", "lambda"));

    expect(response.status).toBe(403);
  });

  test("tell the function who called", async () => {
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

describe("the event", () => {
  test("has the shape of payload format 2.0", async () => {
    const { host, hostname, port } = new URL(gateway.url);

    const answer = await sendRaw({ path: "/?a=1", headers: { "user-agent": "test" } });

    expect(JSON.parse(answer.body)).toEqual({
      version: "2.0",
      routeKey: "GET /",
      rawPath: "/",
      rawQueryString: "a=1",
      headers: {
        host,
        connection: "keep-alive",
        "user-agent": "test",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-port": port,
        "x-forwarded-proto": "http",
      },
      queryStringParameters: { a: "1" },
      requestContext: {
        accountId: "000000000000",
        apiId: "local",
        domainName: hostname,
        domainPrefix: "local",
        http: {
          method: "GET",
          path: "/",
          protocol: "HTTP/1.1",
          sourceIp: "127.0.0.1",
          userAgent: "test",
        },
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        routeKey: "GET /",
        stage: "$default",
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
      isBase64Encoded: false,
    });
  });

  test("joins repeated parameters with commas, and keeps the query as it was sent", async () => {
    const answer = await getJson("/?x=1&y=%20a&x=2&constructor=3");

    expect(answer).toMatchObject({
      rawQueryString: "x=1&y=%20a&x=2&constructor=3",
      queryStringParameters: { x: "1,2", y: " a", constructor: "3" },
    });
  });

  test("lists cookies apart, and joins repeated headers with commas", async () => {
    const answer = await sendRaw({ headers: { cookie: "a=1; b=2", "X-Note": ["one", "two"] } });

    const event = JSON.parse(answer.body);
    expect(event.cookies).toEqual(["a=1", "b=2"]);
    expect(event.headers).toMatchObject({ "x-note": "one,two" });
    expect(event.headers).not.toHaveProperty("cookie");
  });

  test.each([
    ["application/json", '{"ä":1}', false],
    ["application/problem+json; charset=utf-8", '{"ä":1}', false],
    ["text/plain", '{"ä":1}', false],
    ["application/x-www-form-urlencoded", "eyLDpCI6MX0=", true],
    ["application/octet-stream", "eyLDpCI6MX0=", true],
  ])("carries a body of %s as %s", async (contentType, body, isBase64Encoded) => {
    const answer = await getJson("/", {
      method: "POST",
      headers: { "content-type": contentType },
      body: '{"ä":1}',
    });

    expect(answer).toMatchObject({ body, isBase64Encoded });
  });
});

describe("the response", () => {
  test("has the function's status, headers, cookies and body", async () => {
    handler = async () => ({
      statusCode: 201,
      headers: { "Content-Type": "text/html", "X-Count": 3 },
      cookies: ["a=1; Secure", "b=2"],
      body: "<p>ä</p>",
    });

    const response = await fetch(gateway.url);

    expect(response.status).toBe(201);
    expect(response.headers.get("content-type")).toBe("text/html");
    expect(response.headers.get("x-count")).toBe("3");
    expect(response.headers.getSetCookie()).toEqual(["a=1; Secure", "b=2"]);
    expect(await response.text()).toBe("<p>ä</p>");
  });

  test("is decoded from base64", async () => {
    handler = async () => ({ statusCode: 200, body: "w6Q=", isBase64Encoded: true });

    const response = await fetch(gateway.url);

    expect(await response.text()).toBe("ä");
  });

  test("is inferred from a value without a status", async () => {
    handler = async () => ({ ok: true });

    const response = await fetch(gateway.url);

    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({ ok: true });
  });

  test.each([
    ["throws", () => Promise.reject(new Error("a secret"))],
    ["answers nonsense", async () => ({ statusCode: "a secret" })],
    [
      "sets a header that HTTP cannot carry",
      async () => ({ statusCode: 200, headers: { a: "\n" } }),
    ],
  ])("is a bare 500 when the function %s", async (_, failing) => {
    handler = failing;

    const response = await fetch(gateway.url);

    expect(response.status).toBe(500);
    expect(await response.text()).toBe('{"message":"Internal Server Error"}');
  });

  test("is a 500 when the function cannot be loaded, and the reason is told apart", async () => {
    const errors: unknown[] = [];
    const broken = await startGateway({
      ...OPTIONS,
      load: () => Promise.reject(new Error("no such module")),
      onError: (error) => errors.push(error),
    });

    const response = await fetch(broken.url);
    await broken.close();

    expect(response.status).toBe(500);
    expect(errors).toEqual([new Error("no such module")]);
  });

  test("is a 503 when the function takes too long", async () => {
    handler = () => new Promise(() => {});
    const impatient = await startGateway({ ...OPTIONS, timeoutMs: 20 });

    const response = await fetch(impatient.url);
    await impatient.close();

    expect(response.status).toBe(503);
    expect(await response.text()).toBe('{"message":"Service Unavailable"}');
  });
});

describe("the context", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test("names the function", async () => {
    const named = await startGateway({
      ...OPTIONS,
      load: async () => async (_, context) => context,
    });

    const response = await fetch(`${named.url}/items/7`);
    const context = await response.json();
    await named.close();

    expect(context).toMatchObject({
      functionName: "items-get",
      invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:items-get",
    });
  });

  test("counts down the 20 seconds that a function has", () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 0 });
    const context = createLambdaContext("items-get");

    vi.setSystemTime(15_000);
    const left = context.getRemainingTimeInMillis();
    vi.setSystemTime(25_000);
    const leftWhenLate = context.getRemainingTimeInMillis();

    expect(left).toBe(5_000);
    expect(leftWhenLate).toBe(0);
  });
});

describe("limits", () => {
  test("a body of more than 10 MB is refused", async () => {
    const body = Buffer.alloc(10 * 1024 * 1024 + 1);

    const response = await fetch(gateway.url, { method: "POST", body });

    expect(response.status).toBe(413);
    expect(await response.text()).toBe('{"message":"Request Too Long"}');
  });

  test("a body of 10 MB is not", async () => {
    handler = async () => "ok";
    const body = Buffer.alloc(10 * 1024 * 1024);

    const response = await fetch(gateway.url, { method: "POST", body });

    expect(response.status).toBe(200);
  });

  test("headers of more than 10 kB are refused", async () => {
    const response = await fetch(gateway.url, { headers: { "x-long": "x".repeat(10_240) } });

    expect(response.status).toBe(431);
  });

  test("a request line of more than 10 kB is refused", async () => {
    const response = await fetch(`${gateway.url}/?x=${"x".repeat(10_240)}`);

    expect(response.status).toBe(431);
  });

  test("headers of 9 kB are not", async () => {
    const response = await fetch(gateway.url, { headers: { "x-long": "x".repeat(9_000) } });

    expect(response.status).toBe(200);
  });
});

describe("the public URL", () => {
  test("is where a page that was opened under another host is sent", async () => {
    const answer = await sendRaw({ path: "//items?a=1", headers: { host: "localhost:1" } });

    expect(answer.statusCode).toBe(307);
    expect(answer.headers.location).toBe(`${gateway.url}//items?a=1`);
  });

  test("is not asked of requests that change something", async () => {
    const answer = await sendRaw({ method: "POST", headers: { host: "localhost:1" } });

    expect(answer.statusCode).toBe(200);
  });

  test("can be another than the gateway's own", async () => {
    const tunnelled = await startGateway({ ...OPTIONS, publicUrl: "https://bot.example/" });

    const response = await fetch(`${tunnelled.url}/items/7`, { redirect: "manual" });
    await tunnelled.close();

    expect(response.status).toBe(307);
    expect(response.headers.get("location")).toBe("https://bot.example/items/7");
  });
});

describe("the server", () => {
  test("says EADDRINUSE when its port is taken", async () => {
    const port = Number(new URL(gateway.url).port);

    const attempt = startGateway({ ...OPTIONS, port });

    await expect(attempt).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  test("closes although a function hangs", async () => {
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

interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string | string[]>;
}

/** A request that `fetch` would not send: with its own host, path as it is, and repeated headers. */
async function sendRaw(options: RawRequest) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    startRequest(gateway.url, options).once("response", resolve).once("error", reject).end();
  });
  const { statusCode, headers } = response;
  return { statusCode, headers, body: await text(response) };
}
