import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Caller, verifySignature } from "../../local/aws/sigv4.ts";
import { isErrno } from "../../local/errno.ts";
import { type LocalServer, listen, readBody } from "../../local/http-server.ts";

const CALLER: Caller = {
  accessKeyId: "local",
  secretAccessKey: "local",
  arn: "arn:aws:iam::000000000000:user/local",
};

/** The checksum of the body `{}`. */
const SHA256 = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

interface Signing {
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly service?: string;
  readonly region?: string;
  readonly date?: Date;
  readonly query?: Record<string, string[]>;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** Headers that are sent without being signed. */
  readonly unsigned?: readonly string[];
}

let server: LocalServer;

beforeAll(async () => {
  server = await listen(0, async (request, response) => {
    const body = (await readBody(request, 1_000_000)) ?? Buffer.alloc(0);
    const caller = await verifySignature(request, body, CALLER, "execute-api");
    response.writeHead(caller ? 200 : 403).end(caller?.arn ?? "nobody");
  });
});

afterAll(() => server.close());

describe("accepts", () => {
  test("the curl command of the README, and returns the caller", async () => {
    const answer = await curl({});

    expect(answer).toBe("200 arn:aws:iam::000000000000:user/local");
  });

  test("curl with a sorted query", async () => {
    const query = { is_active: ["true"], limit: ["2"], platform: ["github"] };

    const answer = await curl({ query });

    expect(answer).toBe("200 arn:aws:iam::000000000000:user/local");
  });

  test("curl with a body", async () => {
    const headers = { "content-type": "application/json" };

    const answer = await curl({ headers, body: '{"platform":"github"}' });

    expect(answer).toBe("200 arn:aws:iam::000000000000:user/local");
  });

  test.each<[string, Signing]>([
    ["any region", { region: "eu-central-1" }],
    ["a query with repeated names", { query: { tag: ["b", "a", "b"], "a b": ["ü&=+/*'"] } }],
    [
      "names of properties of every object",
      { query: { constructor: ["1"], toString: ["2", "3"] } },
    ],
    ["a body without a checksum header", { body: "{}" }],
    ["a body with its checksum", { body: "{}", headers: { "x-amz-content-sha256": SHA256 } }],
    ["an unsigned body", { headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } }],
    ["the headers of the AWS CLI", { headers: { "x-amz-target": "a.B", accept: "*/*" } }],
    ["a header with runs of spaces", { headers: { "x-note": "one  two   three" } }],
    ["a session token, which it ignores", { headers: { "x-amz-security-token": "token" } }],
    ["a clock that is four minutes slow", { date: minutesFromNow(-4) }],
  ])("%s", async (_, signing) => {
    const { url, init } = await sign(signing);

    const response = await fetch(url, init);

    expect(response.status).toBe(200);
  });
});

describe("rejects", () => {
  test.each<[string, Signing]>([
    ["another key", { credentials: { accessKeyId: "other", secretAccessKey: "local" } }],
    ["another secret", { credentials: { accessKeyId: "local", secretAccessKey: "other" } }],
    ["a signature for another service", { service: "lambda" }],
    ["a signature of six minutes ago", { date: minutesFromNow(-6) }],
    ["a signature with a future date", { date: minutesFromNow(6) }],
    ["a signature without the host", { unsigned: ["host"] }],
    ["a signature without the date", { unsigned: ["x-amz-date"] }],
    ["the checksum of another body", { body: "[]", headers: { "x-amz-content-sha256": SHA256 } }],
  ])("%s", async (_, signing) => {
    const { url, init } = await sign(signing);

    const response = await fetch(url, init);

    expect(response.status).toBe(403);
  });

  test("a request without a signature", async () => {
    const response = await fetch(`${server.url}/installations`);

    expect(response.status).toBe(403);
  });

  test("a changed body", async () => {
    const { url, init } = await sign({ body: '{"limit":1}' });

    const response = await fetch(url, { ...init, body: '{"limit":2}' });

    expect(response.status).toBe(403);
  });

  test("a changed query", async () => {
    const { url, init } = await sign({ query: { limit: ["1"] } });

    const response = await fetch(url.replace("limit=1", "limit=2"), init);

    expect(response.status).toBe(403);
  });

  test("a changed path", async () => {
    const { url, init } = await sign({});

    const response = await fetch(url.replace("/installations", "/install-links"), init);

    expect(response.status).toBe(403);
  });

  test("a changed method", async () => {
    const { url, init } = await sign({});

    const response = await fetch(url, { ...init, method: "DELETE" });

    expect(response.status).toBe(403);
  });

  test("a changed signed header", async () => {
    const { url, init } = await sign({ headers: { "x-note": "one" } });

    const response = await fetch(url, { ...init, headers: { ...init.headers, "x-note": "two" } });

    expect(response.status).toBe(403);
  });
});

