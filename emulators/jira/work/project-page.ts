import { html } from "hono/html";
import type { RequestContext } from "../../http.ts";
import { type Markup, type PageResponse, renderPage } from "../../page.ts";
import { ACCOUNTS, accountOf } from "../accounts.ts";
import type { JiraContext } from "../context.ts";
import type { JiraSite } from "../sites.ts";
import { issuesOf } from "./issues.ts";
import { type JiraProject, STATUSES } from "./projects.ts";
import { type JiraComment, type JiraIssue, keyOf, textOf } from "./work-records.ts";

/** A site as one of its people sees it. */
interface SiteView {
  readonly jira: JiraContext;
  readonly site: JiraSite;
  /** The login of the account that is selected in forms. */
  readonly account: string | undefined;
}

/** Renders the issues of a project, and a form to create one. */
export function renderProject(
  c: RequestContext,
  view: SiteView,
  { key, name }: JiraProject,
): PageResponse {
  const { jira, site } = view;
  const issues = issuesOf(jira, site).filter(({ project }) => project === key);
  const content = html`
      <h1>${name}</h1>
      <p class="lead">the project ${key} of ${new URL(site.url).host}</p>
      <section class="card">
        <h2>Issues</h2>
        ${issues.length === 0 && html`<p class="lead">There are none yet.</p>`}
        <ul class="choices">${issues.toReversed().map((issue) => issueItem(view, issue))}</ul>
      </section>
      <form class="card" method="post" action="${sitePath(view)}/projects/${key}">
        <h2>Create an issue</h2>
        ${accountField(view)}
        <label for="summary">Summary</label>
        <input id="summary" name="summary" required maxlength="255">
        <label for="description">Description</label>
        <textarea id="description" name="description" rows="4"></textarea>
        <button class="go">Create</button>
      </form>
    `;
  return renderPage(c, 200, { platform: "Jira", title: name, content });
}

/** Renders an issue with its comments, and a form to add one. */
export function renderIssue(c: RequestContext, view: SiteView, issue: JiraIssue): PageResponse {
  const key = keyOf(issue);
  const { summary, description, project, status, issueType, assignee, labels, author } = issue;
  const details = [
    issueType,
    status,
    assignee === null ? "unassigned" : `assigned to ${accountOf(assignee).name}`,
    ...labels,
  ];
  const content = html`
      <h1>${summary}</h1>
      <p class="lead">${key} in <a href="${sitePath(view)}/projects/${project}">${project}</a></p>
      <p class="lead">${details.join(", ")}</p>
      <article class="card">
        <h2>${accountOf(author).name}</h2>
        <p class="text">${description === null ? "No description." : textOf(description)}</p>
      </article>
      ${issue.comments.map(commentItem)}
      <form class="card" method="post" action="${sitePath(view)}/browse/${key}">
        <h2>Add a comment</h2>
        ${accountField(view)}
        <label for="text">Comment</label>
        <textarea id="text" name="text" rows="4" required></textarea>
        <button class="go">Comment</button>
      </form>
      <form class="card" method="post" action="${sitePath(view)}/browse/${key}/status">
        <h2>Move the issue</h2>
        ${accountField(view, "mover")}
        ${STATUSES.filter(({ name }) => name !== status).map(moveButton)}
      </form>
    `;
  return renderPage(c, 200, { platform: "Jira", title: `${key} ${summary}`, content });
}

function issueItem(view: SiteView, issue: JiraIssue): Markup {
  const key = keyOf(issue);
  return html`<li><a href="${sitePath(view)}/browse/${key}"><span><strong>${issue.summary}</strong> ${key}, comments: ${issue.comments.length}</span><em>${issue.status}</em></a></li>`;
}

function commentItem({ author, body }: JiraComment): Markup {
  return html`
      <article class="card">
        <h2>${accountOf(author).name}</h2>
        <p class="text">${textOf(body)}</p>
      </article>`;
}

function moveButton({ name }: (typeof STATUSES)[number]): Markup {
  return html`<button name="status" value="${name}">${name}</button>`;
}

function accountField({ account }: SiteView, id = "account"): Markup {
  const options = ACCOUNTS.map(({ login, name }) => {
    const selected = login === account && html` selected`;
    return html`<option value="${login}"${selected}>${name}</option>`;
  });
  return html`<label for="${id}">As</label>
        <select id="${id}" name="account">${options}</select>`;
}

function sitePath({ jira, site }: SiteView): string {
  return `${new URL(jira.url).pathname}/sites/${site.name}`;
}
