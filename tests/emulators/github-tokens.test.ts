import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import {
  CALLBACK,
  getApi,
  getCode,
  install,
  postTokenRequest,
  requestTokens,
  start,
} from "./emulated-github.ts";

/** RFC 7636, appendix B. */
const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const PKCE = {
  code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
  code_challenge_method: "S256",
};

const ERROR_PAGE =
  "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/";

const BAD_CODE = {
  error: "bad_verification_code",
  error_description: "The code passed is incorrect or expired.",
  error_uri: `${ERROR_PAGE}#bad-verification-code`,
};

test("a code is exchanged for a token without expiry and refresh token", async () => {
  const emulators = await start();
  const code = await getCode(emulators, { scope: "repo read:org" });

  const tokens = await requestTokens(emulators, { code, redirect_uri: CALLBACK });

  expect(tokens).toEqual({
    access_token: expect.stringMatching(/^gho_[0-9a-f]{36}$/),
    scope: "repo,read:org",
    token_type: "bearer",
  });
});

test("a code works once", async () => {
  const emulators = await start();
  const code = await getCode(emulators);
  await requestTokens(emulators, { code });

  const again = await requestTokens(emulators, { code });

  expect(again).toEqual(BAD_CODE);
});

test("a code that is sent many times at once works once", async () => {
  const emulators = await start();
  const code = await getCode(emulators);

  const responses = await Promise.all(
    Array.from({ length: 20 }, () => requestTokens(emulators, { code })),
  );

  expect(responses.filter((response) => isDeepStrictEqual(response, BAD_CODE))).toHaveLength(19);
});

test("a code expires after ten minutes", async () => {
  const emulators = await start();
  const code = await getCode(emulators);
  await emulators.control.letTimePass(600);

  const tokens = await requestTokens(emulators, { code });

  expect(tokens).toEqual(BAD_CODE);
});

test("a code is bound to its redirect_uri", async () => {
  const emulators = await start();
  const code = await getCode(emulators, { redirect_uri: CALLBACK });

  const tokens = await requestTokens(emulators, { code, redirect_uri: `${CALLBACK}/deeper` });

  expect(tokens).toEqual({
    error: "redirect_uri_mismatch",
    error_description:
      "The redirect_uri MUST match the registered callback URL for this application.",
    error_uri: `${ERROR_PAGE}#redirect-uri-mismatch`,
  });
});

test("PKCE: the verifier of RFC 7636, appendix B, matches its challenge", async () => {
  const emulators = await start();
  const code = await getCode(emulators, PKCE);

  const tokens = await requestTokens(emulators, { code, code_verifier: VERIFIER });

  expect(tokens).toHaveProperty("access_token");
});

test.each([
  ["another verifier", { code_verifier: `${VERIFIER.slice(0, -1)}l` }],
  ["no verifier", {}],
])("PKCE: %s is refused and uses the code up", async (_, fields) => {
  const emulators = await start();
  const code = await getCode(emulators, PKCE);

  const refused = await requestTokens(emulators, { code, ...fields });
  const tooLate = await requestTokens(emulators, { code, code_verifier: VERIFIER });

  expect(refused).toEqual(BAD_CODE);
  expect(tooLate).toEqual(BAD_CODE);
});

test("PKCE: a verifier that is too short is refused, although its hash is right", async () => {
  const emulators = await start();
  const code = await getCode(emulators, {
    code_challenge: "ldMBaaWcQYtSATMV_IG8mf3wp7A6EW80arYoSW80ntU",
    code_challenge_method: "S256",
  });

  const tokens = await requestTokens(emulators, { code, code_verifier: "secretpassword" });

  expect(tokens).toEqual(BAD_CODE);
});

test("PKCE: a verifier without a challenge is refused", async () => {
  const emulators = await start();
  const code = await getCode(emulators);

  const tokens = await requestTokens(emulators, { code, code_verifier: VERIFIER });

  expect(tokens).toEqual(BAD_CODE);
});

