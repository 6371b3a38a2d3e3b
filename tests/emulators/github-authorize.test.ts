import { expect, test } from "vitest";
import {
  CALLBACK,
  getCode,
  locationOf,
  openAuthorize,
  openConsent,
  postConsent,
  requestTokens,
  start,
} from "./emulated-github.ts";

const MISMATCH = {
  error: "redirect_uri_mismatch",
  error_description:
    "The redirect_uri MUST match the registered callback URL for this application.",
  error_uri:
    "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-authorization-request-errors/#redirect-uri-mismatch",
  state: "state-1",
};

const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

test("the consent page shows the app, its scopes, and that it is emulated", async () => {
  const emulators = await start({ appName: "Robo <b>" });

  const response = await openAuthorize(emulators, { scope: "repo read:org" });

  const page = await response.text();
  expect(response.status).toBe(200);
  expect(page).toContain("Authorize Robo &lt;b&gt;");
  expect(page).toContain("Emulated GitHub, on your own computer.");
  expect(page).toContain("private ones too <code>repo</code>");
  expect(page).toContain("teams and members <code>read:org</code>");
  expect(page).toContain('<option value="octocat" selected>');
  expect(page).toContain('<option value="hubot">');
  expect(page).toContain('<option value="mona">');
});

test("the consent page escapes the parameters of the request", async () => {
  const emulators = await start();

  const response = await openAuthorize(emulators, { scope: `"><script>1</script>`, login: "<i>" });

  const page = await response.text();
  expect(page).not.toContain("<script");
  expect(page).not.toContain("<i>");
});

test("the consent page allows neither scripts nor frames", async () => {
  const emulators = await start();

  const { headers } = await openAuthorize(emulators);

  const policy = headers.get("content-security-policy");
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
});

test("a login parameter preselects any account", async () => {
  const emulators = await start();

  const known = await openAuthorize(emulators, { login: "hubot" });
  const unknown = await openAuthorize(emulators, { login: "org-17" });

  expect(await known.text()).toContain('<option value="hubot" selected>');
  expect(await unknown.text()).toContain('<option value="org-17" selected>');
});

test("an unknown client_id gets a 404 page and no redirect", async () => {
  const emulators = await start();

  const response = await openAuthorize(emulators, { client_id: "app-2", redirect_uri: CALLBACK });

  expect(response.status).toBe(404);
  expect(response.headers.get("location")).toBeNull();
});

test("accepting redirects with code, state and issuer", async () => {
  const emulators = await start();
  const request = await openConsent(emulators, { redirect_uri: CALLBACK });

  const response = await postConsent(emulators, { request });

  const location = locationOf(response);
  expect(response.status).toBe(302);
  expect(location.origin + location.pathname).toBe(CALLBACK);
  expect(Object.fromEntries(location.searchParams)).toEqual({
    code: expect.stringMatching(/^[0-9a-f]{32}$/),
    state: "state-1",
    iss: `${emulators.githubUrl}/login/oauth`,
  });
});

test("the issuer can be turned off", async () => {
  const emulators = await start({ sendsIssuer: false });
  const request = await openConsent(emulators);

  const response = await postConsent(emulators, { request });

  expect([...locationOf(response).searchParams.keys()]).toEqual(["code", "state"]);
});

test("cancelling redirects with GitHub's error", async () => {
  const emulators = await start();
  const request = await openConsent(emulators);

  const response = await postConsent(emulators, { request, decision: "cancel" });

  expect(Object.fromEntries(locationOf(response).searchParams)).toEqual({
    error: "access_denied",
    error_description: "The user has denied your application access.",
    error_uri:
      "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-authorization-request-errors/#access-denied",
    state: "state-1",
    iss: `${emulators.githubUrl}/login/oauth`,
  });
});

test("a request without redirect_uri redirects to the first registered callback", async () => {
  const emulators = await start({ callbackUrls: [CALLBACK, "https://second.example/callback"] });
  const request = await openConsent(emulators);

  const response = await postConsent(emulators, { request });

  expect(locationOf(response).href.split("?")[0]).toBe(CALLBACK);
});

test.each([
  ["the registered callback", "https://app.example:8443/cb"],
  ["a path below it", "https://app.example:8443/cb/deeper"],
  ["a sub-domain of it", "https://eu.app.example:8443/cb"],
  ["a query added to it", "https://app.example:8443/cb?from=1"],
  ["the second registered callback", "https://second.example/callback"],
])("%s is accepted as redirect_uri", async (_, redirect_uri) => {
  const emulators = await start({
    callbackUrls: ["https://app.example:8443/cb", "https://second.example/callback"],
  });
  const request = await openConsent(emulators, { redirect_uri });

  const response = await postConsent(emulators, { request });

  const location = locationOf(response);
  expect(location.href.startsWith(redirect_uri)).toBe(true);
  expect(location.searchParams.has("code")).toBe(true);
});

const LOOPBACK = ["http://127.0.0.1:3000/cb", "http://[::1]:3000/cb", "http://localhost/cb"];

