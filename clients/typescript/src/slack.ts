import { GrantkeepError } from "./errors.ts";
import type { Grantkeep } from "./grantkeep.ts";
import { type InstallationKey, type LibraryOptions, tokensOf } from "./installation.ts";
import { type Fetch, fetchWithToken, identify, SLACK_API } from "./slack-requests.ts";
import type { SlackToken } from "./token.ts";

export type { Fetch } from "./slack-requests.ts";

/** The tokens whose installation is known, by which a request of Bolt's clients is recognized. */
const MAX_KNOWN_TOKENS = 1_000;

/** The source of an event, as Bolt passes it. */
export interface AuthorizeSource {
  readonly teamId?: string | undefined;
  readonly enterpriseId?: string | undefined;
  readonly isEnterpriseInstall: boolean;
}

/** The token and the ids that Bolt needs to run the handlers of an event. */
export interface AuthorizeResult {
  botToken: string;
  botId?: string;
  botUserId?: string;
  teamId?: string;
  enterpriseId?: string;
}

/** Options of Bolt's `App`. */
export interface BoltOptions {
  authorize(source: AuthorizeSource): Promise<AuthorizeResult>;
  readonly clientOptions: { readonly fetch: Fetch };
}

/**
 * Returns the options that make Bolt's `App` use Grantkeep: `authorize`, for workspaces and org-wide installs, and
 * clients that refresh a rejected token. Bolt ignores the bot's own messages, since it gets the ids of the bot.
 *
 * @example
 * ```ts
 * import { createBoltOptions } from "@grantkeep/client/slack";
 *
 * const receiver = new AwsLambdaReceiver({ signingSecret });
 * const app = new App({ receiver, ...createBoltOptions(grantkeep) });
 * app.event("app_mention", ({ event, say }) => say(`Hello, <@${event.user}>`));
 * ```
 *
 * @see [Authorization](https://docs.slack.dev/tools/bolt-js/concepts/authorization)
 */
export function createBoltOptions(grantkeep: Grantkeep, options: LibraryOptions = {}): BoltOptions {
  const known = new Map<string, SlackToken>();
  const remember = (token: SlackToken) => {
    known.delete(token.accessToken);
    known.set(token.accessToken, token);
    const [oldest] = known.size > MAX_KNOWN_TOKENS ? known.keys() : [];
    if (oldest !== undefined) known.delete(oldest);
    return token;
  };

  /** Looks up the token again that replaces a known one. */
  const lookUpAgain = async ({ organizationId }: SlackToken, rejected: string) =>
    remember(await tokensOf(grantkeep, "slack", { organizationId }, options)(rejected));

  return {
    async authorize({ teamId, enterpriseId, isEnterpriseInstall }) {
      const ids = isEnterpriseInstall ? [enterpriseId, teamId] : [teamId, enterpriseId];
      let token = remember(await lookUpFirst(grantkeep, ids, options));
      const { botId, botUserId } = await identify(token, async (rejected) => {
        if (rejected !== undefined) token = await lookUpAgain(token, rejected);
        return token;
      });
      return {
        botToken: token.accessToken,
        ...(botId !== null && { botId }),
        ...(botUserId !== null && { botUserId }),
        ...(teamId !== undefined && { teamId }),
        ...(enterpriseId !== undefined && { enterpriseId }),
      };
    },
    clientOptions: {
      async fetch(url, init) {
        const bearer = new Headers(init?.headers).get("authorization")?.replace(/^Bearer /i, "");
        const token = known.get(bearer ?? "");
        if (!token) return fetch(url, init);
        return fetchWithToken(url, init, async (rejected) =>
          rejected === undefined ? token : lookUpAgain(token, rejected),
        );
      },
    },
  };
}

/**
 * Returns the options of a `WebClient` that sends each request with a valid token. After an error such as
 * `token_revoked` it reports the token and sends the request once more. A failed lookup is an error of the platform
 * whose `data.error` is Grantkeep's code, such as `reauthorization_required`.
 *
 * @example
 * ```ts
 * import { createWebClientOptions } from "@grantkeep/client/slack";
 * import { WebClient } from "@slack/web-api";
 *
 * const slack = new WebClient(undefined, createWebClientOptions(grantkeep, { organizationId: "T0ACME" }));
 * await slack.chat.postMessage({ channel: "C0GENERAL", text: "Hello" });
 * ```
 */
export function createWebClientOptions(
  grantkeep: Grantkeep,
  key: InstallationKey,
  options: LibraryOptions = {},
): { readonly fetch: Fetch } {
  const lookUp = tokensOf(grantkeep, "slack", key, options);
  return {
    async fetch(url, init) {
      if (!String(url).startsWith(SLACK_API)) return fetch(url, init);
      return fetchWithToken(url, init, lookUp);
    },
  };
}

/** Looks up the first of these organizations that has an installation: a Grid workspace may have its enterprise's. */
async function lookUpFirst(
  grantkeep: Grantkeep,
  organizationIds: readonly (string | undefined)[],
  options: LibraryOptions,
): Promise<SlackToken> {
  let failure: unknown = new GrantkeepError("installation_not_found", "The event names no team.");
  for (const organizationId of organizationIds) {
    if (organizationId === undefined) continue;
    try {
      return await tokensOf(grantkeep, "slack", { organizationId }, options)();
    } catch (error) {
      if (!(error instanceof GrantkeepError) || error.code !== "installation_not_found")
        throw error;
      failure = error;
    }
  }
  throw failure;
}
