import { html } from "hono/html";
import type { RequestContext } from "../../http.ts";
import { type Markup, type PageResponse, renderPage } from "../../page.ts";
import type { GithubContext } from "../context.ts";
import { GITHUB_ICON } from "../icon.ts";
import { toWireTime } from "../simple-account.ts";
import { DEFAULT_BRANCH, findCommit } from "./content-records.ts";
import { reactionsTo } from "./reactions.ts";
import { workOf } from "./repository.ts";
import {
  codeForms,
  commentForms,
  issueForm,
  pagePath,
  type RepositoryView,
} from "./repository-forms.ts";
import type { CheckRun, Issue, Reaction } from "./work-records.ts";

const EMOJI: Record<Reaction["content"], string> = {
  "+1": "👍",
  "-1": "👎",
  laugh: "😄",
  confused: "😕",
  heart: "❤️",
  hooray: "🎉",
  rocket: "🚀",
  eyes: "👀",
};

/** Renders a repository: its issues and pull requests, files and check runs, and forms for each. */
export function renderRepository(c: RequestContext, view: RepositoryView): PageResponse {
  const { github, repository } = view;
  const { issues, checkRuns, content } = workOf(github, repository);
  const files = Object.keys(findCommit(content, DEFAULT_BRANCH)?.files ?? {}).sort();
  const title = `${repository.account.login}/${repository.name}`;
  const main = html`
      <div aria-hidden="true">${GITHUB_ICON}</div>
      <h1>${title}</h1>
      <p class="lead">a private repository</p>
      <section class="card">
        <h2>Issues and pull requests</h2>
        ${issues.length === 0 && html`<p class="lead">There are none yet.</p>`}
        <ul class="choices">${issues.toReversed().map((issue) => issueItem(view, issue))}</ul>
      </section>
      ${issueForm(view)}
      <section class="card">
        <h2>Files on ${DEFAULT_BRANCH}</h2>
        <ul>${files.map((path) => html`<li><code>${path}</code></li>`)}</ul>
        ${checkRuns.length > 0 && html`<h2>Checks</h2>`}
        <ul>${checkRuns.toReversed().map(checkItem)}</ul>
      </section>
      ${codeForms(view)}
    `;
  return renderPage(c, 200, { platform: "GitHub", title, content: main });
}

/** Renders an issue or a pull request with its comments, and forms to add one and to close it. */
export function renderIssue(
  c: RequestContext,
  { issue, ...view }: RepositoryView & { readonly issue: Issue },
): PageResponse {
  const { github, repository } = view;
  const { comments, reactions } = workOf(github, repository);
  const { number, title, author, createdAt, body, pull } = issue;
  const own = reactionsTo(reactions, { kind: "issue", id: number });
  const content = html`
      <h1>${title} <span class="lead">#${number}</span></h1>
      <p class="lead">${stateOf(issue)} in <a href="${pagePath(view)}">${repository.account.login}/${repository.name}</a></p>
      ${pull && html`<p class="lead">${pull.head.ref} into ${pull.base.ref}</p>`}
      ${post(github, { author, createdAt, body: body ?? "No description.", reactions: own })}
      ${comments
        .filter((comment) => comment.issue === number)
        .map((comment) => {
          const found = reactionsTo(reactions, { kind: "comment", id: comment.id });
          return post(github, { ...comment, reactions: found });
        })}
      ${commentForms(view, issue)}
    `;
  return renderPage(c, 200, { platform: "GitHub", title: `${title} #${number}`, content });
}

function issueItem(view: RepositoryView, issue: Issue): Markup {
  const { number, title, author, pull } = issue;
  const kind = pull ? "pull" : "issues";
  const { comments } = workOf(view.github, view.repository);
  const count = comments.filter((comment) => comment.issue === number).length;
  return html`<li><a href="${pagePath(view)}/${kind}/${number}"><span><strong>${title}</strong> #${number} by ${author}, comments: ${count}</span><em>${stateOf(issue)}</em></a></li>`;
}

function post(github: GithubContext, { author, createdAt, body, reactions }: PostView): Markup {
  const at = toWireTime(github.clock, createdAt);
  return html`
      <article class="card post">
        <h2>${author} <time class="lead" datetime="${at}">${at}</time></h2>
        <p class="text">${body}</p>
        ${reactions.length > 0 && html`<ul class="choice">${reactions.map(reactionItem)}</ul>`}
      </article>`;
}

interface PostView {
  readonly author: string;
  readonly createdAt: number;
  readonly body: string;
  readonly reactions: readonly Reaction[];
}

function reactionItem({ content, user }: Reaction): Markup {
  return html`<li><span role="img" aria-label="${content}">${EMOJI[content]}</span> ${user}</li>`;
}

function checkItem({ name, status, conclusion, title }: CheckRun): Markup {
  return html`<li><strong>${name}</strong>: ${conclusion ?? status} ${title}</li>`;
}

function stateOf({ state, pull }: Issue): string {
  return `${state} ${pull ? "pull request" : "issue"}`;
}