test.each([
  ["another port", "http://127.0.0.1:4321/cb"],
  ["no port", "http://127.0.0.1/cb"],
  ["another port of IPv6", "http://[::1]:4321/cb"],
  ["a port of a callback without one", "http://localhost:4321/cb"],
  ["another port and a path below it", "http://127.0.0.1:4321/cb/deeper"],
])("E1 on loopback, %s is accepted as redirect_uri", async (_, redirect_uri) => {
  const emulators = await start({ callbackUrls: [LOOPBACK[0] ?? "", ...LOOPBACK.slice(1)] });
  const request = await openConsent(emulators, { redirect_uri });

  const response = await postConsent(emulators, { request });

  expect(locationOf(response).href.split("?")[0]).toBe(redirect_uri);
});

test.each([
  ["another address", "http://127.0.0.2:3000/cb"],
  ["another name of it", "http://localhost:3000/cb"],
  ["another scheme", "https://127.0.0.1:3000/cb"],
  ["another path", "http://127.0.0.1:4321/other"],
  ["another host with the port", "http://evil.example:3000/cb"],
])("E1 on loopback, %s is refused as redirect_uri", async (_, redirect_uri) => {
  const emulators = await start({ callbackUrls: ["http://127.0.0.1:3000/cb"] });

  const response = await openAuthorize(emulators, { redirect_uri });

  expect(locationOf(response).searchParams.get("error")).toBe("redirect_uri_mismatch");
});

test("E2 a scope that does not exist is neither shown nor granted", async () => {
  const emulators = await start();
  const code = await getCode(emulators, { scope: "repo nonexistent gist foo:bar" });
  const page = await openAuthorize(emulators, { scope: "nonexistent" });

  const tokens = await requestTokens(emulators, { code });

  expect(tokens).toMatchObject({ scope: "repo,gist" });
  expect(await page.text()).not.toContain("nonexistent");
});

test.each([
  ["another host", "https://evil.example:8443/cb"],
  ["a host with the same ending", "https://evilapp.example:8443/cb"],
  ["another port", "https://app.example/cb"],
  ["another scheme", "http://app.example:8443/cb"],
  ["a path beside it", "https://app.example:8443/cbx"],
  ["a path above it", "https://app.example:8443/cb/../x"],
  ["user info", "https://app.example@evil.example:8443/cb"],
  ["user info on the right host", "https://evil@app.example:8443/cb"],
  ["a fragment", "https://app.example:8443/cb#x"],
  ["nothing", ""],
])("%s as redirect_uri redirects an error to the registered callback", async (_, redirect_uri) => {
  const emulators = await start({ callbackUrls: ["https://app.example:8443/cb"] });

  const response = await openAuthorize(emulators, { redirect_uri });

  const location = locationOf(response);
  expect(response.status).toBe(302);
  expect(location.href.split("?")[0]).toBe("https://app.example:8443/cb");
  expect(Object.fromEntries(location.searchParams)).toEqual({
    ...MISMATCH,
    iss: `${emulators.githubUrl}/login/oauth`,
  });
});

test.each([
  ["the method plain", { code_challenge: CHALLENGE, code_challenge_method: "plain" }],
  ["no method", { code_challenge: CHALLENGE }],
  ["no challenge", { code_challenge_method: "S256" }],
  ["a challenge that is too short", { code_challenge: "short", code_challenge_method: "S256" }],
])("PKCE: %s is refused without a consent page", async (_, parameters) => {
  const emulators = await start();

  const response = await openAuthorize(emulators, parameters);

  expect(response.status).toBe(302);
  expect(locationOf(response).searchParams.get("error")).toBe("invalid_request");
});

test("a changed consent form affects neither the client nor the redirect", async () => {
  const emulators = await start();
  const request = await openConsent(emulators, { scope: "gist" });

  const response = await postConsent(emulators, {
    request,
    redirect_uri: "https://evil.example/",
    client_id: "app-2",
    state: "state-2",
  });

  const location = locationOf(response);
  expect(location.href.split("?")[0]).toBe(CALLBACK);
  expect(location.searchParams.get("state")).toBe("state-1");
});

test("a consent form can be submitted once", async () => {
  const emulators = await start();
  const request = await openConsent(emulators);
  await postConsent(emulators, { request });

  const again = await postConsent(emulators, { request });

  expect(again.status).toBe(400);
  expect(again.headers.get("location")).toBeNull();
});

test.each([
  ["an unknown request", { request: "0123456789abcdef0123456789abcdef" }],
  ["no request", {}],
  ["a login that GitHub does not allow", { login: "-a--b-" }],
  ["an unknown decision", { decision: "perhaps" }],
])("a consent form with %s is refused", async (_, fields) => {
  const emulators = await start();
  const request = await openConsent(emulators);
  const form: Record<string, string> = fields;

  const response = await postConsent(emulators, "login" in form ? { request, ...form } : form);

  expect(response.status).toBe(400);
  expect(response.headers.get("location")).toBeNull();
});

test("a consent form expires after ten minutes", async () => {
  const emulators = await start();
  const request = await openConsent(emulators);
  await emulators.control.letTimePass(600);

  const response = await postConsent(emulators, { request });

  expect(response.status).toBe(400);
});
