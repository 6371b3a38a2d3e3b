import type { Permission } from "../decision-page.ts";
import { type Html, html } from "../html.ts";
import type { Reply } from "../http.ts";
import { page } from "../page.ts";
import type { GithubAccount } from "./accounts.ts";
import { BRANCH_ICON } from "./branch-icon.ts";
import type { RepositorySelection } from "./records.ts";

/** What an account offers its visitor: a member cannot install, and asks the owners. */
export type InstallVerb = "Install" | "Configure" | "Request";

/** The page on which a person chooses where to install an app. */
export interface AccountsPage {
  readonly appName: string;
  readonly people: readonly GithubAccount[];
  /** Who is signed in. */
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

/** The page on which a person chooses repositories, and installs or does not. */
export interface RepositoriesPage {
  readonly appName: string;
  readonly accountLogin: string;
  readonly login: string;
  readonly verb: InstallVerb;
  readonly permissions: readonly Permission[];
  readonly repositories: readonly string[];
  /** What is chosen at first. */
  readonly selection: RepositorySelection;
  readonly action: string;
  /** Names the pending install, which stays with us: a form could be tampered with. */
  readonly requestId: string;
  /** The origin of the setup URL. */
  readonly returnsTo: string;
}

const LEADS: Record<InstallVerb, string> = {
  Install: "You own it, so you decide.",
  Configure: "It is installed there already.",
  Request: "You are a member: an owner has to approve it.",
};

const BUTTONS: Record<InstallVerb, string> = {
  Install: "Install",
  Configure: "Save",
  Request: "Request",
};

/** Where to install: the accounts of whoever is signed in. */
export function accountsPage(view: AccountsPage): Reply {
  const { appName, people, login, state, action, choices } = view;
  const stateField =
    state === null ? html`` : html`<input type="hidden" name="state" value="${state}">`;
  const content = html`
      <div class="parties" aria-hidden="true">${BRANCH_ICON}</div>
      <h1>Install ${appName}</h1>
      <p class="lead">on a GitHub account of your choice</p>
      <div class="card">
        <form class="inline" method="get" action="${action}">
          ${stateField}
          <label for="login">Signed in as</label>
          <select id="login" name="login">${people.map((person) => option(person, login))}</select>
          <button>Switch</button>
        </form>
        <h2>Where do you want it?</h2>
        <ul class="choices">${choices.map(choice)}</ul>
      </div>
    `;
  return page(200, { platform: "GitHub", title: `Install ${appName}`, content });
}

/** Which repositories, and whether at all. */
export function repositoriesPage(view: RepositoriesPage): Reply {
  const { appName, accountLogin, login, verb, permissions, repositories, selection } = view;
  const title = `${verb} ${appName}`;
  const content = html`
      <div class="parties" aria-hidden="true">${BRANCH_ICON}</div>
      <h1>${title}</h1>
      <p class="lead">on <strong>${accountLogin}</strong>, as ${login}. ${LEADS[verb]}</p>
      <form class="card" method="post" action="${view.action}">
        <input type="hidden" name="request" value="${view.requestId}">
        <fieldset>
          <legend>Repositories</legend>
          ${radio("all", "All repositories", selection === "all")}
          ${radio("selected", "Only select repositories", selection !== "all")}
          <div class="selected">${repositories.map((name) => checkbox(name, selection))}</div>
        </fieldset>
        <h2>${appName} will be able to</h2>
        <ul>${permissions.map(permission)}</ul>
        <div class="decision">
          <button class="go" name="decision" value="go">${BUTTONS[verb]}</button>
          <button name="decision" value="cancel">Cancel</button>
        </div>
      </form>
      <p class="after">Then you return to <strong>${view.returnsTo}</strong></p>
    `;
  return page(200, { platform: "GitHub", title, content });
}

function option({ login, description }: GithubAccount, selectedLogin: string): Html {
  const selected = login === selectedLogin ? html` selected` : html``;
  return html`<option value="${login}"${selected}>${login} – ${description}</option>`;
}

function choice({ login, description, verb, href }: AccountChoice): Html {
  return html`<li><a href="${href}"><span><strong>${login}</strong> ${description}</span><em>${verb}</em></a></li>`;
}

function radio(value: "all" | "selected", label: string, isChecked: boolean): Html {
  const checked = isChecked ? html` checked` : html``;
  return html`<label class="choice"><input type="radio" name="selection" value="${value}"${checked}> ${label}</label>`;
}

function checkbox(name: string, selection: RepositorySelection): Html {
  const checked = selection !== "all" && selection.includes(name) ? html` checked` : html``;
  return html`<label class="choice"><input type="checkbox" name="repository" value="${name}"${checked}> ${name}</label>`;
}

function permission({ name, meaning }: Permission): Html {
  return html`<li>${meaning} <code>${name}</code></li>`;
}
