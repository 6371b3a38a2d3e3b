import {
  MAX_MIN_TTL_SECONDS,
  MAX_REASON_CHARACTERS,
  TokenLookupRequest,
} from "../requests/token-lookup.ts";
import { WebhookSecretRequest } from "../requests/webhook-secret.ts";
import { TokenLookupResponse, WebhookSecretResponse } from "../responses.ts";
import type { FunctionContract } from "./function-contract.ts";

const keyFields = {
  platform:
    "The platform of the installation. Requires `organization_id` or `provider_installation_id`.",
  organization_id:
    "The platform's own id of the organization, such as a GitHub account id or a Slack team id. Requires `platform`. May be a number.",
  provider_installation_id:
    "GitHub's id of the App's installation, as each webhook has it in `installation.id`. Requires `platform`. May be a number.",
  installation_id: "The id of the installation. Give it instead of all the others.",
};

export const tokenLookup = {
  summary:
    "Returns a valid access token of an installation. Refreshes the token first if it is about to expire.",
  request: TokenLookupRequest,
  requestFields: {
    ...keyFields,
    min_ttl_seconds: `The number of seconds that the token must still be valid for, at most ${MAX_MIN_TTL_SECONDS}. With \`0\`, the default of the platform applies.`,
    repositories:
      "The names of the repositories to restrict the token to. Only for a GitHub App, at most 500.",
    permissions:
      "The permissions to restrict the token to, such as `contents: read`. Only for a GitHub App.",
    rejected_token_sha256:
      "The SHA-256, as 64 lower-case hexadecimal digits, of a token that the platform answered with 401. If it is the token that would be returned and the platform rejects it, the lookup returns a new one; otherwise the field has no effect.",
    reason: `Why the token is needed, for the audit log: one line of at most ${MAX_REASON_CHARACTERS} characters, without secrets and personal data.`,
    require: "What the caller cannot work without.",
    "require.scopes":
      "Scopes. If the installation lacks one of them, the lookup fails with `missing_scope`.",
    "require.permissions":
      "Permissions of a GitHub App, such as `contents: write`. If the installation lacks one of them, the lookup fails with `missing_scope`.",
  },
  response: TokenLookupResponse,
  responseFields: {
    installation_id: "The id of the installation.",
    platform:
      "The platform of the installation. The fields from `provider_installation_id` on are those of one platform, and `null` if the platform has not returned them yet.",
    organization_id: "The platform's own id of the organization.",
    organization_name: "The name of the organization.",
    access_token:
      "The access token. Do not store it. The [clients](clients.md) keep it in memory, for five minutes at most.",
    token_type: "Always `bearer`.",
    expires_at: "When the token expires, or `null` if it does not expire.",
    grant_ends_at:
      "When lookups stop, because the refresh token of the grant is lost: the organization has to install the bot again before. Otherwise `null`.",
    scopes:
      "The scopes that the platform granted. Empty for a GitHub App, which has permissions instead.",
    missing_scopes:
      "The scopes that an install requests by the present configuration and that the grant lacks: the organization has to install the bot again. Empty if the granted scopes are not known.",
    permissions:
      "The permissions that the organization granted to a GitHub App, also if the token is restricted to others. Empty if they are not known, and for any other kind of app.",
    missing_permissions:
      "The permissions of the present configuration that the organization has not granted: an owner has to accept them at GitHub. Empty if the granted permissions are not known.",
    api_base_url: "The URL that the paths of the platform's API are appended to.",
    provider_installation_id:
      "GitHub's id of the App's installation, as each webhook has it in `installation.id`. `null` for an OAuth App.",
    account_type: "GitHub's type of the account, such as `User` or `Organization`.",
    bot_user_id: "The id of the user that the Slack bot acts as.",
    bot_id:
      "The id of the Slack bot. Bolt needs `bot_user_id` and `bot_id` to ignore the bot's own messages.",
    app_id: "The id of the Slack app.",
    enterprise_id: "The id of the Slack enterprise that the workspace belongs to, if any.",
    is_enterprise_install: "Whether the bot is installed on all workspaces of a Slack enterprise.",
    site_url: "The URL of the Jira site, for links to its issues.",
  },
  errors: [
    "invalid_request",
    "not_allowed",
    "missing_scope",
    "installation_not_found",
    "installation_inactive",
    "reauthorization_required",
    "platform_not_configured",
    "provider_error",
    "provider_misconfigured",
    "provider_rate_limited",
    "provider_unavailable",
    "decryption_failed",
    "retry_later",
  ],
  examples: [
    {
      request: { platform: "github", organization_id: "67890" },
      response: {
        installation_id: "inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b",
        platform: "github",
        organization_id: "67890",
        organization_name: "octo-org",
        access_token: "ghs_…",
        token_type: "bearer",
        expires_at: "2026-11-22T13:00:00.000Z",
        grant_ends_at: null,
        scopes: [],
        missing_scopes: [],
        permissions: { contents: "write", metadata: "read" },
        missing_permissions: {},
        api_base_url: "https://api.github.com",
        provider_installation_id: "931890475",
        account_type: "Organization",
      },
    },
    {
      request: {
        installation_id: "inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b",
        min_ttl_seconds: 1800,
        repositories: ["hello-world"],
        permissions: { contents: "read" },
        reason: "review of a pull request",
      },
      response: {
        installation_id: "inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b",
        platform: "github",
        organization_id: "67890",
        organization_name: "octo-org",
        access_token: "ghs_…",
        token_type: "bearer",
        expires_at: "2026-11-22T13:00:00.000Z",
        grant_ends_at: null,
        scopes: [],
        missing_scopes: [],
        permissions: { contents: "write", metadata: "read" },
        missing_permissions: {},
        api_base_url: "https://api.github.com",
        provider_installation_id: "931890475",
        account_type: "Organization",
      },
    },
  ],
} as const satisfies FunctionContract;

export const webhookSecret = {
  summary:
    "Returns the secret of an installation's own webhooks, so that a bot can verify their signatures. Works for inactive installations too.",
  request: WebhookSecretRequest,
  requestFields: keyFields,
  response: WebhookSecretResponse,
  responseFields: {
    webhook_secret: "The secret. A generated one has 64 hexadecimal digits.",
  },
  errors: ["invalid_request", "installation_not_found", "decryption_failed", "retry_later"],
  examples: [
    {
      request: { platform: "slack", organization_id: "T0ACME" },
      response: { webhook_secret: "3f9a…" },
    },
  ],
} as const satisfies FunctionContract;
