import * as v from "valibot";

/** A dynamic webhook. It belongs to one app, one account and one site. */
export const JiraWebhook = v.object({
  id: v.number(),
  site: v.string(),
  clientId: v.string(),
  /** The login of the account whose token registered it. */
  login: v.string(),
  url: v.string(),
  events: v.array(v.string()),
  jqlFilter: v.string(),
  expiresAt: v.number(),
});
export type JiraWebhook = v.InferOutput<typeof JiraWebhook>;
