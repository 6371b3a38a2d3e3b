import { html } from "hono/html";
import type { Markup } from "../../page.ts";
import { accountOption } from "../consent-page.ts";
import type { GithubContext } from "../context.ts";
import { knownAccounts } from "../directory.ts";
import { DEFAULT_BRANCH } from "./content-records.ts";
import { type Repository, repositoryPath, workOf } from "./repository.ts";
import type { Issue } from "./work-records.ts";

/** A repository as one of its users sees it. */
export interface RepositoryView {
  readonly github: GithubContext;
  readonly repository: Repository;
  /** The signed-in user. */
  readonly login: string;
}

/** Returns the path of the page of a repository. */
export function pagePath({ github, repository }: RepositoryView): string {
  return new URL(github.url).pathname + repositoryPath(repository);
}

/** Renders the form that opens an issue. */
export function issueForm(view: RepositoryView): Markup {
  return html`
      <form class="card" method="post" action="${pagePath(view)}/issues">
        <h2>Open an issue</h2>
        ${senderField(view, "issue")}
        <label for="title">Title</label>
        <input id="title" name="title" required maxlength="256">
        <label for="body">Description</label>
        <textarea id="body" name="body" rows="4"></textarea>
        <button class="go">Open the issue</button>
      </form>`;
}

/** Renders the form that adds a comment, and the one that closes or opens an issue or a pull request. */
export function commentForms(view: RepositoryView, { number, state, pull }: Issue): Markup {
  const path = `${pagePath(view)}/issues/${number}`;
  const next = state === "open" ? "closed" : "open";
  const verb = state === "open" ? "Close" : "Reopen";
  return html`
      <form class="card" method="post" action="${path}/comments">
        <h2>Add a comment</h2>
        ${senderField(view, "comment")}
        <label for="body">Comment</label>
        <textarea id="body" name="body" rows="4" required></textarea>
        <button class="go">Comment</button>
      </form>
      <form class="card" method="post" action="${path}/state">
        ${senderField(view, "state")}
        <input type="hidden" name="state" value="${next}">
        <button>${verb} the ${pull ? "pull request" : "issue"}</button>
      </form>`;
}

/** Renders the form that pushes a file, and the one that opens a pull request from another branch. */
export function codeForms(view: RepositoryView): Markup {
  const { branches } = workOf(view.github, view.repository).content;
  const heads = Object.keys(branches).filter((branch) => branch !== DEFAULT_BRANCH);
  return html`
      <form class="card" method="post" action="${pagePath(view)}/files">
        <h2>Push a file</h2>
        ${senderField(view, "file")}
        <label for="branch">Branch</label>
        <input id="branch" name="branch" required value="${DEFAULT_BRANCH}">
        <label for="path">Path</label>
        <input id="path" name="path" required value="notes.txt">
        <label for="content">Content</label>
        <textarea id="content" name="content" rows="3"></textarea>
        <label for="message">Commit message</label>
        <input id="message" name="message">
        <button class="go">Push</button>
      </form>
      ${
        heads.length > 0 &&
        html`<form class="card" method="post" action="${pagePath(view)}/pulls">
        <h2>Open a pull request into ${DEFAULT_BRANCH}</h2>
        ${senderField(view, "pull")}
        <label for="head">Branch to merge</label>
        <select id="head" name="head">${heads.map((head) => html`<option>${head}</option>`)}</select>
        <label for="pull-title">Title of the pull request</label>
        <input id="pull-title" name="title" required maxlength="256">
        <button class="go">Open the pull request</button>
      </form>`
      }`;
}

/** Renders the field that says who acts. Its id differs in each form of a page. */
function senderField({ github, login }: RepositoryView, form: string): Markup {
  const people = knownAccounts(github);
  return html`<label for="${form}-login">As</label>
        <select id="${form}-login" name="login">${people.map((person) => accountOption(person, login))}</select>`;
}
