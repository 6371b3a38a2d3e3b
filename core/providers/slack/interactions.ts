import * as v from "valibot";
import { OrganizationId } from "../../installation.ts";
import type {
  Delivery,
  PlatformWebhook,
  RegisteredApp,
  WebhookRequest,
} from "../../ports/webhook.ts";
import {
  Action,
  hashOf,
  otherApp,
  parseSigned,
  readForm,
  requireContent,
} from "../webhook-request.ts";
import { toOwner } from "./delivery-owner.ts";
import type { SlackSecret } from "./settings.ts";
import { verifySlackSignature } from "./signature.ts";

const Id = v.nullish(OrganizationId, null);
const Party = v.nullish(v.object({ id: Id }), null);

/** @see [Interaction payloads](https://docs.slack.dev/reference/interaction-payloads) */
const Interaction = v.object({
  type: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]{0,63}$/)),
  api_app_id: v.nullish(v.string(), null),
  team: Party,
  enterprise: Party,
  is_enterprise_install: v.nullish(v.boolean(), false),
  view: v.nullish(v.object({ app_installed_team_id: Id, callback_id: Action }), null),
  actions: v.nullish(v.array(v.object({ action_id: Action })), []),
  callback_id: Action,
});

/** @see [Slash commands](https://docs.slack.dev/interactivity/implementing-slash-commands) */
const Command = v.object({
  command: v.pipe(v.string(), v.nonEmpty()),
  api_app_id: v.nullish(v.string(), null),
  team_id: Id,
  enterprise_id: Id,
  is_enterprise_install: v.nullish(v.string(), "false"),
});

/** Clicks, shortcuts and dialogs, and slash commands. Slack sends each once, as a form, and gives them no id. */
export const slackInteractions: PlatformWebhook = {
  platform: "slack",
  secretField: "signing_secret" satisfies keyof SlackSecret,
  verify: verifySlackSignature,

  read(request, app) {
    const form = readForm(request);
    // Slack checks the certificate of the URL with it.
    if (form.ssl_check === "1") return { type: "check", challenge: "" };
    const delivery =
      form.payload === undefined
        ? readCommand(request, form, app)
        : readInteraction(request, form.payload, app);
    return { type: "delivery", delivery };
  },
};

function readInteraction(request: WebhookRequest, body: string, app: RegisteredApp): Delivery {
  const interaction = requireContent(Interaction, parseSigned(body));
  requireApp(interaction, app);
  const { view, team, enterprise, actions } = interaction;
  // A dialog can be opened in another team than the one that the app is installed in.
  const teamId = view?.app_installed_team_id ?? team?.id ?? null;
  const enterpriseId = enterprise?.id ?? null;
  return {
    id: hashOf(request),
    event: interaction.type,
    action: actions[0]?.action_id ?? view?.callback_id ?? interaction.callback_id,
    owner: toOwner(interaction.is_enterprise_install ? [enterpriseId] : [teamId, enterpriseId]),
    lifecycle: null,
    body,
  };
}

function readCommand(
  request: WebhookRequest,
  form: Readonly<Record<string, string>>,
  app: RegisteredApp,
): Delivery {
  const command = requireContent(Command, form);
  requireApp(command, app);
  const { team_id: teamId, enterprise_id: enterpriseId } = command;
  const isOrgWide = command.is_enterprise_install === "true";
  return {
    id: hashOf(request),
    event: "slash_command",
    action: v.parse(Action, command.command),
    owner: toOwner(isOrgWide ? [enterpriseId] : [teamId, enterpriseId]),
    lifecycle: null,
    body: JSON.stringify(form),
  };
}

function requireApp(
  { api_app_id: ownId }: { api_app_id: string | null },
  { appId }: RegisteredApp,
) {
  if (appId !== undefined && ownId !== null && ownId !== appId) throw otherApp();
}
