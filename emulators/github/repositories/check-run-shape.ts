import { toApp } from "../app-shape.ts";
import type { GithubContext } from "../context.ts";
import { toNodeId, toWireTime } from "../simple-account.ts";
import { urlsOf } from "./issue-shape.ts";
import type { Repository } from "./repository.ts";
import type { CheckRun } from "./work-records.ts";

/**
 * Returns a check run as the REST API and the webhooks show it.
 *
 * @see [Check runs](https://docs.github.com/en/rest/checks/runs)
 */
export function toCheckRun(github: GithubContext, repository: Repository, run: CheckRun) {
  const { app, clock } = github;
  const { id, appId, title, summary, text, completedAt } = run;
  const { apiUrl, htmlUrl } = urlsOf(github, repository);
  const url = `${apiUrl}/check-runs/${id}`;
  const shownApp = app?.appId === appId ? toApp({ ...github, app }) : null;
  return {
    id,
    node_id: toNodeId("CheckRun", id),
    name: run.name,
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: `${htmlUrl}#check-run-${id}`,
    // Without a URL of its own, a check run has that of the App.
    details_url: run.detailsUrl ?? shownApp?.external_url ?? null,
    status: run.status,
    conclusion: run.conclusion,
    started_at: toWireTime(clock, run.startedAt),
    completed_at: completedAt === null ? null : toWireTime(clock, completedAt),
    output: { title, summary, text, annotations_count: 0, annotations_url: `${url}/annotations` },
    check_suite: null,
    app: shownApp,
    pull_requests: [],
  };
}
