import { expect, test } from "vitest";
import {
  CALLBACK,
  locationOf,
  openAuthorize,
  openConsent,
  postConsent,
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

test("the consent page says who asks, for what, and that it is emulated", async () => {
  const platforms = await start({ appName: "Robo <b>" });

  const response = await openAuthorize(platforms, { scope: "repo read:org" });

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

test("the consent page escapes what comes with the request", async () => {
  const platforms = await start();

  const response = await openAuthorize(platforms, { scope: `"><script>1</script>`, login: "<i>" });

  const page = await response.text();
  expect(page).toContain("<code>&quot;&gt;&lt;script&gt;1&lt;/script&gt;</code>");
  expect(page).not.toContain("<script");
  expect(page).not.toContain("<i>");
});

test("the consent page runs no script and cannot be framed", async () => {
  const platforms = await start();

  const { headers } = await openAuthorize(platforms);

  const policy = headers.get("content-security-policy");
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
});

test("a login parameter preselects the account, known or not", async () => {
  const platforms = await start();

  const known = await openAuthorize(platforms, { login: "hubot" });
  const unknown = await openAuthorize(platforms, { login: "org-17" });

  expect(await known.text()).toContain('<option value="hubot" selected>');
  expect(await unknown.text()).toContain('<option value="org-17" selected>');
});

test("an unknown client_id gets a 404 page and no redirect", async () => {
  const platforms = await start();

  const response = await openAuthorize(platforms, { client_id: "app-2", redirect_uri: CALLBACK });

  expect(response.status).toBe(404);
  expect(response.headers.get("location")).toBeNull();
});

test("a consent goes back with code, state and issuer", async () => {
  const platforms = await start();
  const request = await openConsent(platforms, { redirect_uri: CALLBACK });

  const response = await postConsent(platforms, { request });

  const location = locationOf(response);
  expect(response.status).toBe(302);
  expect(location.origin + location.pathname).toBe(CALLBACK);
  expect(Object.fromEntries(location.searchParams)).toEqual({
    code: expect.stringMatching(/^[0-9a-f]{32}$/),
    state: "state-1",
    iss: `${platforms.githubUrl}/login/oauth`,
  });
});

test("the issuer can be left out", async () => {
  const platforms = await start({ sendsIssuer: false });
  const request = await openConsent(platforms);

  const response = await postConsent(platforms, { request });

  expect([...locationOf(response).searchParams.keys()]).toEqual(["code", "state"]);
});

test("a cancelled consent goes back with GitHub's own words", async () => {
  const platforms = await start();
  const request = await openConsent(platforms);

  const response = await postConsent(platforms, { request, decision: "cancel" });

  expect(Object.fromEntries(locationOf(response).searchParams)).toEqual({
    error: "access_denied",
    error_description: "The user has denied your application access.",
    error_uri:
      "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-authorization-request-errors/#access-denied",
    state: "state-1",
    iss: `${platforms.githubUrl}/login/oauth`,
  });
});

test("a request without redirect_uri goes to the first registered callback", async () => {
  const platforms = await start({ callbackUrls: [CALLBACK, "https://second.example/callback"] });
  const request = await openConsent(platforms);

  const response = await postConsent(platforms, { request });

  expect(locationOf(response).href.split("?")[0]).toBe(CALLBACK);
});

test.each([
  ["the registered callback", "https://app.example:8443/cb"],
  ["a path below it", "https://app.example:8443/cb/deeper"],
  ["a sub-domain of it", "https://eu.app.example:8443/cb"],
  ["a query added to it", "https://app.example:8443/cb?from=1"],
  ["the second registered callback", "https://second.example/callback"],
])("%s is a redirect_uri", async (_, redirect_uri) => {
  const platforms = await start({
    callbackUrls: ["https://app.example:8443/cb", "https://second.example/callback"],
  });
  const request = await openConsent(platforms, { redirect_uri });

  const response = await postConsent(platforms, { request });

  const location = locationOf(response);
  expect(location.href.startsWith(redirect_uri)).toBe(true);
  expect(location.searchParams.has("code")).toBe(true);
});

test.each([
  ["another host", "https://evil.example:8443/cb"],
  ["a host that only ends alike", "https://evilapp.example:8443/cb"],
  ["another port", "https://app.example/cb"],
  ["another scheme", "http://app.example:8443/cb"],
  ["a path beside it", "https://app.example:8443/cbx"],
  ["a path above it", "https://app.example:8443/cb/../x"],
  ["user info", "https://app.example@evil.example:8443/cb"],
  ["user info on the right host", "https://evil@app.example:8443/cb"],
  ["a fragment", "https://app.example:8443/cb#x"],
  ["nothing", ""],
])("%s is refused as redirect_uri, at the registered callback", async (_, redirect_uri) => {
  const platforms = await start({ callbackUrls: ["https://app.example:8443/cb"] });

  const response = await openAuthorize(platforms, { redirect_uri });

  const location = locationOf(response);
  expect(response.status).toBe(302);
  expect(location.href.split("?")[0]).toBe("https://app.example:8443/cb");
  expect(Object.fromEntries(location.searchParams)).toEqual({
    ...MISMATCH,
    iss: `${platforms.githubUrl}/login/oauth`,
  });
});

test.each([
  ["the method plain", { code_challenge: CHALLENGE, code_challenge_method: "plain" }],
  ["no method", { code_challenge: CHALLENGE }],
  ["no challenge", { code_challenge_method: "S256" }],
  ["too short a challenge", { code_challenge: "short", code_challenge_method: "S256" }],
])("PKCE: %s is refused before anybody is asked", async (_, parameters) => {
  const platforms = await start();

  const response = await openAuthorize(platforms, parameters);

  expect(response.status).toBe(302);
  expect(locationOf(response).searchParams.get("error")).toBe("invalid_request");
});

test("a tampered consent form changes neither the client nor where the code goes", async () => {
  const platforms = await start();
  const request = await openConsent(platforms, { scope: "gist" });

  const response = await postConsent(platforms, {
    request,
    redirect_uri: "https://evil.example/",
    client_id: "app-2",
    state: "state-2",
  });

  const location = locationOf(response);
  expect(location.href.split("?")[0]).toBe(CALLBACK);
  expect(location.searchParams.get("state")).toBe("state-1");
});

test("a consent form counts once", async () => {
  const platforms = await start();
  const request = await openConsent(platforms);
  await postConsent(platforms, { request });

  const again = await postConsent(platforms, { request });

  expect(again.status).toBe(400);
  expect(again.headers.get("location")).toBeNull();
});

test.each([
  ["an invented request", { request: "0123456789abcdef0123456789abcdef" }],
  ["no request", {}],
  ["a login that GitHub would not allow", { login: "-a--b-" }],
  ["a decision that is none", { decision: "perhaps" }],
])("a consent form with %s is refused", async (_, fields) => {
  const platforms = await start();
  const request = await openConsent(platforms);
  const form: Record<string, string> = fields;

  const response = await postConsent(platforms, "login" in form ? { request, ...form } : form);

  expect(response.status).toBe(400);
  expect(response.headers.get("location")).toBeNull();
});

test("a consent form is too old after ten minutes", async () => {
  const platforms = await start();
  const request = await openConsent(platforms);
  await platforms.control.letTimePass(600);

  const response = await postConsent(platforms, { request });

  expect(response.status).toBe(400);
});
