import { html } from "hono/html";
import { type Permission, permissionItem } from "../decision-page.ts";
import type { RequestContext } from "../http.ts";
import { type Markup, type PageResponse, renderPage } from "../page.ts";
import type { GithubAccount } from "./accounts.ts";
import { accountOption } from "./consent-page.ts";
import { GITHUB_ICON } from "./icon.ts";
import type { RepositorySelection } from "./records.ts";

/** The action that a user has for an account. A member cannot install, but can request it. */
export type InstallVerb = "Install" | "Configure" | "Request";

/** The page on which a person chooses the account to install an app on. */
export interface AccountsPage {
  readonly appName: string;
  readonly people: readonly GithubAccount[];
  /** The signed-in user. */
  readonly login: string;
  readonly state: string | null;
  /** The page's own path. */
  readonly action: string;
  readonly choices: readonly AccountChoice[];
}

/** One account to install on. */
export interface AccountChoice {
  readonly login: string;
  readonly description: string;
  readonly verb: InstallVerb;
  readonly href: string;
}

/** The page on which a person chooses repositories and installs. */
export interface RepositoriesPage {
  readonly appName: string;
  readonly accountLogin: string;
  readonly login: string;
  readonly verb: InstallVerb;
  readonly permissions: readonly Permission[];
  /** The repositories that the user can select. */
  readonly repositories: readonly string[];
  /** Whether the user can select all repositories of the account. */
  readonly canSelectAll: boolean;
  /** The initial choice. */
  readonly selection: RepositorySelection;
  readonly action: string;
  /** Names the pending install. Its parameters stay on the server: a form can be changed. */
  readonly requestId: string;
  /** The origin of the setup URL. */
  readonly returnsTo: string;
  /** The page of new permissions that wait for the owner. */
  readonly review: string | null;
}

/** A page on which an owner reviews the permissions of an app. */
export interface ReviewPage {
  readonly appName: string;
  readonly title: string;
  readonly lead: string;
  readonly button: string;
  readonly permissions: readonly Permission[];
  readonly action: string;
  /** Names the pending decision. */
  readonly requestId: string;
}

const LEADS: Record<InstallVerb, string> = {
  Install: "You are an owner, so you decide.",
  Configure: "The app is already installed there.",
  Request: "You are a member: an owner has to approve it.",
};

const BUTTONS: Record<InstallVerb, string> = {
  Install: "Install",
  Configure: "Save",
  Request: "Request",
};

/** Renders the choice of accounts of the signed-in user. */
export function renderAccounts(
  c: RequestContext,
  { appName, people, login, state, action, choices }: AccountsPage,
): PageResponse {
  const stateField = state !== null && html`<input type="hidden" name="state" value="${state}">`;
  const content = html`
      <div aria-hidden="true">${GITHUB_ICON}</div>
      <h1>Install ${appName}</h1>
      <p class="lead">on a GitHub account of your choice</p>
      <div class="card">
        <label for="login">Signed in as</label>
        <form class="decision" method="get" action="${action}">
          ${stateField}
          <select id="login" name="login">${people.map((person) => accountOption(person, login))}</select>
          <button>Switch</button>
        </form>
        <h2>Where do you want to install it?</h2>
        <ul class="choices">${choices.map(choice)}</ul>
      </div>
    `;
  return renderPage(c, 200, { platform: "GitHub", title: `Install ${appName}`, content });
}

/** Renders the choice of repositories of an account. */
export function renderRepositories(c: RequestContext, view: RepositoriesPage): PageResponse {
  const { appName, accountLogin, login, verb, permissions, repositories, selection } = view;
  const { canSelectAll, review } = view;
  const lead = canSelectAll ? LEADS[verb] : "You are an admin of some repositories.";
  const isAll = canSelectAll && selection === "all";
  const title = `${verb} ${appName}`;
  const content = html`
      <div aria-hidden="true">${GITHUB_ICON}</div>
      <h1>${title}</h1>
      <p class="lead">on <strong>${accountLogin}</strong>, as ${login}. ${lead}</p>
      ${review !== null && html`<p class="lead"><a href="${review}">Review the new permissions</a> that it requests.</p>`}
      <form class="card" method="post" action="${view.action}">
        <input type="hidden" name="request" value="${view.requestId}">
        <fieldset>
          <legend>Repositories</legend>
          ${canSelectAll && radio("all", "All repositories", isAll)}
          ${radio("selected", "Only select repositories", !isAll)}
          <div class="selected">${repositories.map((name) => checkbox(name, selection))}</div>
        </fieldset>
        <h2>${appName} will be able to</h2>
        <ul>${permissions.map(permissionItem)}</ul>
        <div class="decision">
          <button class="go" name="decision" value="go">${BUTTONS[verb]}</button>
          <button name="decision" value="cancel">Cancel</button>
        </div>
      </form>
      <p class="after">${verb === "Configure" ? "After a change" : "Then"} you return to <strong>${view.returnsTo}</strong></p>
    `;
  return renderPage(c, 200, { platform: "GitHub", title, content });
}

/** Renders a page on which an owner accepts the permissions of an app. */
export function renderReview(c: RequestContext, view: ReviewPage): PageResponse {
  const { appName, title, lead, button, permissions, action, requestId } = view;
  const content = html`
      <div aria-hidden="true">${GITHUB_ICON}</div>
      <h1>${title}</h1>
      <p class="lead">${lead}</p>
      <form class="card" method="post" action="${action}">
        <input type="hidden" name="request" value="${requestId}">
        <h2>${appName} will be able to</h2>
        <ul>${permissions.map(permissionItem)}</ul>
        <div class="decision">
          <button class="go" name="decision" value="go">${button}</button>
          <button name="decision" value="cancel">Cancel</button>
        </div>
      </form>
    `;
  return renderPage(c, 200, { platform: "GitHub", title, content });
}

function choice({ login, description, verb, href }: AccountChoice): Markup {
  return html`<li><a href="${href}"><span><strong>${login}</strong> ${description}</span><em>${verb}</em></a></li>`;
}

function radio(value: "all" | "selected", label: string, isChecked: boolean): Markup {
  const checked = isChecked && html` checked`;
  return html`<label class="choice"><input type="radio" name="selection" value="${value}"${checked}> ${label}</label>`;
}

function checkbox(name: string, selection: RepositorySelection): Markup {
  const checked = selection !== "all" && selection.includes(name) && html` checked`;
  return html`<label class="choice"><input type="checkbox" name="repository" value="${name}"${checked}> ${name}</label>`;
}
