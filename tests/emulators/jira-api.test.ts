import { expect, test } from "vitest";
import { siteOf } from "../../emulators/jira/sites.ts";
import {
  exchange,
  getApi,
  getCode,
  getSites,
  install,
  jiraOf,
  refresh,
  startJira,
} from "./emulated-jira.ts";

const ACME = siteOf("acme").cloudId;
const ACME_EU = siteOf("acme-eu").cloudId;

test("the sites are those that were ticked, each with the scopes of Jira", async () => {
  const platforms = await startJira();
  const sites = ["acme", "acme-eu"];
  const { access_token } = await install(platforms, { sites });

  const answer = await getSites(platforms, access_token);

  const resource = (id: string, name: string, url: string) => ({
    id,
    name,
    url,
    scopes: ["read:jira-work"],
    avatarUrl: expect.any(String),
  });
  expect(answer).toEqual([
    resource(ACME, "Acme", "https://acme.atlassian.net"),
    resource(ACME_EU, "Acme EU", "https://acme-eu.atlassian.net"),
  ]);
});

test("a site with two products is listed twice, with one id", async () => {
  const platforms = await startJira();
  const scope = "read:jira-work read:confluence-content.all read:me";
  const { access_token } = await install(platforms, { scope });

  const answer = await getSites(platforms, access_token);

  expect(answer).toMatchObject([
    { id: ACME, scopes: ["read:jira-work"] },
    { id: ACME, scopes: ["read:confluence-content.all"] },
  ]);
});

test.each([
  ["no site is ticked", { account: "mia", sites: [] }],
  ["the account has none", { account: "zoe", sites: ["acme"] }],
  ["no scope reaches a product", { account: "mia", scope: "read:me" }],
])("there are no sites if %s", async (_, consent) => {
  const platforms = await startJira();
  const { access_token } = await install(platforms, consent);

  expect(await getSites(platforms, access_token)).toEqual([]);
});

test("an account that is not listed has a site of its name", async () => {
  const platforms = await startJira();
  const { access_token } = await install(platforms, { account: "org-17", sites: ["org-17"] });

  expect(await getSites(platforms, access_token)).toMatchObject([
    { id: siteOf("org-17").cloudId, url: "https://org-17.atlassian.net" },
  ]);
});

test("a new consent replaces scopes and sites, for the tokens of the old one too", async () => {
  const platforms = await startJira();
  const before = await install(platforms, { sites: ["acme"] });
  const scope = "read:jira-user offline_access";
  await install(platforms, { sites: ["globex"], scope });

  const sites = await getSites(platforms, before.access_token);
  const fresh = await refresh(platforms, before.refresh_token);

  expect(sites).toMatchObject([{ name: "Globex", scopes: ["read:jira-user"] }]);
  expect((await getApi(platforms, "/me", before.access_token)).status).toBe(403);
  expect((await getApi(platforms, "/me", fresh.access_token)).status).toBe(403);
});

test("/me says who granted, with the e-mail", async () => {
  const platforms = await startJira();
  const { access_token } = await install(platforms);

  const response = await getApi(platforms, "/me", access_token);

  expect(await response.json()).toMatchObject({
    account_type: "atlassian",
    account_id: "712020:1a52e3a4-7d7c-4c38-9d0e-3f2c5b0c1001",
    email: "mia@example.com",
    name: "Mia Krystof",
    account_status: "active",
    nickname: "mia",
  });
});

test("/me leaves out an e-mail that is hidden", async () => {
  const platforms = await startJira();
  const { access_token } = await install(platforms, { account: "noah" });

  const response = await getApi(platforms, "/me", access_token);

  expect(await response.json()).not.toHaveProperty("email");
});

test("/me needs read:me", async () => {
  const platforms = await startJira();
  const { access_token } = await install(platforms, { scope: "read:jira-work" });

  const response = await getApi(platforms, "/me", access_token);

  expect(response.status).toBe(403);
});

