import { expect, test } from "vitest";
import { locationOf } from "./emulated-github.ts";
import {
  openInstall,
  postDecision,
  REDIRECT_URL,
  requestIdOf,
  startSlack,
} from "./emulated-slack.ts";

test("the install page shows the app, its scopes, and that it is emulated", async () => {
  const emulators = await startSlack({ appName: "Robo <b>" });

  const response = await openInstall(emulators, { scope: "chat:write,commands" });

  const page = await response.text();
  expect(response.status).toBe(200);
  expect(page).toContain("Install Robo &lt;b&gt;");
  expect(page).toContain("Emulated Slack, on your own computer.");
  expect(page).toContain("Send messages as itself <code>chat:write</code>");
  expect(page).toContain('<option value="T0ACME" selected>');
  expect(page).toContain('<option value="T0GLOBEX">');
  expect(page).toContain('<option value="E0GRID">');
});

test("a team parameter preselects any workspace without restricting the choice", async () => {
  const emulators = await startSlack();

  const known = await openInstall(emulators, { team: "T0GLOBEX" });
  const unknown = await openInstall(emulators, { team: "T17" });

  expect(await known.text()).toContain('<option value="T0GLOBEX" selected>');
  expect(await unknown.text()).toContain('<option value="T17" selected>');
});

test("accepting redirects with code and state", async () => {
  const emulators = await startSlack();
  const request = await requestIdOf(await openInstall(emulators, { redirect_uri: REDIRECT_URL }));

  const response = await postDecision(emulators, { request });

  const location = locationOf(response);
  expect(response.status).toBe(302);
  expect(location.origin + location.pathname).toBe(REDIRECT_URL);
  expect(Object.fromEntries(location.searchParams)).toEqual({
    code: expect.stringMatching(/^[0-9a-f]{32}$/),
    state: "state-1",
  });
});

test("cancelling redirects with access_denied", async () => {
  const emulators = await startSlack();
  const request = await requestIdOf(await openInstall(emulators));

  const response = await postDecision(emulators, { request, decision: "cancel" });

  expect(Object.fromEntries(locationOf(response).searchParams)).toEqual({
    error: "access_denied",
    state: "state-1",
  });
});

test("a decision can be submitted once", async () => {
  const emulators = await startSlack();
  const request = await requestIdOf(await openInstall(emulators));
  await postDecision(emulators, { request });

  const again = await postDecision(emulators, { request });

  expect(again.status).toBe(400);
});

test.each([
  ["another client_id", { client_id: "1234.9999" }, "invalid_client_id"],
  ["another redirect_uri", { redirect_uri: "https://evil.example/" }, "bad_redirect_uri"],
  ["scopes separated by spaces", { scope: "chat:write commands" }, "invalid_scope"],
  ["E2 a scope that does not exist", { scope: "chat:write,foo:bar" }, "invalid_scope (foo:bar)"],
  ["E2 a misspelt scope", { scope: "chat:wrte" }, "invalid_scope"],
  ["E2 a user scope that does not exist", { user_scope: "search:reed" }, "invalid_scope"],
  ["no scopes", { scope: "" }, "no_scopes"],
  ["a code_challenge", { code_challenge: "x", code_challenge_method: "S256" }, "pkce_not_allowed"],
])("%s shows an error page without a redirect to the app", async (_, parameters, error) => {
  const emulators = await startSlack();

  const response = await openInstall(emulators, parameters);

  expect(response.status).toBe(400);
  expect(response.headers.get("location")).toBeNull();
  expect(await response.text()).toContain(error);
});

test.each([
  ["the registered URL", "https://app.example/cb", 200],
  ["a path below it", "https://app.example/cb/deeper", 200],
  ["a query added to it", "https://app.example/cb?from=1", 200],
  ["a path with the same beginning", "https://app.example/cbx", 400],
  ["a path above it", "https://app.example/", 400],
  ["a sub-domain", "https://eu.app.example/cb", 400],
  ["another port", "https://app.example:8443/cb", 400],
  ["a fragment", "https://app.example/cb#top", 400],
])("%s as redirect_uri: %s returns %i", async (_, redirect_uri, status) => {
  const emulators = await startSlack({ redirectUrls: ["https://app.example/cb"] });

  const response = await openInstall(emulators, { redirect_uri });

  expect(response.status).toBe(status);
});

test("with several redirect URLs a request must name one", async () => {
  const emulators = await startSlack({ redirectUrls: [REDIRECT_URL, "https://app.example/cb"] });

  const response = await openInstall(emulators);

  expect(await response.text()).toContain("bad_redirect_uri");
});
