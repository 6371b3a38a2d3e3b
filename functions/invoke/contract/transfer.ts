import { ExportRequest, MAX_EXPORT_ROWS } from "../requests/export.ts";
import { ImportRequest, MAX_IMPORT_BYTES, MAX_IMPORT_ROWS } from "../requests/import.ts";
import { ExportResponse, ImportResponse } from "../responses.ts";
import type { FieldTexts, FunctionContract } from "./function-contract.ts";

const megabytes = MAX_IMPORT_BYTES / 1_000_000;
const rows = MAX_IMPORT_ROWS.toLocaleString("en-US");

export const importInstallations = {
  summary: "Stores the installations of all lines, or of none if a line has an error.",
  request: ImportRequest,
  requestFields: {
    ndjson: `One installation per line, as JSON: at most ${rows} lines and ${megabytes} MB. Blank lines are skipped.`,
    verify:
      "`true` verifies at the platform, before anything is stored, that each active token is valid for its organization. Installations of a GitHub App are always verified.",
    dry_run: "`true` checks all lines and stores nothing.",
  },
  response: ImportResponse,
  responseFields: {
    dry_run: "Whether nothing was stored by request.",
    created: "The number of installations that were stored or, in a dry run, would be.",
    unchanged: "The number of installations that are stored already, with the same fields.",
    verified: "The number of installations that a platform confirmed.",
    errors: "The errors by line. If there are any, nothing was stored.",
    "errors[].line": "The number of the line, from 1.",
    "errors[].error": "The error code.",
    "errors[].error_description": "What is wrong. Quotes nothing of the line.",
    "errors[].installation_id": "The stored installation that the line conflicts with.",
  },
  errors: ["invalid_request", "too_large", "retry_later"],
  examples: [
    {
      request: {
        ndjson:
          '{"platform":"slack","organization_id":"T0ACME","organization_name":"Acme","access_token":"xoxb-…","installed_by":"U0MONA"}',
        verify: true,
      },
      response: { dry_run: false, created: 1, unchanged: 0, verified: 1, errors: [] },
    },
    {
      request: { ndjson: '{"platform":"slack"}', dry_run: true },
      response: {
        dry_run: true,
        created: 0,
        unchanged: 0,
        verified: 0,
        errors: [
          {
            line: 1,
            error: "invalid_request",
            error_description: "The line is not valid: organization_id.",
          },
        ],
      },
    },
  ],
} as const satisfies FunctionContract;

export const exportInstallations = {
  summary:
    "Returns installations with their tokens, oldest first, encrypted for the caller's public key.",
  request: ExportRequest,
  requestFields: {
    public_key: "The public half of an X25519 key pair, as a JSON Web Key (RFC 8037).",
    "public_key.kty": "Always `OKP`.",
    "public_key.crv": "Always `X25519`.",
    "public_key.x": "The public key, in base64url.",
    after: "The `last_id` of the previous response, to continue with the next installations.",
  },
  response: ExportResponse,
  responseFields: {
    jwe: `At most ${MAX_EXPORT_ROWS.toLocaleString("en-US")} installations, one per line as JSON, as a compact JWE (\`ECDH-ES\`, \`A256GCM\`).`,
    rows: "The number of installations in `jwe`.",
    unreadable: "The ids of installations that cannot be decrypted. They are not in `jwe`.",
    last_id: "The value of `after` for the next installations, or `null` after the last one.",
  },
  errors: ["invalid_request", "retry_later"],
  examples: [
    {
      request: {
        public_key: {
          kty: "OKP",
          crv: "X25519",
          x: "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo",
        },
      },
      response: { jwe: "eyJhbGciOiJFQ0RILUVTIi…", rows: 2, unreadable: [], last_id: null },
    },
  ],
} as const satisfies FunctionContract;

/** The fields of one line of an import or an export. */
export const installationLineFields = {
  platform: "The platform.",
  organization_id: "The platform's own id of the organization.",
  organization_name: "The name of the organization.",
  access_token: "The access token. Required, unless the line is an installation of a GitHub App.",
  installed_by: "The person who installed the bot, such as a login or an e-mail address.",
  refresh_token: "The refresh token.",
  token_expires_at: "When the access token expires. `null` means that it does not expire.",
  scopes: "The scopes that the platform granted.",
  webhook_secret:
    "The secret of the installation's own webhooks, with 16 to 255 characters. Generated if it is missing.",
  metadata: "A JSON object of at most 4 KB that is stored with the installation.",
  provider_installation_id: "GitHub's id of the App installation.",
  id: "The id of the installation. Generated if it is missing.",
  kind: "The kind of app. Must match the platform and `provider_installation_id`.",
  client_id:
    "The client ID of the app that has the grant. Must be the one that is configured here, which is the default.",
  token_stored_at:
    "When the tokens were issued or stored. The time of the import if it is missing.",
  refresh_token_expires_at: "When the refresh token expires.",
  inactive_reason: "Why the installation is inactive. `null` means that it is active.",
  installed_at: "When the bot was installed. The time of the import if it is missing.",
  installed_by_id: "The platform's own id of the person who installed the bot.",
} as const satisfies FieldTexts;
