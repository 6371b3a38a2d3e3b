import { CheckRequest } from "../requests/check.ts";
import { HealthCheckRequest, MAX_HEALTH_CHECK_LIMIT } from "../requests/health-check.ts";
import { MigrateRequest } from "../requests/migrate.ts";
import { MAX_RESEAL_LIMIT, RotateKeysRequest } from "../requests/rotate-keys.ts";
import { SweepRequest } from "../requests/sweep.ts";
import { TickRequest } from "../requests/tick.ts";
import {
  CheckResponse,
  HealthCheckResponse,
  MigrateResponse,
  RotateKeysResponse,
  SweepResponse,
  TickResponse,
} from "../responses.ts";
import type { FunctionContract } from "./function-contract.ts";

export const healthCheck = {
  summary:
    "Requests the status of a page of installations from their platforms, newest first, and compares it with the stored status.",
  request: HealthCheckRequest,
  requestFields: {
    dry_run:
      "`false` updates the stored status, and reactivates installations that are stored as ended and that the platform reports as active. Otherwise nothing is changed.",
    after: "The `last_id` of the previous response, to continue with the next page.",
    limit: `The maximum number of installations to check, from 1 to ${MAX_HEALTH_CHECK_LIMIT}.`,
  },
  response: HealthCheckResponse,
  responseFields: {
    dry_run: "Whether the stored status was left as it is.",
    checked:
      "The number of installations that were checked. Less than `limit` if the time ran out.",
    findings:
      "The installations whose status at the platform differs from the stored one, or that could not be checked.",
    "findings[].installation_id": "The id of the installation.",
    "findings[].stored": "The stored status: `active`, or the reason for being inactive.",
    "findings[].found":
      "The status at the platform; the error code if the check failed; or `not_asked` if the check needs a refreshed token, which a dry run does not request.",
    "findings[].changed":
      "Whether the stored status was changed or, in a dry run, would be. Nothing is changed if the check failed.",
    last_id: "The value of `after` for the next page, or `null` after the last page.",
  },
  errors: ["invalid_request", "retry_later"],
  examples: [
    {
      request: { dry_run: true, limit: 50 },
      response: {
        dry_run: true,
        checked: 12,
        findings: [
          {
            installation_id: "inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b",
            stored: "active",
            found: "uninstalled",
            changed: true,
          },
          {
            installation_id: "inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6c",
            stored: "uninstalled",
            found: "active",
            changed: true,
          },
        ],
        last_id: null,
      },
    },
  ],
} as const satisfies FunctionContract;

export const check = {
  summary:
    "Checks what a stage needs to work, with the rights of the functions: secrets, key rings, the apps at the platforms, callbacks, webhooks, clocks and the database. It changes nothing, and returns no secret.",
  request: CheckRequest,
  requestFields: {
    stage:
      "The name of the stage. Functions that log in with IAM have to log in as its database role.",
  },
  response: CheckResponse,
  responseFields: {
    checks: "What was checked. What depends on something broken is left out.",
    "checks[].name": "The thing that was checked.",
    "checks[].status":
      "`ok`; `warning` if it works and should be looked at; `problem` if it does not work.",
    "checks[].summary": "What was found.",
    "checks[].action": "What to do, or `null`.",
  },
  errors: ["invalid_request", "retry_later"],
  examples: [
    {
      request: {},
      response: {
        checks: [
          {
            name: "github-webhook",
            status: "problem",
            summary:
              "The webhook of the App goes to https://old.example.com/webhooks/github, and not to https://bot.example.com/webhooks/github.",
            action: "Correct it under *Webhook* in the settings of the App at GitHub.",
          },
        ],
      },
    },
  ],
} as const satisfies FunctionContract;

export const rotateKeys = {
  summary:
    "Takes one step of a key rotation, or returns the state of a key ring. No request or response contains a key.",
  request: RotateKeysRequest,
  requestFields: {
    step: "`status`, `add`, `promote`, `reseal` or `remove`.",
    ring: "`token` for stored tokens and webhook secrets; `state` for OAuth states, cookies, install links and cursors, which are not stored and cannot be re-encrypted.",
    key_id: "The id of the key to promote or to remove.",
    after:
      "With `status` and `reseal`: the `last_id` of the previous response, to continue with the next rows.",
    limit: `With \`reseal\`: the maximum number of installations to re-encrypt, at most ${MAX_RESEAL_LIMIT}.`,
    dry_run: "`false` takes the step. Otherwise it is only checked. Not with `status`.",
  },
  response: RotateKeysResponse,
  responseFields: {
    step: "The requested step.",
    ring: "The requested key ring.",
    dry_run: "Whether the step was only checked.",
    key_id:
      "The id of the key that was added, promoted or removed. A dry run of `add` returns an example.",
    primary: "With `status`: the id of the key that encrypts.",
    keys: "With `status`: the ids of all keys of the ring.",
    changed_at: "With `status`: when the key ring was last changed.",
    promote_at: "With `status`: when a new key can be promoted at the earliest.",
    remove_at: "With `status`: when an old key can be removed at the earliest.",
    sealed:
      "With `status`: the number of stored values that each key encrypted, in the rows that there was time to read.",
    resealed:
      "With `reseal`: the number of installations that were re-encrypted or, in a dry run, would be.",
    changed:
      "With `reseal`: the number of installations that were skipped because another process changed them. The next pass finds them again.",
    unreadable:
      "With `reseal`: the ids of installations that cannot be decrypted. They are not changed.",
    last_id:
      "With `status` and `reseal`: the value of `after` for the next rows, or `null` after the last row.",
  },
  errors: ["invalid_request", "retry_later"],
  examples: [
    {
      request: { step: "status", ring: "token" },
      response: {
        step: "status",
        ring: "token",
        primary: "k-2026-11-01-9f86d081",
        keys: ["k-2026-11-01-9f86d081"],
        changed_at: "2026-11-01T09:00:00.000Z",
        promote_at: "2026-11-01T10:30:00.000Z",
        remove_at: "2026-11-01T10:30:00.000Z",
        sealed: { "k-2026-11-01-9f86d081": 240 },
        last_id: null,
      },
    },
    {
      request: { step: "add", ring: "token", dry_run: false },
      response: { step: "add", ring: "token", dry_run: false, key_id: "k-2026-11-22-60303ae2" },
    },
    {
      request: { step: "reseal", ring: "token", dry_run: false },
      response: {
        step: "reseal",
        ring: "token",
        dry_run: false,
        resealed: 120,
        changed: 0,
        unreadable: [],
        last_id: null,
      },
    },
  ],
} as const satisfies FunctionContract;

