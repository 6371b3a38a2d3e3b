import { randomBytes } from "node:crypto";
import * as v from "valibot";
import { findChannel } from "./channels.ts";
import type { SlackContext } from "./context.ts";
import { type Caller, jsonField, method, type SlackMethod } from "./method.ts";
import { botUserIdOf } from "./organizations.ts";
import { slackError, slackSuccess } from "./responses.ts";

/** Limits the state file. */
const MAX_VIEWS = 100;

const View = v.looseObject({
  type: v.picklist(["modal", "workflow_step"]),
  title: v.looseObject({ type: v.literal("plain_text"), text: v.string() }),
  blocks: v.array(v.record(v.string(), v.unknown())),
});

const OpenFields = v.object({ trigger_id: v.string(), view: jsonField(View) });

/** The methods that show modals. */
export const VIEW_METHODS: Readonly<Record<string, SlackMethod>> = {
  "views.open": method(OpenFields, () => [], openView),
};

/** @see [views.open](https://docs.slack.dev/reference/methods/views.open) */
function openView(
  slack: SlackContext,
  { trigger_id, view }: v.InferOutput<typeof OpenFields>,
  { organization }: Caller,
): Response {
  const source = slack.interactions.trigger(trigger_id);
  if (typeof source === "string") return slackError(source);
  const channel = findChannel(organization, source.channel);
  if (!channel) return slackError("invalid_trigger_id");

  const { workspace } = channel;
  const id = `V0${randomBytes(5).toString("hex").toUpperCase()}`;
  const opened = { id, workspace: workspace.id, userId: source.userId, view: { ...view } };
  const records = slack.records.get();
  slack.records.set({ ...records, views: [...records.views, opened].slice(-MAX_VIEWS) });
  return slackSuccess({
    view: {
      private_metadata: "",
      callback_id: "",
      ...view,
      id,
      team_id: workspace.id,
      state: { values: {} },
      hash: `${Math.floor(slack.clock.now() / 1000)}.${id}`,
      root_view_id: id,
      previous_view_id: null,
      app_id: slack.registration.appId,
      bot_id: botUserIdOf(workspace).replace(/^./, "B"),
    },
  });
}
