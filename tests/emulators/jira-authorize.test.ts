import { expect, test } from "vitest";
import { locationOf } from "./emulated-github.ts";
import { CALLBACK, openAuthorize, openConsent, postConsent, startJira } from "./emulated-jira.ts";

test("the consent page says who asks, for what, on which sites, and that it is emulated", async () => {
  const platforms = await startJira({ appName: "Robo <b>" });

  const response = await openAuthorize(platforms);

  const page = await response.text();
  expect(response.status).toBe(200);
  expect(page).toContain("Give Robo &lt;b&gt; access");
  expect(page).toContain("Emulated Jira, on your own computer.");
  expect(page).toContain("Read projects and issues <code>read:jira-work</code>");
  expect(page).toContain('<input type="radio" name="account" value="mia" checked>');
  expect(page).toContain('name="site-mia" value="acme-eu" checked');
  expect(page).toContain("<span>acme-eu.atlassian.net</span>");
});

test("the consent page escapes what comes with the request", async () => {
  const platforms = await startJira();

  const response = await openAuthorize(platforms, { scope: `"><script>1</script>` });

  expect(await response.text()).not.toContain("<script");
});

test("a consent goes back with code and state", async () => {
  const platforms = await startJira();
  const request = await openConsent(platforms);

  const response = await postConsent(platforms, request);

  const location = locationOf(response);
  expect(response.status).toBe(302);
  expect(location.origin + location.pathname).toBe(CALLBACK);
  expect(Object.fromEntries(location.searchParams)).toEqual({
    code: expect.stringMatching(/^[0-9a-f]{32}$/),
    state: "state-1",
  });
});

test("a cancelled consent goes back as access_denied", async () => {
  const platforms = await startJira();
  const request = await openConsent(platforms);

  const response = await postConsent(platforms, request, { decision: "cancel" });

  expect(Object.fromEntries(locationOf(response).searchParams)).toEqual({
    error: "access_denied",
    error_description: "User did not authorize the request",
    state: "state-1",
  });
});

test("a decision counts once", async () => {
  const platforms = await startJira();
  const request = await openConsent(platforms);
  await postConsent(platforms, request);

  const again = await postConsent(platforms, request);

  expect(again.status).toBe(400);
});

test.each([
  ["another client_id", { client_id: "jira-2" }],
  ["a redirect_uri below the registered one", { redirect_uri: `${CALLBACK}/deeper` }],
  ["a redirect_uri with a slash at its end", { redirect_uri: `${CALLBACK}/` }],
  ["a redirect_uri with a query", { redirect_uri: `${CALLBACK}?from=1` }],
  ["no redirect_uri", { redirect_uri: "" }],
  ["no audience", { audience: "" }],
  ["another audience", { audience: "api.example.com" }],
  ["no response_type", { response_type: "" }],
  ["no prompt", { prompt: "" }],
  ["no state", { state: "" }],
  ["no scope", { scope: "" }],
])("%s strands the person on an error page, and nothing goes back to the app", async (_, wrong) => {
  const platforms = await startJira();

  const response = await openAuthorize(platforms, wrong);

  expect(response.status).toBe(400);
  expect(response.headers.get("location")).toBeNull();
});
