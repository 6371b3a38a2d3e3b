import { expect, test } from "vitest";
import { REQUEST_TIMEOUT_SECONDS } from "../../infra/runtime.ts";
import { createLambdaContext } from "../../local/aws/lambda-context.ts";
import { loadHandler } from "../../local/handlers.ts";
import { callApi, signRequest, startTestStack } from "../support/stack.ts";
import { type Answer, answerOf, expectRefusal } from "./answers.ts";
import { createConventions } from "./assertions.ts";
import { IMPORT, importInstallation } from "./imported.ts";

const INVALID = { status: 400, code: "invalid_request" };
const TOO_LARGE = { status: 413, code: "too_large" };

const stack = await startTestStack();
const id = await importInstallation(stack);
const PATH = `/installations/${id}`;
const ROUTES = [
  ["POST", "/installations"],
  ["PATCH", PATH],
  ["POST", "/install-links"],
] as const;

const { hold, plant } = await createConventions(
  stack,
  async () => (await callApi(stack, "GET", PATH)).ok,
);

async function send(
  method: string,
  path: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return answerOf(await callApi(stack, method, path, body, headers));
}

test.each([
  ["CR-040 an empty body", ""],
  ["CR-041 JSON that is cut off", '{"access_token":"gho_CUTOFFCUTOFFCUTOFF'],
  ["CR-042 null", "null"],
  ["CR-042 a list", "[]"],
  ["CR-042 a number", "1"],
  ["CR-042 a text", '"x"'],
  ["CR-043 JSON with something behind it", "{} garbage"],
  ["CR-045 a byte order mark", "\ufeff{}"],
  ["CR-052 10,000 nested lists", `{"metadata":{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}}`],
  ["CR-052 10,000 nested objects", `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`],
  ["CR-053 20,000 keys", `{${keys(20_000)}}`],
  ["CR-057 a raw NUL in a text", '{"organization_name":"octo\0org"}'],
  ["CR-067 the name of the prototype", '{"__proto__":{"is_active":false}}'],
  ["CR-067 the name of the constructor", '{"constructor":{"prototype":{"polluted":true}}}'],
  ["CR-059 a repeated field", '{"platform":"github","platform":"github"}'],
])("%s is refused", async (_name, body) => {
  plant("body", body);

  for (const [method, path] of ROUTES) {
    const answer = await hold(() => send(method, path, body));
    expectRefusal(answer, { ...INVALID, input: body });
  }

  expect({}).not.toHaveProperty("is_active");
  expect({}).not.toHaveProperty("polluted");
});

function keys(count: number): string {
  return Array.from({ length: count }, (_, index) => `"k${index.toString(36)}":0`).join();
}

test.each([
  ["CR-110 a byte that is not UTF-8", "text", Buffer.from([0xff])],
  ["CR-110 a character that is cut off", "text", Buffer.from([0xc3])],
  ["CR-110 a byte that is not UTF-8, as base64", "base64", Buffer.from([0xff])],
  ["CR-110 half a surrogate pair as UTF-8, as base64", "base64", Buffer.from([0xed, 0xa0, 0x80])],
])("%s is refused", async (_name, form, bytes) => {
  for (const [method, path] of ROUTES) {
    const body = Buffer.concat([
      Buffer.from('{"organization_name":"octo'),
      bytes,
      Buffer.from('"}'),
    ]);
    // A body with an encoding comes as base64, whatever its type.
    const encoding = form === "base64" ? { "content-encoding": "identity" } : {};
    const answer = await hold(() => sendBytes(method, path, body, encoding));
    const refusal = { status: 400, error: "invalid_request" };
    expect({ status: answer.status, ...JSON.parse(answer.text) }).toMatchObject({
      ...refusal,
      error_description: "The body is not UTF-8.",
    });
  }
});

test("CR-110 control: a body with U+FFFD is read", async () => {
  const body = Buffer.from('{"organization_name":"octo\ufffd"}');

  const answer = await hold(() => sendBytes("PATCH", PATH, body), { changes: ["installations"] });

  expect(JSON.parse(answer.text)).toMatchObject({ organization_name: "octo\ufffd" });
});

async function sendBytes(
  method: string,
  path: string,
  body: Buffer<ArrayBuffer>,
  encoding: Record<string, string> = {},
): Promise<Answer> {
  const url = new URL(stack.url + path);
  const headers = await signRequest(method, url, body, encoding);
  return answerOf(await fetch(url, { method, headers, body }));
}

test.each([
  ["CR-047 plain text", { "content-type": "text/plain" }],
  ["CR-047 a form", { "content-type": "application/x-www-form-urlencoded" }],
  ["CR-047 a type that only begins like JSON", { "content-type": "application/jsonp" }],
])("%s is refused, though the body is JSON", async (_name, headers) => {
  for (const [method, path] of ROUTES) {
    const answer = await hold(() => send(method, path, JSON.stringify(IMPORT), headers));
    expectRefusal(answer, { status: 415, code: "unsupported_media_type" });
  }
});

test.each([
  ["CR-050 a body of 257 kB", `{"organization_name":"${"a".repeat(257 * 1024)}"}`],
  ["CR-053 100,000 keys", `{${keys(100_000)}}`],
  ["CR-076 a name of 1 MB", `{"organization_name":"${"a".repeat(1_000_000)}"}`],
])("%s is too large", async (_name, body) => {
  for (const [method, path] of ROUTES) {
    expectRefusal(await hold(() => send(method, path, body)), TOO_LARGE);
  }
});

const LARGEST = JSON.stringify({ organization_name: "octo-org" }).padEnd(256 * 1024);

