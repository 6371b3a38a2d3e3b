import * as v from "valibot";
import type { PlatformUrls } from "../../emulators/platforms.ts";
import { OrganizationChoice } from "../../functions/http/responses.ts";
import { type BrowserSession, locationOf, openSession } from "./browser-session.ts";

/** The URLs of a stack, which may run in another process. */
export interface StackUrls {
  readonly url: string;
  readonly platforms: PlatformUrls;
}

export interface GithubAppInstall {
  /** Who is signed in at GitHub. */
  readonly login?: string;
  /** The account to install on; one's own unless it is given. */
  readonly account?: string;
}

export interface JiraConsent {
  readonly account?: string;
  readonly sites?: readonly string[];
  readonly start?: string;
}

/** Starts a flow for the GitHub App and installs it: the setup URL, not yet opened. */
export async function installGithubApp(
  stack: StackUrls,
  session: BrowserSession,
  start: string = "/oauth/github/authorize",
  install: GithubAppInstall = {},
): Promise<string> {
  const { login = "octocat", account = login } = install;
  const github = openSession();
  const page = new URL(locationOf(await session.get(stack.url + start)));
  page.searchParams.set("login", login);
  const accounts = await (await github.get(page.href)).text();
  const choices = [...accounts.matchAll(/<a href="([^"]+)"><span><strong>([^<]+)<\/strong>/g)];
  const [, href = ""] = choices.find(([, , name]) => name === account) ?? [];
  const repositories = await github.get(new URL(unescapeHtml(href), page).href);
  if (repositories.status === 302) {
    const changed = await changeInstallation(github, locationOf(repositories));
    return changed ?? installGithubApp(stack, session, start, install);
  }
  const request = requestIn(await repositories.text());
  const form = { request, decision: "go", selection: "all" };
  return locationOf(await github.post(page.origin + page.pathname, form));
}

/**
 * Selects one repository, then all again: the settings of an installation return to the setup URL only after
 * a change. It is repeated if somebody else has selected all meanwhile. Returns `undefined` if the
 * installation was deleted.
 */
async function changeInstallation(
  github: BrowserSession,
  settings: string,
): Promise<string | undefined> {
  for (;;) {
    const page = await github.get(settings);
    if (page.status === 404) return undefined;
    const text = await page.text();
    const [, repository = ""] = /name="repository" value="([^"]+)"/.exec(text) ?? [];
    const one = { request: requestIn(text), decision: "go", selection: "selected", repository };
    await github.post(settings, one);
    const next = requestIn(await (await github.get(settings)).text());
    const reply = await github.post(settings, { request: next, decision: "go", selection: "all" });
    // 200 is the page that says that nothing was changed.
    if (reply.status !== 200) return locationOf(reply);
  }
}

/** Opens the setup URL and authorizes the user: the callback, not yet opened. */
export async function authorizeGithubUser(
  stack: StackUrls,
  session: BrowserSession,
  setupUrl: string,
  login = "octocat",
): Promise<string> {
  const github = openSession();
  const consent = await github.get(locationOf(await session.get(setupUrl)));
  const form = { request: requestIn(await consent.text()), login, decision: "authorize" };
  return locationOf(await github.post(`${stack.platforms.githubUrl}/login/oauth/authorize`, form));
}

/** Requests the GitHub App as a member, and authorizes: the page of the request. */
export async function requestGithubApp(
  stack: StackUrls,
  session: BrowserSession,
  install: GithubAppInstall,
  start?: string,
): Promise<string> {
  const setupUrl = await installGithubApp(stack, session, start, install);
  const callback = await authorizeGithubUser(stack, session, setupUrl, install.login);
  return new URL(locationOf(await session.get(callback)), callback).href;
}

/** Goes through a whole install of the GitHub App, and answers the callback's reply as JSON. */
export async function installGithubAppAs(
  stack: StackUrls,
  install: GithubAppInstall = {},
  start?: string,
): Promise<Response> {
  const session = openSession();
  const setupUrl = await installGithubApp(stack, session, start, install);
  const callback = await authorizeGithubUser(stack, session, setupUrl, install.login);
  return session.get(callback, { accept: "application/json" });
}

/** Starts a flow for Slack and allows it: the callback, not yet opened. */
export async function consentSlack(
  { url, platforms }: StackUrls,
  session: BrowserSession,
  organization = "T0ACME",
  start = "/oauth/slack/authorize",
): Promise<string> {
  const slack = openSession();
  const page = await slack.get(locationOf(await session.get(url + start)));
  const form = { request: requestIn(await page.text()), organization, decision: "allow" };
  return locationOf(await slack.post(`${platforms.slackUrl}/oauth/v2/authorize`, form));
}

/** Starts a flow for Jira and accepts it: the callback, not yet opened. */
export async function consentJira(
  { url, platforms }: StackUrls,
  session: BrowserSession,
  { account = "mia", sites = ["acme"], start = "/oauth/jira/authorize" }: JiraConsent = {},
): Promise<string> {
  const jira = openSession();
  const page = await jira.get(locationOf(await session.get(url + start)));
  const form: [string, string][] = [
    ["request", requestIn(await page.text())],
    ["account", account],
    ["decision", "accept"],
    ...sites.map((site): [string, string] => [`site-${account}`, site]),
  ];
  return locationOf(await jira.post(`${platforms.jiraAuthUrl}/authorize`, form));
}

/** Installs one Jira site of a person, from the choice if the grant covers others too, and returns the last reply. */
export async function installJiraSite(
  stack: StackUrls,
  account: string,
  site: string,
): Promise<Response> {
  const session = openSession();
  const headers = { accept: "application/json" };
  const callback = await consentJira(stack, session, { account, sites: [site] });
  const reply = await session.get(callback, headers);
  const choice = v.safeParse(OrganizationChoice, await reply.clone().json());
  if (!choice.success) return reply;
  const chosen = choice.output.organizations.find(
    ({ url }) => url === `https://${site}.atlassian.net`,
  );
  const form = { pending_id: choice.output.pending_id, organization_id: chosen?.id ?? "" };
  return session.post(`${stack.url}/oauth/jira/organization`, form, headers);
}

function requestIn(page: string): string {
  const [, request = ""] = /name="request" value="(\w+)"/.exec(page) ?? [];
  return request;
}

function unescapeHtml(text: string): string {
  return text.replace(/&(?:amp|#38);/g, "&");
}
