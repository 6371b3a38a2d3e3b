import { idOf } from "../accounts.ts";
import { toApp } from "../app-shape.ts";
import type { GithubAppContext, GithubContext } from "../context.ts";
import { toCheckRun } from "../repositories/check-run-shape.ts";
import { urlsOf } from "../repositories/issue-shape.ts";
import { type PullRequest, pullsOf } from "../repositories/pull-shape.ts";
import { type Repository, workOf } from "../repositories/repository.ts";
import type { CheckRun } from "../repositories/work-records.ts";
import { botLogin, toNodeId, toWireTime } from "../simple-account.ts";
import { notifyRepositoryEvent } from "./repository-events.ts";

/**
 * Notifies the App of a new check run, and of one that has a conclusion now. Other changes send no event.
 *
 * @see [check_run](https://docs.github.com/en/webhooks/webhook-events-and-payloads#check_run)
 */
export function notifyCheckRun(
  github: GithubContext,
  repository: Repository,
  before: CheckRun | undefined,
  after: CheckRun,
): void {
  const { app } = github;
  if (!app) return;
  const isCompleted = after.status === "completed" && before?.status !== "completed";
  const actions = [...(before ? [] : ["created"]), ...(isCompleted ? ["completed"] : [])];
  const pull_requests = pullsOf(github, repository)
    .filter(({ state, pull }) => state === "open" && pull.head.sha === after.headSha)
    .map((pull) => toPullReference(github, repository, pull));
  const check_run = {
    ...toCheckRun(github, repository, after),
    check_suite: { ...toSuite({ ...github, app }, repository, after), pull_requests },
    pull_requests,
  };
  for (const action of actions) {
    const fields = { action, check_run };
    const sender = botLogin(app);
    notifyRepositoryEvent(github, repository, { event: "check_run", sender, fields });
  }
}

/** Returns the suite of a check run: an App has one for each commit. */
function toSuite(github: GithubAppContext, repository: Repository, run: CheckRun) {
  const { headSha: head_sha, appId, status, conclusion, startedAt } = run;
  const { branches, commits } = workOf(github, repository).content;
  const [branch = null] = Object.keys(branches).filter((name) => branches[name] === head_sha);
  const id = idOf(`check-suite/${appId}/${head_sha}`);
  const at = toWireTime(github.clock, startedAt);
  const [before = null] = commits.find(({ sha }) => sha === head_sha)?.parents ?? [];
  return {
    id,
    node_id: toNodeId("CheckSuite", id),
    head_branch: branch,
    head_sha,
    status,
    conclusion,
    url: `${urlsOf(github, repository).apiUrl}/check-suites/${id}`,
    before,
    after: head_sha,
    app: toApp(github),
    created_at: at,
    updated_at: at,
  };
}

/** Returns the fields by which a check run names a pull request. */
function toPullReference(github: GithubContext, repository: Repository, request: PullRequest) {
  const { id, number, pull } = request;
  const { apiUrl: url } = urlsOf(github, repository);
  const repo = { id: repository.id, url, name: repository.name };
  const { head, base } = pull;
  return {
    url: `${url}/pulls/${number}`,
    id,
    number,
    head: { ...head, repo },
    base: { ...base, repo },
  };
}
