import * as v from "valibot";
import { Content } from "./content-records.ts";

/** The content of a reaction. */
export const ReactionContent = v.picklist([
  "+1",
  "-1",
  "laugh",
  "confused",
  "heart",
  "hooray",
  "rocket",
  "eyes",
]);

/** A branch and the commit that it had when the pull request was opened. */
const BranchPoint = v.object({ ref: v.string(), sha: v.string() });

/** An issue, or with `pull` a pull request: both share their numbers. */
const Issue = v.object({
  id: v.number(),
  number: v.number(),
  title: v.string(),
  body: v.nullable(v.string()),
  author: v.string(),
  /** The App that acted, or `null` for a person. */
  appId: v.nullable(v.number()),
  state: v.picklist(["open", "closed"]),
  stateReason: v.nullable(v.picklist(["completed", "not_planned", "reopened"])),
  labels: v.array(v.string()),
  assignees: v.array(v.string()),
  createdAt: v.number(),
  updatedAt: v.number(),
  closedAt: v.nullable(v.number()),
  closedBy: v.nullable(v.string()),
  pull: v.nullable(v.object({ head: BranchPoint, base: BranchPoint, isDraft: v.boolean() })),
});
export type Issue = v.InferOutput<typeof Issue>;

const IssueComment = v.object({
  id: v.number(),
  issue: v.number(),
  body: v.string(),
  author: v.string(),
  appId: v.nullable(v.number()),
  createdAt: v.number(),
  updatedAt: v.number(),
});
export type IssueComment = v.InferOutput<typeof IssueComment>;

/** A reaction to an issue, by number, or to a comment, by id. */
const Reaction = v.object({
  id: v.number(),
  subject: v.object({ kind: v.picklist(["issue", "comment"]), id: v.number() }),
  content: ReactionContent,
  user: v.string(),
  createdAt: v.number(),
});
export type Reaction = v.InferOutput<typeof Reaction>;

/** The state of a check run that an App sets. */
export const CheckRunStatus = v.picklist(["queued", "in_progress", "completed"]);

export const CheckRunConclusion = v.picklist([
  "action_required",
  "cancelled",
  "failure",
  "neutral",
  "success",
  "skipped",
  "stale",
  "timed_out",
]);

const CheckRun = v.object({
  id: v.number(),
  appId: v.number(),
  name: v.string(),
  headSha: v.string(),
  status: CheckRunStatus,
  conclusion: v.nullable(CheckRunConclusion),
  detailsUrl: v.nullable(v.string()),
  externalId: v.string(),
  title: v.nullable(v.string()),
  summary: v.nullable(v.string()),
  text: v.nullable(v.string()),
  startedAt: v.number(),
  completedAt: v.nullable(v.number()),
});
export type CheckRun = v.InferOutput<typeof CheckRun>;

/** All that people and bots did in one repository. */
export const RepositoryWork = v.object({
  /** The id of the repository, which stays the same when its owner is renamed. */
  id: v.number(),
  issues: v.array(Issue),
  comments: v.array(IssueComment),
  reactions: v.array(Reaction),
  checkRuns: v.array(CheckRun),
  content: Content,
});
export type RepositoryWork = v.InferOutput<typeof RepositoryWork>;