test("a wrong secret is refused with HTTP 200 and does not use the code up", async () => {
  const emulators = await start();
  const code = await getCode(emulators);

  const response = await postTokenRequest(emulators, { code, client_secret: "wrong" });
  const afterwards = await requestTokens(emulators, { code });

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    error: "incorrect_client_credentials",
    error_description: "The client_id and/or client_secret passed are incorrect.",
    error_uri: `${ERROR_PAGE}#incorrect-client-credentials`,
  });
  expect(afterwards).toHaveProperty("access_token");
});

test("two secrets are accepted during a rotation", async () => {
  const emulators = await start({ clientSecret: ["old", "new"] });

  const byOld = { code: await getCode(emulators), client_secret: "old" };
  const byNew = { code: await getCode(emulators), client_secret: "new" };

  expect(await requestTokens(emulators, byOld)).toHaveProperty("access_token");
  expect(await requestTokens(emulators, byNew)).toHaveProperty("access_token");
});

test("an unknown client gets 404", async () => {
  const emulators = await start();
  const code = await getCode(emulators);

  const response = await postTokenRequest(emulators, { code, client_id: "app-2" });

  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ error: "Not Found" });
});

test("another grant type is refused", async () => {
  const emulators = await start();

  const tokens = await requestTokens(emulators, { grant_type: "password" });

  expect(tokens).toMatchObject({ error: "unsupported_grant_type" });
});

test("the response is form-encoded unless JSON is requested", async () => {
  const emulators = await start();
  const code = await getCode(emulators, { scope: "gist" });
  const body = new URLSearchParams({ client_id: "app-1", client_secret: "secret-1", code });

  const response = await fetch(`${emulators.githubUrl}/login/oauth/access_token`, {
    method: "POST",
    body,
  });

  expect(response.headers.get("content-type")).toContain("application/x-www-form-urlencoded");
  expect(await response.text()).toMatch(/^access_token=gho_\w+&scope=gist&token_type=bearer$/);
});

test("a JSON body and a Basic header are accepted", async () => {
  const emulators = await start();
  const code = await getCode(emulators);

  const response = await fetch(`${emulators.githubUrl}/login/oauth/access_token`, {
    method: "POST",
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      authorization: `Basic ${btoa("app-1:secret-1")}`,
    },
    body: JSON.stringify({ code }),
  });

  expect(await response.json()).toHaveProperty("access_token");
});

test("the eleventh token of a user, app and scope set revokes the first", async () => {
  const emulators = await start();
  const first = await install(emulators, { scope: "gist repo" });
  const otherScopes = await install(emulators, { scope: "gist" });
  const otherUser = await install(emulators, { scope: "gist repo", login: "hubot" });
  for (let count = 2; count <= 10; count += 1) await install(emulators, { scope: "repo gist" });

  const atTen = await getApi(emulators, "/user", first.access_token);
  await install(emulators, { scope: "gist repo" });
  const atEleven = await getApi(emulators, "/user", first.access_token);

  expect([atTen.status, atEleven.status]).toEqual([200, 401]);
  expect((await getApi(emulators, "/user", otherScopes.access_token)).status).toBe(200);
  expect((await getApi(emulators, "/user", otherUser.access_token)).status).toBe(200);
});

test("a scope that another one includes is not listed as granted", async () => {
  const emulators = await start();
  const code = await getCode(emulators, { scope: "user gist user:email" });

  const tokens = await requestTokens(emulators, { code });

  expect(tokens).toMatchObject({ scope: "user,gist" });
});

test("a request without scopes is granted the scopes of earlier grants", async () => {
  const emulators = await start();
  await install(emulators, { scope: "gist" });

  const mine = await requestTokens(emulators, { code: await getCode(emulators) });
  const other = await requestTokens(emulators, {
    code: await getCode(emulators, { login: "mona" }),
  });

  expect(mine).toMatchObject({ scope: "gist" });
  expect(other).toMatchObject({ scope: "" });
});