describe("returns no caller, and never throws, for", () => {
  test("headers of any shape", async () => {
    const { authorization = "", "x-amz-date": date = "" } = (await sign({})).init.headers;
    const garbage = fc.oneof(fc.string({ unit: "binary" }), fc.constant("x".repeat(100_000)));
    const headers = fc.record(
      {
        authorization: fc.array(fc.oneof(garbage, fc.constant(authorization))),
        "x-amz-date": fc.array(
          fc.oneof(garbage, fc.constant(date), fc.constant("99999999T999999Z")),
        ),
        "x-amz-content-sha256": fc.array(garbage),
      },
      { requiredKeys: [] },
    );

    await fc.assert(
      fc.asyncProperty(headers, fc.string(), async (headersDistinct, url) => {
        expect(await verify(headersDistinct, url)).toBeUndefined();
      }),
    );
  });

  test.each([
    ["a credential of another shape", "Credential=local, SignedHeaders=host, Signature=00"],
    ["signed headers that do not exist", signedAs(";;;")],
    [
      "signed headers with the names of properties of every object",
      signedAs("__proto__;constructor;host;x-amz-date"),
    ],
    ["a hundred kilobytes of signed headers", signedAs("host;x-amz-date;".repeat(6_400))],
  ])("%s", async (_, authorization) => {
    const { "x-amz-date": date = "" } = (await sign({})).init.headers;

    const caller = await verify({
      authorization: [`AWS4-HMAC-SHA256 ${authorization}`],
      host: [new URL(server.url).host],
      "x-amz-date": [date],
    });

    expect(caller).toBeUndefined();
  });
});

async function sign(signing: Signing) {
  const { credentials = CALLER, service = "execute-api", region = "us-east-1" } = signing;
  const { date = new Date(), query = {}, headers = {}, body, unsigned = [] } = signing;
  const url = toUrl(query);
  const method = body === undefined ? "GET" : "POST";
  const signer = new SignatureV4({
    credentials,
    service,
    region,
    sha256: Sha256,
    applyChecksum: false,
  });
  const { protocol, hostname, host, pathname: path } = new URL(url);
  const request = { method, protocol, hostname, path, query, headers: { ...headers, host }, body };
  const signed = await signer.sign(request, {
    signingDate: date,
    unsignableHeaders: new Set(unsigned),
  });
  return { url, init: { method, headers: signed.headers, ...(body !== undefined && { body }) } };
}

function toUrl(query: Record<string, string[]>): string {
  const url = new URL("/installations", server.url);
  for (const [name, values] of Object.entries(query)) {
    for (const value of values) url.searchParams.append(name, value);
  }
  return url.href;
}

/** Returns the status and body of a request that curl signs, or of a signed `fetch` where there is no curl. */
async function curl(signing: Signing): Promise<string> {
  const { query = {}, headers = {}, body } = signing;
  const options = [
    ["--silent", "--write-out", "%{stderr}%{http_code} "],
    ["--aws-sigv4", "aws:amz:us-east-1:execute-api", "--user", "local:local"],
    Object.entries(headers).flatMap(([name, value]) => ["--header", `${name}: ${value}`]),
    body === undefined ? [] : ["--data", body],
  ];
  try {
    const output = await promisify(execFile)("curl", [...options.flat(), toUrl(query)]);
    return `${output.stderr}${output.stdout}`;
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
    const { url, init } = await sign(signing);
    const response = await fetch(url, init);
    return `${response.status} ${await response.text()}`;
  }
}

function verify(headersDistinct: Record<string, string[]>, url = "/installations") {
  const request = { method: "GET", url, headersDistinct };
  return verifySignature(request, Buffer.alloc(0), CALLER, "execute-api");
}

function signedAs(headers: string): string {
  const date = new Date().toISOString().slice(0, 10).replaceAll("-", "");
  const credential = `local/${date}/us-east-1/execute-api/aws4_request`;
  return `Credential=${credential}, SignedHeaders=${headers}, Signature=${"0".repeat(64)}`;
}

function minutesFromNow(minutes: number): Date {
  return new Date(Date.now() + minutes * 60_000);
}
