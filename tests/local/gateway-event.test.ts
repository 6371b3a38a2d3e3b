import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLambdaContext } from "../../local/aws/lambda-context.ts";
import { type GatewayOptions, startGateway } from "../../local/gateway/gateway.ts";
import type { LocalServer } from "../../local/http-server.ts";
import { FORM, ITEM, PAGE } from "./gateway-routes.ts";
import { sendRaw } from "./raw-request.ts";

const OPTIONS: GatewayOptions = {
  port: 0,
  routes: [PAGE, FORM, ITEM],
  caller: { accessKeyId: "local", secretAccessKey: "local", arn: "arn:aws:iam::0:user/local" },
  load: async () => async (event) => handler(event),
};

/** The handler of every route, which tests replace. */
let handler: (event: unknown) => Promise<unknown>;
let gateway: LocalServer;

beforeEach(async () => {
  handler = async (event) => event;
  gateway = await startGateway(OPTIONS);
});

afterEach(() => gateway.close());

describe("the event", () => {
  test("has the shape of payload format 2.0", async () => {
    const { host, hostname, port } = new URL(gateway.url);

    const answer = await sendRaw(gateway.url, { path: "/?a=1", headers: { "user-agent": "test" } });

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

  test("joins repeated parameters with commas, and keeps the raw query string", async () => {
    const answer = await getJson("/?x=1&y=%20a&x=2&constructor=3");

    expect(answer).toMatchObject({
      rawQueryString: "x=1&y=%20a&x=2&constructor=3",
      queryStringParameters: { x: "1,2", y: " a", constructor: "3" },
    });
  });

  test("lists cookies separately, and joins repeated headers with commas", async () => {
    const answer = await sendRaw(gateway.url, {
      headers: { cookie: "a=1; b=2", "X-Note": ["one", "two"] },
    });

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
    ["returns a malformed result", async () => ({ statusCode: "a secret" })],
    ["sets malformed headers", async () => ({ statusCode: 200, headers: { a: "1", b: "\n" } })],
  ])("is a 500 without details when the function %s", async (_, failing) => {
    handler = failing;

    const response = await fetch(gateway.url);

    expect(response.status).toBe(500);
    expect(await response.text()).toBe('{"message":"Internal Server Error"}');
    expect(response.headers.has("a")).toBe(false);
  });

  test.each<[string, Partial<GatewayOptions>, string]>([
    [
      "cannot be loaded",
      { load: () => Promise.reject(new Error("no such module")) },
      "no such module",
    ],
    [
      "runs for longer than its timeout",
      {
        routes: [{ ...PAGE, timeoutSeconds: 0.02 }],
        load: async () => () => new Promise(() => {}),
      },
      "page timed out after 0.02 seconds.",
    ],
  ])(
    "is a 500 when the function %s, and the reason goes to onError",
    async (_, options, reason) => {
      const errors: unknown[] = [];
      const failing = await startGateway({
        ...OPTIONS,
        ...options,
        onError: (error) => errors.push(error),
      });

      const response = await fetch(failing.url);
      await failing.close();

      expect(response.status).toBe(500);
      expect(errors).toEqual([new Error(reason)]);
    },
  );

  test("is a 503 when loading and running the function take longer than an integration may", async () => {
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

  test("counts down the timeout", () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 0 });
    const context = createLambdaContext("items-get", 20_000);

    vi.setSystemTime(15_000);
    const left = context.getRemainingTimeInMillis();
    vi.setSystemTime(25_000);
    const leftWhenLate = context.getRemainingTimeInMillis();

    expect(left).toBe(5_000);
    expect(leftWhenLate).toBe(0);
  });
});

async function getJson(path: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(`${gateway.url}${path}`, init);
  return response.json();
}
