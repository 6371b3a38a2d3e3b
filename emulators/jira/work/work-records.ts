import * as v from "valibot";

/** A text of Jira's: a document of nodes, and no string. */
export const AdfDocument = v.looseObject({
  type: v.literal("doc"),
  version: v.literal(1),
  content: v.array(v.looseObject({ type: v.string() })),
});
export type AdfDocument = v.InferOutput<typeof AdfDocument>;

const Comment = v.object({
  id: v.string(),
  author: v.string(),
  body: AdfDocument,
  createdAt: v.number(),
  updatedAt: v.number(),
});
export type JiraComment = v.InferOutput<typeof Comment>;

/** An issue. `author` is the login of an account. */
export const JiraIssue = v.object({
  site: v.string(),
  id: v.string(),
  project: v.string(),
  number: v.number(),
  summary: v.string(),
  description: v.nullable(AdfDocument),
  issueType: v.string(),
  status: v.string(),
  labels: v.array(v.string()),
  /** The id of an account. */
  assignee: v.nullable(v.string()),
  author: v.string(),
  comments: v.array(Comment),
  createdAt: v.number(),
  updatedAt: v.number(),
});
export type JiraIssue = v.InferOutput<typeof JiraIssue>;

/** Returns the key of an issue: `DEMO-1`. */
export function keyOf({ project, number }: Pick<JiraIssue, "project" | "number">): string {
  return `${project}-${number}`;
}

/** Returns the text of a document, with a line for each paragraph. */
export function textOf(node: unknown): string {
  if (typeof node !== "object" || node === null) return "";
  if ("text" in node && typeof node.text === "string") return node.text;
  const content: unknown[] = "content" in node && Array.isArray(node.content) ? node.content : [];
  const isBlock =
    "type" in node && ["doc", "bulletList", "orderedList"].includes(String(node.type));
  return content.map(textOf).join(isBlock ? "\n" : "");
}

/** Creates a document of one paragraph. */
export function toDocument(text: string): AdfDocument {
  const content = text === "" ? [] : [{ type: "text", text }];
  return { type: "doc", version: 1, content: [{ type: "paragraph", content }] };
}
