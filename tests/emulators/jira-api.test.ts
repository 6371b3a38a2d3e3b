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

test("accessible-resources lists the selected sites, each with the scopes of Jira", async () => {
  const emulators = await startJira();
  const sites = ["acme", "acme-eu"];
  const { access_token } = await install(emulators, { sites });

  const response = await getSites(emulators, access_token);

  const resource = (id: string, name: string, url: string) => ({
    id,
    name,
    url,
    scopes: ["read:jira-work"],
    avatarUrl: expect.any(String),
  });
  expect(response).toEqual([
    resource(ACME, "Acme", "https://acme.atlassian.net"),
    resource(ACME_EU, "Acme EU", "https://acme-eu.atlassian.net"),
  ]);
});

test("a site with two products is listed twice with the same id", async () => {
  const emulators = await startJira();
  const scope = "read:jira-work read:confluence-content.all read:me";
  const { access_token } = await install(emulators, { scope });

  const response = await getSites(emulators, access_token);

  expect(response).toMatchObject([
    { id: ACME, scopes: ["read:jira-work"] },
    { id: ACME, scopes: ["read:confluence-content.all"] },
  ]);
});

test.each([
  ["no site is selected", { account: "mia", sites: [] }],
  ["the account has no site", { account: "zoe", sites: ["acme"] }],
  ["no scope gives access to a product", { account: "mia", scope: "read:me" }],
])("no sites are listed if %s", async (_, consent) => {
  const emulators = await startJira();
  const { access_token } = await install(emulators, consent);

  expect(await getSites(emulators, access_token)).toEqual([]);
});

test("any other account has one site of the same name", async () => {
  const emulators = await startJira();
  const { access_token } = await install(emulators, { account: "org-17", sites: ["org-17"] });

  expect(await getSites(emulators, access_token)).toMatchObject([
    { id: siteOf("org-17").cloudId, url: "https://org-17.atlassian.net" },
  ]);
});

test("a new consent replaces scopes and sites, for earlier tokens too", async () => {
  const emulators = await startJira();
  const before = await install(emulators, { sites: ["acme"] });
  const scope = "read:jira-user offline_access";
  await install(emulators, { sites: ["globex"], scope });

  const sites = await getSites(emulators, before.access_token);
  const fresh = await refresh(emulators, before.refresh_token);

  expect(sites).toMatchObject([{ name: "Globex", scopes: ["read:jira-user"] }]);
  expect((await getApi(emulators, "/me", before.access_token)).status).toBe(403);
  expect((await getApi(emulators, "/me", fresh.access_token)).status).toBe(403);
});

test("/me returns the account that granted, with its e-mail address", async () => {
  const emulators = await startJira();
  const { access_token } = await install(emulators);

  const response = await getApi(emulators, "/me", access_token);

  expect(await response.json()).toMatchObject({
    account_type: "atlassian",
    account_id: "712020:1a52e3a4-7d7c-4c38-9d0e-3f2c5b0c1001",
    email: "mia@example.com",
    name: "Mia Krystof",
    account_status: "active",
    nickname: "mia",
  });
});

test("/me omits a hidden e-mail address", async () => {
  const emulators = await startJira();
  const { access_token } = await install(emulators, { account: "noah" });

  const response = await getApi(emulators, "/me", access_token);

  expect(await response.json()).not.toHaveProperty("email");
});

test("/me requires read:me", async () => {
  const emulators = await startJira();
  const { access_token } = await install(emulators, { scope: "read:jira-work" });

  const response = await getApi(emulators, "/me", access_token);

  expect(response.status).toBe(403);
});

test("Jira's API is available below the cloud id", async () => {
  const emulators = await startJira();
  const scope = "read:jira-work read:jira-user";
  const { access_token } = await install(emulators, { scope });

  const myself = await getApi(emulators, `/ex/jira/${ACME}/rest/api/3/myself`, access_token);
  const info = await getApi(emulators, `/ex/jira/${ACME}/rest/api/3/serverInfo`, access_token);

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
  const emulators = await startJira();
  const { access_token } = await install(emulators, { sites: ["acme"] });

  const response = await getApi(emulators, `/ex/jira/${cloudId}/rest/api/3/${path}`, access_token);

  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ code: status });
});

test.each(["/me", "/oauth/token/accessible-resources", `/ex/jira/${ACME}/rest/api/3/serverInfo`])(
  "%s wants a bearer token that was issued",
  async (path) => {
    const emulators = await startJira();

    const missing = await fetch(`${emulators.jiraApiUrl}${path}`);
    const unknown = await getApi(emulators, path, "eyJFAKE");

    expect([missing.status, unknown.status]).toEqual([401, 401]);
    expect(await unknown.json()).toEqual({ code: 401, message: "Unauthorized" });
  },
);

test("a site that is removed from a grant is not accessible any more", async () => {
  const emulators = await startJira();
  const { access_token } = await install(emulators, { sites: ["acme", "acme-eu"] });

  const response = await control(emulators.url, "POST", "/remove-site", {
    login: "mia",
    site: "acme-eu",
  });

  const path = `/ex/jira/${ACME_EU}/rest/api/3/serverInfo`;
  expect(response.status).toBe(204);
  expect(await getSites(emulators, access_token)).toMatchObject([{ id: ACME }]);
  expect((await getApi(emulators, path, access_token)).status).toBe(403);
});

test("a site that was not granted cannot be removed", async () => {
  const { url } = await startJira();

  const response = await control(url, "POST", "/remove-site", { login: "mia", site: "acme" });

  expect(response.status).toBe(409);
});

test("an account can grant the sites that the control API gave it", async () => {
  const emulators = await startJira();
  const { access_token } = await install(emulators, { sites: ["acme"] });

  const response = await control(emulators.url, "PUT", "/sites", {
    login: "mia",
    sites: ["initech"],
  });
  const old = await getSites(emulators, access_token);
  const code = await getCode(emulators, { sites: ["initech"] });
  await exchange(emulators, { code });

  expect(response.status).toBe(204);
  expect(old).toEqual([]);
  expect(await getSites(emulators, access_token)).toMatchObject([{ name: "initech" }]);
});

test("the control API lists accounts with their sites and grants", async () => {
  const emulators = await startJira();
  await install(emulators, { sites: ["acme"], scope: "read:me" });

  const response = await fetch(`${emulators.url}/_control/jira/accounts`);

  const [mia] = jiraOf(emulators).accounts();
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

test("mypermissions shows who is an administrator of a site", async () => {
  const emulators = await startJira();
  const path = `/ex/jira/${ACME}/rest/api/3/mypermissions?permissions=ADMINISTER`;
  const isAdministrator = async (account: string) => {
    const { access_token } = await install(emulators, { account, sites: ["acme"] });
    const body = Object(await (await getApi(emulators, path, access_token)).json());
    return body.permissions.ADMINISTER.havePermission;
  };

  expect(await isAdministrator("mia")).toBe(true);
  expect(await isAdministrator("noah")).toBe(false);
  await jiraOf(emulators).setAdministrator("noah", true);
  expect(await isAdministrator("noah")).toBe(true);
});

test("the control expires access tokens, and the refresh token goes on", async () => {
  const emulators = await startJira();
  const tokens = await install(emulators);

  await jiraOf(emulators).expireTokens("mia");
  const sites = "/oauth/token/accessible-resources";
  const expired = await getApi(emulators, sites, tokens.access_token);
  const next = await refresh(emulators, tokens.refresh_token);

  expect(expired.status).toBe(401);
  expect((await getApi(emulators, sites, next.access_token)).status).toBe(200);
});
