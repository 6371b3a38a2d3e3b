import type { GithubContext } from "../context.ts";
import { toCheckRun } from "../repositories/check-run-shape.ts";
import type { Repository } from "../repositories/repository.ts";
import type { CheckRun } from "../repositories/work-records.ts";
import { botLogin } from "../simple-account.ts";
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
  for (const action of actions) {
    const check_run = toCheckRun(github, repository, after);
    const fields = { action, check_run };
    const sender = botLogin(app);
    notifyRepositoryEvent(github, repository, { event: "check_run", sender, fields });
  }
}