export const sweep = {
  summary:
    "Refreshes tokens whose refresh token would expire unused, asks the platforms about suspended installations, registers and extends dynamic webhooks, deletes the tokens of grants that ended `retentionDays` ago, deletes used OAuth states, unfinished installs and deliveries that are seven days old, and makes the grants that a release before has stored known to `GET /installations?missing=true`. Runs every hour.",
  request: SweepRequest,
  requestFields: {},
  response: SweepResponse,
  responseFields: {
    refreshed: "The number of installations whose tokens were refreshed.",
    unsuspended: "The number of installations whose suspension had ended, without a webhook.",
    webhooks: "The number of installations whose webhooks were registered or extended.",
    failed:
      "The number of installations that could not be refreshed, checked or given webhooks. They are tried again later.",
    failures: "The number of installations that failed with each error code.",
    wiped: "The number of ended installations whose tokens were deleted.",
    removed: "The number of expired rows that were deleted.",
  },
  errors: ["retry_later"],
  examples: [
    {
      request: {},
      response: {
        refreshed: 1,
        unsuspended: 0,
        webhooks: 0,
        failed: 0,
        failures: {},
        wiped: 0,
        removed: 3,
      },
    },
  ],
} as const satisfies FunctionContract;

export const tick = {
  summary:
    "Sends events and deliveries that the bus has not taken yet, tries refreshes with an unknown outcome again where the platform allows that, ends grants whose time has come, and registers webhooks that an install could not register. Runs every two minutes.",
  request: TickRequest,
  requestFields: {},
  response: TickResponse,
  responseFields: {
    sent: "The number of events that were sent.",
    delivered:
      "The number of deliveries of platforms that were sent, after the bus had not taken them.",
    redelivered:
      "The number of GitHub's deliveries that were requested again: each had no success, and nobody refused it.",
    refreshed: "The number of installations whose tokens were refreshed.",
    ended: "The number of installations that were ended.",
    webhooks: "The number of installations whose webhooks were registered.",
    failed:
      "The number of events, deliveries, refreshes, ends and registrations that failed. Another run tries them again.",
    failures: "The number of refreshes, ends and registrations that failed with each error code.",
  },
  errors: ["retry_later"],
  examples: [
    {
      request: {},
      response: {
        sent: 2,
        delivered: 0,
        redelivered: 0,
        refreshed: 0,
        ended: 0,
        webhooks: 0,
        failed: 0,
        failures: {},
      },
    },
  ],
} as const satisfies FunctionContract;

export const migrate = {
  summary: "Applies the migrations that the database does not have yet. Every deploy invokes it.",
  request: MigrateRequest,
  requestFields: {
    dry_run: "`true` applies nothing, and returns the migrations that are missing.",
    rehearse:
      "`true` also runs every SQL statement of the functions once, in transactions that are rolled back, and fails if the database does not take one of them.",
    roles:
      "Creates the database roles `grantkeep_<stage>` and `grantkeep_<stage>_reader`, to which functions log in with IAM, and grants them their rights.",
    "roles.stage": "The stage, which is part of the names.",
    "roles.login": "`rds` for Aurora PostgreSQL, `dsql` for Aurora DSQL.",
    "roles.iam_roles": "For `dsql`: the ARNs of the IAM roles that may log in.",
    "roles.iam_roles.writer": "Those of the functions that read and write rows.",
    "roles.iam_roles.reader": "Those of the functions that read no encrypted column.",
  },
  response: MigrateResponse,
  responseFields: {
    applied: "The names of the migrations that were applied.",
    pending: "With `dry_run`: the names of the migrations that are missing.",
    rehearsed: "How many statements were run.",
  },
  errors: ["retry_later"],
  examples: [
    {
      request: { rehearse: true },
      response: { applied: ["0001_baseline.sql"], rehearsed: 150 },
    },
  ],
} as const satisfies FunctionContract;