test("CR-050 control: a body of 256 KB, most of it white space, is read", async () => {
  const answer = await hold(() => send("PATCH", PATH, LARGEST), { changes: ["installations"] });

  expect(answer.status).toBe(200);
});

test("CR-048 JSON that comes as base64 is read as JSON", async () => {
  const headers = { "content-encoding": "identity" };
  const body = JSON.stringify({ ...IMPORT, organization_id: "48" });

  const answer = await hold(() => send("POST", "/installations", body, headers), {
    changes: ["installations"],
  });

  expect(answer.status).toBe(201);
});

test("CR-049 what is said to be base64 and is not is refused", async () => {
  const create = await loadHandler("functions/installations/create.handler");
  const event = {
    rawQueryString: "",
    headers: { "content-type": "application/json" },
    requestContext: { requestId: "CR-049", http: { method: "POST" } },
    isBase64Encoded: true,
    body: "%%% no base64 at all %%%",
  };
  const context = createLambdaContext("installations-create", REQUEST_TIMEOUT_SECONDS * 1000);

  const reply = await hold(() => create(event, context));

  expect(reply).toMatchObject({
    statusCode: 400,
    body: expect.stringContaining('"error":"invalid_request"'),
  });
});

test.each([
  ["CR-029 a tenant", { tenantId: "other" }],
  ["CR-054 a number beyond all numbers", '{"metadata":{"n":1e400}}'],
  ["CR-055 a NUL in metadata", '{"metadata":{"a":"b\\u0000"}}'],
  ["CR-055 a NUL in a key of metadata", '{"metadata":{"a\\u0000":"b"}}'],
  ["CR-055 half a character in metadata", '{"metadata":{"a":"\\ud800"}}'],
  ["CR-055 a NUL in a name", '{"organization_name":"octo\\u0000org"}'],
  ["CR-055 half a character in a name", '{"organization_name":"octo\\ud800org"}'],
  ["CR-059 an unknown field", { unknown_field: "x" }],
  ["CR-061 an id", { id: "inst-00000000000000000000000000000000" }],
  ["CR-061 a kind", { kind: "github_app" }],
  ["CR-062 a sealed access token", { access_token_enc: "v1.k1.AAAA" }],
  ["CR-062 a previous refresh token", { previous_refresh_token: "v1.k1.AAAA" }],
  ["CR-062 a sealed webhook secret", { webhook_secret_enc: "v1.k1.AAAA" }],
  ["CR-063 a time of creation", { created_at: "2020-01-01T00:00:00Z" }],
  ["CR-063 a time of installation", { installed_at: "2020-01-01T00:00:00Z" }],
  ["CR-063 a version", { version: 7 }],
  ["CR-063 a token version", { token_version: 7 }],
  ["CR-063 the end of a lease", { lease_until: "2030-01-01T00:00:00Z" }],
  ["CR-063 the end of a refresh lease", { refresh_lease_until: "2030-01-01T00:00:00Z" }],
  ["CR-063 a fence", { fence: 7 }],
  [
    "CR-064 a key that is SQL",
    { [`is_active = false, platform = 'jira' where id = '${"x"}' --`]: 1 },
  ],
  ["CR-065 a key with a quote", { 'a"b': 1 }],
  ["CR-076 a name of 256 characters", { organization_name: "a".repeat(256) }],
  ["CR-078 metadata six levels deep", { metadata: { a: { b: { c: { d: { e: { f: 1 } } } } } } }],
  ["CR-078 a list as metadata", { metadata: [] }],
  ["CR-078 a list of texts as metadata", { metadata: ["text"] }],
  ["CR-078 metadata of 5 kB", { metadata: { a: "b".repeat(5_000) } }],
  ["CR-081 30 kB of emoji", { organization_name: "\u{1f600}".repeat(7_500) }],
  ["CR-081 30 kB of one letter", { organization_name: `${"a".repeat(30_000)}!` }],
  ["CR-081 30 kB in a token", { access_token: `${"a".repeat(30_000)}!` }],
  ["CR-081 30 kB in a scope", { scopes: [`${"a".repeat(30_000)}!`] }],
  ["CR-081 30 kB in a time", { token_expires_at: `2${"0".repeat(30_000)}` }],
  ["CR-083 a base URL", { baseUrl: "http://169.254.169.254/latest" }],
  ["CR-083 an API URL", { api_base_url: "http://169.254.169.254/latest" }],
  ["CR-085 an empty webhook secret", { webhook_secret: "" }],
  ["CR-085 a webhook secret of 8 characters", { webhook_secret: "8chars!!" }],
  ["CR-055 a token with a line break", { access_token: "gho_\nx" }],
])("%s is refused, in an update and in an import", async (_name, fields) => {
  const patch = typeof fields === "string" ? fields : JSON.stringify(fields);
  const imported = JSON.stringify({ ...IMPORT, organization_id: "99" }).slice(0, -1);
  plant("body", patch);

  const updated = await hold(() => send("PATCH", PATH, patch));
  const created = await hold(() => send("POST", "/installations", `${imported},${patch.slice(1)}`));

  expectRefusal(updated, { ...INVALID, input: patch.slice(1, -1) });
  expectRefusal(created, { ...INVALID, input: patch.slice(1, -1) });
});

test("CR-111 metadata keys that JavaScript uses itself are keys like any other", async () => {
  const metadata = '{"prototype":{"constructor":"p"},"constructor":"c"}';

  const answer = await hold(() => send("PATCH", PATH, `{"metadata":${metadata}}`), {
    changes: ["installations"],
  });

  expect(answer.text).toContain(metadata);
});

test("CR-078 a list as the metadata of a link is refused", async () => {
  const body = JSON.stringify({ platform: "github", metadata: [] });

  expectRefusal(await hold(() => send("POST", "/install-links", body)), INVALID);
});
