import type { GithubContext } from "../context.ts";
import { notifyCheckRun } from "../webhooks/check-run-events.ts";
import { changeWork, newId, type Repository, workOf } from "./repository.ts";
import type { CheckRun } from "./work-records.ts";

/** The fields of a check run that its App sets. */
export type CheckRunEdit = Partial<
  Omit<CheckRun, "id" | "appId" | "headSha" | "startedAt" | "completedAt">
>;

/** Creates a check run of a commit, which is queued unless the App says otherwise. */
export function createCheckRun(
  github: GithubContext,
  repository: Repository,
  created: Pick<CheckRun, "appId" | "name" | "headSha">,
  edit: CheckRunEdit,
): CheckRun {
  const now = github.clock.now();
  const initial: CheckRun = {
    ...created,
    id: newId(),
    status: "queued",
    conclusion: null,
    detailsUrl: null,
    externalId: "",
    title: null,
    summary: null,
    text: null,
    startedAt: now,
    completedAt: null,
  };
  const run = complete({ ...initial, ...edit }, now);
  const { checkRuns } = workOf(github, repository);
  changeWork(github, repository, { checkRuns: [...checkRuns, run] });
  notifyCheckRun(github, repository, undefined, run);
  return run;
}

/** Changes a check run. */
export function editCheckRun(
  github: GithubContext,
  repository: Repository,
  run: CheckRun,
  edit: CheckRunEdit,
): CheckRun {
  const changed = complete({ ...run, ...edit }, github.clock.now());
  const checkRuns = workOf(github, repository).checkRuns.map((other) =>
    other.id === run.id ? changed : other,
  );
  changeWork(github, repository, { checkRuns });
  notifyCheckRun(github, repository, run, changed);
  return changed;
}

/**
 * A conclusion completes a check run.
 *
 * @see [Create a check run](https://docs.github.com/en/rest/checks/runs#create-a-check-run)
 */
function complete(run: CheckRun, now: number): CheckRun {
  if (run.conclusion === null) return run;
  return { ...run, status: "completed", completedAt: run.completedAt ?? now };
}
