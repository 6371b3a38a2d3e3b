import * as v from "valibot";
import { notify } from "../output.ts";
import type { ReadCredentials } from "./credentials.ts";
import type { Registration, SetupContext } from "./registration.ts";

const CONSOLE = "https://developer.atlassian.com/console/myapps/";
const TIMEOUT_MS = 15_000;
/** In no app of the console: every authorization can request it. */
const UNREGISTERED_SCOPE = "offline_access";
const IDENTITY_SCOPE = "read:me";

const FIELDS = {
  client_id: { label: "Client ID", pattern: /^[\w-]+$/ },
  client_secret: { label: "Secret", isSecret: true },
} as const;

const Failure = v.object({ error: v.string() });

/** Registers an app of Jira by a list of steps: Atlassian has neither an API nor a link for it. */
export async function registerJiraApp(
  context: SetupContext,
  read: ReadCredentials,
): Promise<Registration> {
  const { urls } = context.configuration.platforms.jira;
  for (const line of stepsOf(context)) notify(line);
  context.open(CONSOLE);

  const { client_id, client_secret } = await read(FIELDS);
  await checkClient(urls.auth, { client_id, client_secret });
  return {
    description: `the app of Jira with the client id ${client_id}`,
    settings: { clientId: client_id },
    secret: { client_secret },
    manageUrl: CONSOLE,
    left: ["Enable sharing under Distribution, for sites of customers."],
  };
}

function stepsOf({ configuration, urls }: SetupContext): string[] {
  const { brand, platforms } = configuration;
  const registered = platforms.jira.scopes.filter((scope) => scope !== UNREGISTERED_SCOPE);
  const identity = registered.filter((scope) => scope === IDENTITY_SCOPE);
  const jira = registered.filter((scope) => scope !== IDENTITY_SCOPE);
  const steps = [
    ["Create an OAuth 2.0 integration:", CONSOLE, brand.name],
    ["Permissions, Jira API: add these scopes:", ...jira],
    ...(identity.length > 0
      ? [["Permissions, User identity API: add this scope:", ...identity]]
      : []),
    ["Authorization, OAuth 2.0 (3LO): set the callback URL:", urls.callback("jira")],
    ["Settings: copy the Client ID and the Secret."],
  ];
  return steps.flatMap(([step, ...values], index) => [
    `${index + 1}. ${step}`,
    ...values.map((value) => `     ${value}`),
  ]);
}

/**
 * Checks the client id and its secret, with a code that does not exist: Atlassian returns 401 `access_denied` if they
 * are wrong.
 *
 * @throws {Error} if they are wrong
 */
async function checkClient(authUrl: string, client: Record<string, string>): Promise<void> {
  const response = await fetch(`${authUrl}/oauth/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...client, grant_type: "authorization_code", code: "grantkeep-setup" }),
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => undefined);
  const body = v.safeParse(Failure, await response?.json().catch(() => undefined));
  if (!body.success) return notify("Atlassian did not check the credentials: unexpected response.");
  if (response?.status !== 401) return;
  throw new Error(
    `Atlassian does not accept the Client ID or the Secret (${body.output.error}). Nothing was stored.`,
  );
}
