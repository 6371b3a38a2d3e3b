import { expect, test } from "vitest";
import { start } from "./emulated-github.ts";
import { appJwt, callApi, makeForeignKey, startApp, userToken } from "./emulated-github-app.ts";

const NOW = Math.floor(Date.now() / 1000);

test("the App shows itself to its own JWT", async () => {
  const platforms = await startApp({ permissions: { contents: "read" } });

  const response = await callApi(platforms, "GET", "/app");

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
])("a JWT with %s is taken", async (_, claims) => {
  const platforms = await startApp();

  const response = await callApi(platforms, "GET", "/app", { bearer: appJwt(claims) });

  expect(response.status).toBe(200);
});

test.each([
  ["an expiry in the past", { exp: NOW - 1 }, /Expiration time.*must be a numeric value/],
  ["no expiry", { exp: undefined }, /Expiration time.*must be a numeric value/],
  ["an expiry that is too far", { exp: NOW + 700 }, /'exp'\) is too far in the future/],
  ["an issue in the future", { iat: NOW + 120 }, /'Issued at' claim \('iat'\) must be an Integer/],
  ["an issue with fractions", { iat: NOW - 0.5 }, /'Issued at' claim \('iat'\) must be an Integer/],
  ["no issue", { iat: undefined }, /'Issued at' claim \('iat'\) must be an Integer/],
  ["an issuer that is neither", { iss: "another-app" }, /'Issuer' claim \('iss'\)/],
])("a JWT with %s is refused in GitHub's words", async (_, claims, message) => {
  const platforms = await startApp();

  const response = await callApi(platforms, "GET", "/app", { bearer: appJwt(claims) });

  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({
    message: expect.stringMatching(message),
    status: "401",
  });
});

test("the id of an App that does not exist is not found, as an installation that is gone is", async () => {
  const platforms = await startApp();

  const response = await callApi(platforms, "GET", "/app", { bearer: appJwt({ iss: 999 }) });

  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ message: "Integration not found" });
});

test("a JWT that another key has signed is refused", async () => {
  const platforms = await startApp();
  const bearer = appJwt({}, { key: await makeForeignKey() });

  const response = await callApi(platforms, "GET", "/app", { bearer });

  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({
    message: "A JSON web token could not be decoded",
  });
});

test.each([
  ["without an algorithm", appJwt({}, { header: { alg: "none" } })],
  ["of another algorithm", appJwt({}, { header: { alg: "HS256" } })],
  ["without its signature", `${appJwt().split(".").slice(0, 2).join(".")}.`],
  ["with a part too many", `${appJwt()}.more`],
  ["that is none", "not-a-jwt"],
])("a JWT %s is refused", async (_, bearer) => {
  const platforms = await startApp();

  const response = await callApi(platforms, "GET", "/app", { bearer });

  expect(response.status).toBe(401);
});

test("a user's token is no JWT of the App", async () => {
  const platforms = await startApp();
  const bearer = await userToken(platforms, "octocat");

  const response = await callApi(platforms, "GET", "/app/installations/1", { bearer });

  expect(response.status).toBe(401);
});

test("JWTs are judged by the real clock, however much time was let pass", async () => {
  const platforms = await startApp();
  await platforms.control.letTimePass(86_400);

  const response = await callApi(platforms, "GET", "/app");

  expect(response.status).toBe(200);
});

test("the public key is made of a private key, whatever its form", async () => {
  const key = await makeForeignKey();
  const pem = key.export({ type: "pkcs1", format: "pem" }).toString();

  const answers = [];
  for (const publicKey of [key, pem]) {
    const platforms = await startApp({ publicKey });
    answers.push(await callApi(platforms, "GET", "/app", { bearer: appJwt({}, { key }) }));
  }

  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
});

test("an OAuth App has no App routes", async () => {
  const platforms = await start();

  const response = await callApi(platforms, "GET", "/app");

  expect(response.status).toBe(404);
});
