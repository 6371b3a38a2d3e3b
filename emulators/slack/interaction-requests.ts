import { type EventResponse, type EventTarget, postEvent } from "./event-request.ts";
import type { SlackRegistration } from "./registration.ts";

/** Slack waits three seconds for a response, and never sends an interaction again. */
const TIMEOUT_MILLISECONDS = 3000;

/** Limits the memory of a server that runs for days. */
const MAX_REQUESTS = 1000;

/** A click or a slash command. */
interface NewInteraction {
  readonly type: "block_actions" | "slash_command";
  /** The id of the channel. */
  readonly channel: string;
  readonly userId: string;
  /** The form. */
  readonly body: string;
}

/** A click or a slash command, and the response of the app. */
export interface InteractionRequest extends NewInteraction {
  readonly status: number | null;
  readonly failure: EventResponse["failure"];
  readonly contentType: string | null;
  /** The body of the response. */
  readonly response: string;
}

/** The clicks and slash commands that were sent to the app. */
export interface InteractionRequests {
  /** Sends one and resolves with the response; `undefined` if the app has no URL for it. */
  send(interaction: NewInteraction): Promise<InteractionRequest | undefined>;
  /** Returns the newest ones, oldest first. */
  list(): InteractionRequest[];
  /** Deletes all and aborts those that wait for a response. */
  clear(): void;
}

/** Creates an empty list. */
export function createInteractionRequests(registration: SlackRegistration): InteractionRequests {
  let requests: InteractionRequest[] = [];
  let stop = new AbortController();

  return {
    async send(interaction) {
      const target = targetOf(registration);
      if (!target) return undefined;
      const { signal } = stop;
      const { status, failure, contentType, body } = await postEvent(target, {
        body: interaction.body,
        retry: 0,
        retryReason: "http_error",
        secondsAgo: 0,
        timeoutMs: TIMEOUT_MILLISECONDS,
        signal,
        contentType: "application/x-www-form-urlencoded",
      });
      const request = { ...interaction, status, failure, contentType, response: body };
      if (!signal.aborted) requests = [...requests, request].slice(-MAX_REQUESTS);
      return request;
    },

    list: () => [...requests],

    clear() {
      stop.abort();
      stop = new AbortController();
      requests = [];
    },
  };
}

function targetOf({
  interactionsUrl: url,
  signingSecret,
}: SlackRegistration): EventTarget | undefined {
  return url === undefined || signingSecret === undefined ? undefined : { url, signingSecret };
}
