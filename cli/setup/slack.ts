import * as v from "valibot";
import { notify } from "../output.ts";
import type { ReadCredentials } from "./credentials.ts";
import type { Registration, SetupContext } from "./registration.ts";
import { appsOrigin, createSlackManifest, slackManifestUrl } from "./slack-manifest.ts";

const TIMEOUT_MS = 15_000;
/** Slack returns this error if the client id and its secret are right, and the code is not. */
const RIGHT_CLIENT = "invalid_code";

const FIELDS = {
  app_id: { label: "App ID", pattern: /^A[A-Z0-9]{1,30}$/ },
  client_id: { label: "Client ID", pattern: /^\d+\.\d+$/ },
  client_secret: { label: "Client Secret", isSecret: true },
  signing_secret: { label: "Signing Secret", isSecret: true },
} as const;

const WRONG: Readonly<Record<string, string>> = {
  invalid_client_id: FIELDS.client_id.label,
  bad_client_secret: FIELDS.client_secret.label,
};

const Failure = v.object({ ok: v.literal(false), error: v.string() });

/** Registers a Slack app: the operator creates it from a manifest, and copies its credentials. */
export async function registerSlackApp(
  context: SetupContext,
  read: ReadCredentials,
): Promise<Registration> {
  const { url } = context.configuration.platforms.slack;
  const link = slackManifestUrl(url, createSlackManifest(context));
  notify(`Open this address, choose a workspace, and create the app:\n\n  ${link}\n`);
  context.open(link);
  notify("Then copy its credentials from Basic Information.");

  const { app_id, client_id, client_secret, signing_secret } = await read(FIELDS);
  await checkClient(url, { client_id, client_secret });
  return {
    description: `the Slack app ${app_id} (client id ${client_id})`,
    settings: { clientId: client_id, appId: app_id },
    secret: { client_secret, signing_secret },
    manageUrl: `${appsOrigin(url)}/apps/${app_id}`,
    left: [
      "After the deploy, let Slack verify the request URL, on App Manifest or on Event Subscriptions.",
      "Activate Manage Distribution, for workspaces of customers.",
      "Leave PKCE off: it turns the app into a public client, permanently.",
    ],
  };
}

/**
 * Checks the client id and its secret, with a code that does not exist.
 *
 * @see [oauth.v2.access](https://docs.slack.dev/reference/methods/oauth.v2.access)
 * @throws {Error} that names the wrong one
 */
async function checkClient(url: string, client: Record<string, string>): Promise<void> {
  const response = await fetch(`${url}/api/oauth.v2.access`, {
    method: "POST",
    body: new URLSearchParams({ ...client, code: "grantkeep-setup" }),
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => undefined);
  const body = v.safeParse(Failure, await response?.json().catch(() => undefined));
  const error = body.success ? body.output.error : "no response";
  if (error === RIGHT_CLIENT) return;
  const wrong = WRONG[error];
  if (wrong === undefined) return notify(`Slack did not check the credentials (${error}).`);
  throw new Error(`Slack does not accept the ${wrong} (${error}). Nothing was stored.`);
}
