import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { expect, test } from "vitest";
import { callApi, signRequest, startTestStack } from "../support/stack.ts";
import { answerOf, expectGatewayRefusal, expectRefusal } from "./answers.ts";
import { createConventions } from "./assertions.ts";
import { startEvilServer } from "./evil-server.ts";
import { IMPORT, importInstallation } from "./imported.ts";
import { sendRaw } from "./raw-request.ts";

const stack = await startTestStack();
const evil = await startEvilServer();
const id = await importInstallation(stack);
const PATH = `/installations/${id}`;
const ROUTES = [
  ["GET", "/installations"],
  ["POST", "/installations"],
  ["GET", PATH],
  ["PATCH", PATH],
  ["DELETE", PATH],
  ["POST", "/install-links"],
  ["GET", "/install-links"],
  ["GET", `/install-links/link-${"0".repeat(32)}`],
  ["DELETE", `/install-links/link-${"0".repeat(32)}`],
] as const;

const { hold, plant } = await createConventions(
  stack,
  async () => (await callApi(stack, "GET", PATH)).ok,
);

/** Expects that every route is closed to these credentials, and that no handler runs. */
async function expectClosed(headers: Record<string, string>, status: 403 | 431 = 403) {
  const written = stack.output();
  await hold(async () => {
    for (const [method, path] of ROUTES) {
      expectGatewayRefusal(
        await answerOf(await fetch(stack.url + path, { method, headers })),
        status,
      );
    }
    expect(stack.output()).toBe(written);
  });
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

const JWT = `${encode({ alg: "none" })}.${encode({ sub: "attacker" })}.`;

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const PEM = publicKey.export({ type: "spki", format: "pem" });
const NOW = Math.floor(Date.now() / 1000);
const CLAIMS = { iss: stack.url, aud: stack.url, sub: "operator", exp: NOW + 600 };

/** A JWT that some service would take; this one takes none. */
function rs256(header: object, claims: object = {}): string {
  const text = `${encode({ alg: "RS256", ...header })}.${encode({ ...CLAIMS, ...claims })}`;
  return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
}

function hs256WithPublicKey(): string {
  const text = `${encode({ alg: "HS256" })}.${encode(CLAIMS)}`;
  return `${text}.${createHmac("sha256", PEM).update(text).digest("base64url")}`;
}

test.each([
  ["CR-001 no credentials open no route", {}],
  ["CR-002 Basic credentials open no route", { authorization: `Basic ${btoa("local:local")}` }],
  ["CR-003 an empty Bearer opens no route", { authorization: "Bearer " }],
  ["CR-004 a JWT without an algorithm opens no route", { authorization: `Bearer ${JWT}` }],
])("%s", async (_name, headers) => {
  await expectClosed({ "content-type": "application/json", ...headers });
});

const JWK = publicKey.export({ format: "jwk" });
const EVIL_KEYS = { jku: `${evil.url}/jwks`, x5u: `${evil.url}/x5u`, jwk: JWK };

test.each([
  ["CR-005 a JWT by HMAC with a public key", hs256WithPublicKey()],
  ["CR-006 a JWT of a key that nobody knows", rs256({ kid: "unknown" })],
  ["CR-008 a JWT that brings its own keys", rs256(EVIL_KEYS)],
  ["CR-009 a JWT that has expired", rs256({}, { exp: NOW - 1 })],
  ["CR-010 a JWT that is not valid yet", rs256({}, { nbf: NOW + 600 })],
  ["CR-012 a JWT for somebody else", rs256({}, { aud: "https://evil.com" })],
  ["CR-013 a JWT of somebody else", rs256({}, { iss: "https://evil.com" })],
  ["CR-019 a JWT with an extension that must be understood", rs256({ crit: ["b64"], b64: false })],
])("%s opens no route, since only SigV4 does", async (_name, jwt) => {
  for (const claim of jwt.split(".")) plant("part of a JWT", claim);

  await expectClosed({ "content-type": "application/json", authorization: `Bearer ${jwt}` });
  expect(evil.requests()).toBe(0);
});

test("CR-017 a JWT of 100 kB does not reach a handler", async () => {
  await expectClosed({ authorization: `Bearer ${JWT.padEnd(100_000, "A")}` }, 431);
});

const LIST = new URL(`${stack.url}/installations`);

test.each([
  ["CR-016 a signature with one digit changed", (text: string) => text.replace(/.$/, otherDigit)],
  ["CR-016 an authorization without its signature", (text: string) => text.replace(/, Sig.*/, "")],
  ["CR-016 an authorization with two signatures", (text: string) => `${text}, ${text}`],
])("%s is refused", async (_name, change) => {
  const signed = await signRequest("GET", LIST);
  const headers = { ...signed, authorization: change(signed.authorization ?? "") };

  const answer = await hold(async () => answerOf(await fetch(LIST, { headers })));

  expectGatewayRefusal(answer, 403);
});

function otherDigit(digit: string): string {
  return digit === "0" ? "1" : "0";
}

test("CR-016 a signature does not open another method, path, query or body", async () => {
  const signed = await signRequest("GET", LIST);
  const create = await signRequest("POST", LIST, JSON.stringify(IMPORT));
  const body = JSON.stringify({ ...IMPORT, organization_id: "43" });

  await hold(async () => {
    for (const [url, init] of [
      [`${stack.url}${PATH}`, { method: "DELETE", headers: signed }],
      [`${stack.url}${PATH}`, { headers: signed }],
      [`${LIST}?limit=1`, { headers: signed }],
      [LIST.href, { method: "POST", headers: create, body }],
    ] as const) {
      expectGatewayRefusal(await answerOf(await fetch(url, init)), 403);
    }
  });
});

test.each([
  [
    "CR-023 a caller who is not allowed is refused",
    { accessKeyId: "other", secretAccessKey: "local" },
  ],
  [
    "CR-023 a caller with another secret is refused",
    { accessKeyId: "local", secretAccessKey: "other" },
  ],
])("%s", async (_name, credentials) => {
  const headers = await signRequest("GET", LIST, undefined, {}, credentials);

  const answer = await hold(async () => answerOf(await fetch(LIST, { headers })));

  expectGatewayRefusal(answer, 403);
});

test.each([
  ["CR-028 a list for another tenant", "GET", "/installations?tenantId=other-tenant"],
  ["CR-031 a list with secrets", "GET", "/installations?include=secrets"],
  ["CR-031 a list of tokens", "GET", "/installations?fields=access_token"],
  ["CR-031 an installation with secrets", "GET", `${PATH}?include=secrets`],
  ["CR-031 an installation's token", "GET", `${PATH}?fields=access_token`],
  ["CR-031 an update that asks for secrets", "PATCH", `${PATH}?include=secrets`],
  ["CR-031 a deletion that asks for secrets", "DELETE", `${PATH}?include=secrets`],
  ["CR-087 a deletion with a flag that is no flag", "DELETE", `${PATH}?revoke=maybe`],
  ["CR-031 an import that asks for secrets", "POST", "/installations?include=secrets"],
  ["CR-031 a link that asks for secrets", "POST", "/install-links?include=secrets"],
  ["CR-031 a list of links with secrets", "GET", "/install-links?include=secrets"],
  ["CR-034 an id of 9,000 characters", "GET", `/installations/${"a".repeat(9_000)}`],
  ["CR-035 an id that climbs folders", "GET", "/installations/..%2f..%2f"],
  ["CR-035 an id that climbs folders", "DELETE", "/installations/..%2f..%2f"],
  ["CR-035 a link id that climbs folders", "DELETE", "/install-links/..%2f..%2f"],
  ["CR-039 the name of the prototype", "GET", "/installations/__proto__"],
  ["CR-039 the name of the prototype", "GET", "/install-links/__proto__"],
  ["CR-039 the name of the prototype", "DELETE", "/installations/__proto__"],
])("%s is refused (%s)", async (_name, method, path) => {
  const body = bodyFor(method, path);
  plant("path", path);

  const answer = await hold(async () => answerOf(await callApi(stack, method, path, body)));

  expectRefusal(answer, {
    status: 400,
    code: "invalid_request",
    input: path.split(/[=/]/).at(-1) ?? "",
  });
  expect(answer.text).not.toContain(IMPORT.access_token);
});

function bodyFor(method: string, path: string): object | undefined {
  if (method === "PATCH") return { organization_name: "renamed" };
  if (method !== "POST") return undefined;
  return path.startsWith("/install-links")
    ? { platform: "github" }
    : { ...IMPORT, organization_id: "44" };
}

test("CR-034 an id of 10,000 characters does not reach a handler", async () => {
  const path = `/installations/${"a".repeat(10_240)}`;

  const answer = await hold(async () => answerOf(await callApi(stack, "GET", path)));

  expectGatewayRefusal(answer, 431);
});

test("CR-100 a header does not change the method", async () => {
  const headers = { "x-http-method-override": "DELETE", "x-method-override": "DELETE" };

  const answer = await hold(async () =>
    answerOf(await callApi(stack, "GET", PATH, undefined, headers)),
  );

  expect(answer.status).toBe(200);
  expect(answer.text).toContain(id);
});

test("CR-101 a page of another site gets no permission to read", async () => {
  const origin = "https://evil.com";
  const preflight = { origin, "access-control-request-method": "GET" };

  const answers = await hold(async () => [
    await answerOf(await fetch(LIST, { method: "OPTIONS", headers: preflight })),
    await answerOf(await callApi(stack, "GET", "/installations", undefined, { origin })),
  ]);

  expect(answers.map(({ status }) => status)).toEqual([404, 200]);
});

test("CR-102 TRACE reaches no handler, and CONNECT no connection", async () => {
  const { host } = new URL(stack.url);

  const answer = await hold(async () => answerOf(await sendRaw(LIST.href, { method: "TRACE" })));
  const tunnel = request(stack.url, { method: "CONNECT", path: host }).end();

  expectGatewayRefusal(answer, 404);
  await expect(once(tunnel, "connect")).rejects.toThrow("socket hang up");
});

test("control: every answer of a handler is in the output that is searched for secrets", async () => {
  const answer = await answerOf(await callApi(stack, "GET", "/installations/odd"));

  expect(stack.output()).toContain(JSON.parse(answer.text).request_id);
});