test("Jira itself answers below the cloud id", async () => {
  const platforms = await startJira();
  const scope = "read:jira-work read:jira-user";
  const { access_token } = await install(platforms, { scope });

  const myself = await getApi(platforms, `/ex/jira/${ACME}/rest/api/3/myself`, access_token);
  const info = await getApi(platforms, `/ex/jira/${ACME}/rest/api/3/serverInfo`, access_token);

  expect(await myself.json()).toMatchObject({
    accountId: "712020:1a52e3a4-7d7c-4c38-9d0e-3f2c5b0c1001",
    emailAddress: "mia@example.com",
    displayName: "Mia Krystof",
  });
  expect(await info.json()).toMatchObject({
    baseUrl: "https://acme.atlassian.net",
    deploymentType: "Cloud",
    serverTitle: "Acme",
  });
});

test.each([
  ["a site outside the grant", ACME_EU, "serverInfo", 403],
  ["a site that does not exist", "00000000-0000-4000-8000-000000000000", "serverInfo", 404],
  ["a scope that was not granted", ACME, "myself", 401],
])("%s is refused", async (_, cloudId, path, status) => {
  const platforms = await startJira();
  const { access_token } = await install(platforms, { sites: ["acme"] });

  const response = await getApi(platforms, `/ex/jira/${cloudId}/rest/api/3/${path}`, access_token);

  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ code: status });
});

test.each(["/me", "/oauth/token/accessible-resources", `/ex/jira/${ACME}/rest/api/3/serverInfo`])(
  "%s wants a bearer token that was issued",
  async (path) => {
    const platforms = await startJira();

    const missing = await fetch(`${platforms.jiraApiUrl}${path}`);
    const unknown = await getApi(platforms, path, "eyJFAKE");

    expect([missing.status, unknown.status]).toEqual([401, 401]);
    expect(await unknown.json()).toEqual({ code: 401, message: "Unauthorized" });
  },
);

test("a site that is taken out of a grant is gone at once", async () => {
  const platforms = await startJira();
  const { access_token } = await install(platforms, { sites: ["acme", "acme-eu"] });

  const response = await control(platforms.url, "POST", "/remove-site", {
    login: "mia",
    site: "acme-eu",
  });

  const path = `/ex/jira/${ACME_EU}/rest/api/3/serverInfo`;
  expect(response.status).toBe(204);
  expect(await getSites(platforms, access_token)).toMatchObject([{ id: ACME }]);
  expect((await getApi(platforms, path, access_token)).status).toBe(403);
});

test("a site that was not granted cannot be taken out", async () => {
  const { url } = await startJira();

  const response = await control(url, "POST", "/remove-site", { login: "mia", site: "acme" });

  expect(response.status).toBe(409);
});

test("an account can be given other sites, which it then can grant", async () => {
  const platforms = await startJira();
  const { access_token } = await install(platforms, { sites: ["acme"] });

  const response = await control(platforms.url, "PUT", "/sites", {
    login: "mia",
    sites: ["initech"],
  });
  const old = await getSites(platforms, access_token);
  const code = await getCode(platforms, { sites: ["initech"] });
  await exchange(platforms, { code });

  expect(response.status).toBe(204);
  expect(old).toEqual([]);
  expect(await getSites(platforms, access_token)).toMatchObject([{ name: "initech" }]);
});

test("accounts are listed with their sites and grants", async () => {
  const platforms = await startJira();
  await install(platforms, { sites: ["acme"], scope: "read:me" });

  const response = await fetch(`${platforms.url}/_control/jira/accounts`);

  const [mia] = jiraOf(platforms).accounts();
  expect(mia).toMatchObject({ login: "mia", grant: { sites: ["acme"] } });
  expect(await response.json()).toMatchObject({
    accounts: [
      {
        login: "mia",
        account_id: "712020:1a52e3a4-7d7c-4c38-9d0e-3f2c5b0c1001",
        sites: [{ name: "acme", cloud_id: ACME }, { name: "acme-eu" }, { name: "globex" }],
        grant: { scopes: ["read:me"], sites: ["acme"] },
      },
      { login: "noah", grant: null },
      { login: "zoe", sites: [], grant: null },
    ],
  });
});

function control(url: string, method: string, path: string, body: object): Promise<Response> {
  return fetch(`${url}/_control/jira${path}`, { method, body: JSON.stringify(body) });
}
