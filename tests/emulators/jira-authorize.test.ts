import { expect, test } from "vitest";
import { locationOf } from "./emulated-github.ts";
import { CALLBACK, openAuthorize, openConsent, postConsent, startJira } from "./emulated-jira.ts";

test("the consent page shows the app, its scopes, the sites, and that it is emulated", async () => {
  const emulators = await startJira({ appName: "Robo <b>" });

  const response = await openAuthorize(emulators);

  const page = await response.text();
  expect(response.status).toBe(200);
  expect(page).toContain("Give Robo &lt;b&gt; access");
  expect(page).toContain("Emulated Jira, on your own computer.");
  expect(page).toContain("Read projects and issues <code>read:jira-work</code>");
  expect(page).toContain('<input type="radio" name="account" value="mia" checked>');
  expect(page).toContain('name="site-mia" value="acme-eu" checked');
  expect(page).toContain("<span>acme-eu.atlassian.net</span>");
});

test("the consent page escapes the parameters of the request", async () => {
  const emulators = await startJira();

  const response = await openAuthorize(emulators, { scope: `"><script>1</script>` });

  expect(await response.text()).not.toContain("<script");
});

test.each(["unknown:foo", "read:jira-werk", "reed:issue:jira", "read:issue:gira"])(
  "E2 the scope %s, which does not exist, is refused on a page without a redirect",
  async (scope) => {
    const emulators = await startJira();

    const response = await openAuthorize(emulators, { scope: `read:jira-work ${scope}` });

    expect(response.status).toBe(400);
    expect(response.headers.get("location")).toBeNull();
    expect(await response.text()).toContain(
      `invalid_scope: These scopes were not added to the app: ${scope}`,
    );
  },
);

test.each([
  "read:jira-work manage:jira-webhook offline_access",
  "read:issue-worklog.property:jira write:sprint:jira-software",
  "read:servicedesk-request read:request:jira-service-management",
  "read:confluence-content.all read:page:confluence read:me",
])("the scopes %s are accepted", async (scope) => {
  const emulators = await startJira();

  expect((await openAuthorize(emulators, { scope })).status).toBe(200);
});

test("accepting redirects with code and state", async () => {
  const emulators = await startJira();
  const request = await openConsent(emulators);

  const response = await postConsent(emulators, request);

  const location = locationOf(response);
  expect(response.status).toBe(302);
  expect(location.origin + location.pathname).toBe(CALLBACK);
  expect(Object.fromEntries(location.searchParams)).toEqual({
    code: expect.stringMatching(/^[0-9a-f]{32}$/),
    state: "state-1",
  });
});

test("cancelling redirects with access_denied", async () => {
  const emulators = await startJira();
  const request = await openConsent(emulators);

  const response = await postConsent(emulators, request, { decision: "cancel" });

  expect(Object.fromEntries(locationOf(response).searchParams)).toEqual({
    error: "access_denied",
    error_description: "User did not authorize the request",
    state: "state-1",
  });
});

test("a decision can be submitted once", async () => {
  const emulators = await startJira();
  const request = await openConsent(emulators);
  await postConsent(emulators, request);

  const again = await postConsent(emulators, request);

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
])("%s shows an error page without a redirect to the app", async (_, wrong) => {
  const emulators = await startJira();

  const response = await openAuthorize(emulators, wrong);

  expect(response.status).toBe(400);
  expect(response.headers.get("location")).toBeNull();
});
