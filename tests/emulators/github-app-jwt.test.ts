import { expect, test } from "vitest";
import { start } from "./emulated-github.ts";
import { appJwt, callApi, makeForeignKey, startApp, userToken } from "./emulated-github-app.ts";

const NOW = Math.floor(Date.now() / 1000);

test("GET /app returns the App of the JWT", async () => {
  const emulators = await startApp({ permissions: { contents: "read" } });

  const response = await callApi(emulators, "GET", "/app");

  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    id: 111,
    slug: "grantkeep",
    client_id: "app-1",
    name: "Grantkeep",
    permissions: { contents: "read" },
    installations_count: 0,
  });
});

test.each([
  ["the app id as a number", { iss: 111 }],
  ["the app id as a string", { iss: "111" }],
  ["the client id", { iss: "app-1" }],
  ["an expiry in ten minutes", { exp: NOW + 600 }],
  ["a clock that is half a minute ahead", { iat: NOW + 30 }],
])("a JWT with %s is accepted", async (_, claims) => {
  const emulators = await startApp();

  const response = await callApi(emulators, "GET", "/app", { bearer: appJwt(claims) });

  expect(response.status).toBe(200);
});

test.each([
  ["an expiry in the past", { exp: NOW - 1 }, /Expiration time.*must be a numeric value/],
  ["no expiry", { exp: undefined }, /Expiration time.*must be a numeric value/],
  ["an expiry that is too far", { exp: NOW + 700 }, /'exp'\) is too far in the future/],
  ["an iat in the future", { iat: NOW + 120 }, /'Issued at' claim \('iat'\) must be an Integer/],
  ["an iat with fractions", { iat: NOW - 0.5 }, /'Issued at' claim \('iat'\) must be an Integer/],
  ["no iat", { iat: undefined }, /'Issued at' claim \('iat'\) must be an Integer/],
  ["another issuer", { iss: "another-app" }, /'Issuer' claim \('iss'\)/],
])("a JWT with %s is refused with GitHub's message", async (_, claims, message) => {
  const emulators = await startApp();

  const response = await callApi(emulators, "GET", "/app", { bearer: appJwt(claims) });

  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({
    message: expect.stringMatching(message),
    status: "401",
  });
});

test("a JWT of an unknown App id returns 404, like a deleted installation", async () => {
  const emulators = await startApp();

  const response = await callApi(emulators, "GET", "/app", { bearer: appJwt({ iss: 999 }) });

  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ message: "Integration not found" });
});

test("a JWT signed with another key is refused", async () => {
  const emulators = await startApp();
  const bearer = appJwt({}, { key: await makeForeignKey() });

  const response = await callApi(emulators, "GET", "/app", { bearer });

  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({
    message: "A JSON web token could not be decoded",
  });
});

test.each([
  ["without an algorithm", appJwt({}, { header: { alg: "none" } })],
  ["of another algorithm", appJwt({}, { header: { alg: "HS256" } })],
  ["without its signature", `${appJwt().split(".").slice(0, 2).join(".")}.`],
  ["with an additional part", `${appJwt()}.more`],
  ["that is not a JWT", "not-a-jwt"],
])("a JWT %s is refused", async (_, bearer) => {
  const emulators = await startApp();

  const response = await callApi(emulators, "GET", "/app", { bearer });

  expect(response.status).toBe(401);
});

test("a user token is not accepted as JWT of the App", async () => {
  const emulators = await startApp();
  const bearer = await userToken(emulators, "octocat");

  const response = await callApi(emulators, "GET", "/app/installations/1", { bearer });

  expect(response.status).toBe(401);
});

test("JWTs are checked against the real time, even after the clock was advanced", async () => {
  const emulators = await startApp();
  await emulators.control.letTimePass(86_400);

  const response = await callApi(emulators, "GET", "/app");

  expect(response.status).toBe(200);
});

test("the public key is derived from a private key in any form", async () => {
  const key = await makeForeignKey();
  const pem = key.export({ type: "pkcs1", format: "pem" }).toString();

  const responses = [];
  for (const publicKey of [key, pem]) {
    const emulators = await startApp({ publicKey });
    responses.push(await callApi(emulators, "GET", "/app", { bearer: appJwt({}, { key }) }));
  }

  expect(responses.map(({ status }) => status)).toEqual([200, 200]);
});

test("an OAuth App has no App routes", async () => {
  const emulators = await start();

  const response = await callApi(emulators, "GET", "/app");

  expect(response.status).toBe(404);
});
