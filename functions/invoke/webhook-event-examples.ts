import type { WebhookBusEvent } from "./webhook-events.ts";

/** A kind of event, with an example whose body is shortened. */
interface WebhookEventKind {
  readonly summary: string;
  readonly example: WebhookBusEvent;
}

const time = "2026-11-28T12:00:00.000Z";
const event = { source: "grantkeep.webhooks", time } as const;

const acme = {
  installation_id: "inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b",
  organization_name: "acme",
  metadata: { customer: "42" },
  received_at: time,
} as const;
const onGithub = {
  ...acme,
  platform: "github",
  organization_id: "67890",
  delivery_id: "github:72d3162e-cc78-11e3-81ab-4c9367dc0958",
} as const;
const onSlack = {
  ...acme,
  platform: "slack",
  organization_id: "T0ACME",
  delivery_id: "slack:Ev08MFMKH6",
  action: null,
} as const;
const onJira = {
  ...acme,
  platform: "jira",
  organization_id: "1324a887-45db-1bf4-1e99-ef0ff456d421",
  delivery_id: "jira:acme.atlassian.net/7c2f0a5e-0b1d-4a53-9a3b-2f1f8f4e6c11",
  action: "issue_generic",
} as const;
const installation = { id: 1_234_567 } as const;
const repository = { id: 1_296_269, full_name: "acme/shop" } as const;
const sender = { id: 583_231, login: "octocat" } as const;

/** The kinds that bots handle most. Each other event of a platform has the same fields. */
export const webhookEventKinds: readonly WebhookEventKind[] = [
  {
    summary: "GitHub: an issue was opened, edited, closed, labeled, and so on.",
    example: {
      ...event,
      "detail-type": "github.issues",
      detail: {
        ...onGithub,
        event: "issues",
        action: "opened",
        body: {
          action: "opened",
          issue: { number: 7, title: "The cart is empty", state: "open" },
          repository,
          sender,
          installation,
        },
      },
    },
  },
  {
    summary: "GitHub: somebody commented on an issue or a pull request.",
    example: {
      ...event,
      "detail-type": "github.issue_comment",
      detail: {
        ...onGithub,
        event: "issue_comment",
        action: "created",
        body: {
          action: "created",
          issue: { number: 7 },
          comment: { id: 99, body: "@bot, have a look" },
          repository,
          sender,
          installation,
        },
      },
    },
  },
  {
    summary: "GitHub: a pull request was opened, updated, merged, and so on.",
    example: {
      ...event,
      "detail-type": "github.pull_request",
      detail: {
        ...onGithub,
        event: "pull_request",
        action: "opened",
        body: {
          action: "opened",
          number: 8,
          pull_request: { id: 5, title: "Fill the cart", head: { ref: "cart" } },
          repository,
          sender,
          installation,
        },
      },
    },
  },
  {
    summary: "GitHub: commits were pushed. It has no action.",
    example: {
      ...event,
      "detail-type": "github.push",
      detail: {
        ...onGithub,
        event: "push",
        action: null,
        body: { ref: "refs/heads/main", after: "6113728f27ae", repository, sender, installation },
      },
    },
  },
  {
    summary: "Slack: somebody mentioned the bot. The body is the envelope of the Events API.",
    example: {
      ...event,
      "detail-type": "slack.app_mention",
      detail: {
        ...onSlack,
        event: "app_mention",
        body: {
          type: "event_callback",
          team_id: "T0ACME",
          api_app_id: "A0BOT",
          event_id: "Ev08MFMKH6",
          event: {
            type: "app_mention",
            user: "U1",
            text: "<@U0BOT> help",
            channel: "C1",
            ts: "1764331200.000100",
          },
          authorizations: [{ team_id: "T0ACME", user_id: "U0BOT", is_bot: true }],
        },
      },
    },
  },
  {
    summary: "Slack: a message in a channel that the bot is in. The action is its subtype.",
    example: {
      ...event,
      "detail-type": "slack.message",
      detail: {
        ...onSlack,
        event: "message",
        body: {
          type: "event_callback",
          team_id: "T0ACME",
          event: { type: "message", user: "U1", text: "Good morning", channel: "C1" },
        },
      },
    },
  },
  {
    summary:
      "Slack: somebody clicked a button or used another interactive element, whose `action_id` is the action. The body is the JSON of the form field `payload`.",
    example: {
      ...event,
      "detail-type": "slack.block_actions",
      detail: {
        ...onSlack,
        event: "block_actions",
        action: "approve",
        body: {
          type: "block_actions",
          team: { id: "T0ACME", domain: "acme" },
          user: { id: "U1" },
          actions: [{ action_id: "approve", value: "7" }],
          response_url: "https://hooks.slack.com/actions/T0ACME/1/x",
        },
      },
    },
  },
  {
    summary:
      "Slack: somebody typed a slash command, which is the action. The body has the fields of the form.",
    example: {
      ...event,
      "detail-type": "slack.slash_command",
      detail: {
        ...onSlack,
        event: "slash_command",
        action: "/ticket",
        body: { command: "/ticket", text: "open", team_id: "T0ACME", user_id: "U1" },
      },
    },
  },
  {
    summary:
      "Jira: an issue that matches the configured JQL was changed. The action is its `issue_event_type_name`.",
    example: {
      ...event,
      "detail-type": "jira.issue_updated",
      detail: {
        ...onJira,
        event: "issue_updated",
        body: {
          webhookEvent: "jira:issue_updated",
          issue: {
            id: "10001",
            key: "SHOP-1",
            self: "https://acme.atlassian.net/rest/api/2/issue/10001",
          },
          changelog: { items: [{ field: "status", fromString: "To Do", toString: "Done" }] },
          matchedWebhookIds: [1_000],
        },
      },
    },
  },
  {
    summary:
      "A delivery for which no installation is connected: the App was installed, and nobody has connected it.",
    example: {
      ...event,
      "detail-type": "github.issues.unclaimed",
      detail: {
        platform: "github",
        delivery_id: onGithub.delivery_id,
        event: "issues",
        action: "opened",
        received_at: time,
      },
    },
  },
  {
    summary: "A delivery with a body of more than 200 KB: the body is in S3.",
    example: {
      ...event,
      "detail-type": "github.push",
      detail: {
        ...onGithub,
        event: "push",
        action: null,
        body_ref: {
          bucket: "grantkeep-production-deliveriesbucket-bwmbbdst",
          key: "deliveries/github-72d3162e-cc78-11e3-81ab-4c9367dc0958.json",
          bytes: 260_412,
          sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        },
        body_url:
          "https://grantkeep-production-deliveriesbucket-bwmbbdst.s3.eu-central-1.amazonaws.com/deliveries/…",
      },
    },
  },
];
