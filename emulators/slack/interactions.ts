import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";

/** @see [Opening modals](https://docs.slack.dev/surfaces/modals#opening) */
const TRIGGER_LIFETIME_MS = 3000;

/** @see [Handling user interaction](https://docs.slack.dev/interactivity/handling-user-interaction#message_responses) */
const RESPONSE_LIFETIME_MS = 1_800_000;
const MAX_RESPONSES = 5;

/** The channel and the person of an interaction, and the organization that the app is installed in. */
export interface InteractionSource {
  readonly channel: string;
  readonly userId: string;
  readonly organization: string;
}

interface StartedInteraction extends InteractionSource {
  readonly triggerId: string;
  readonly responseId: string;
  readonly startedAt: number;
  isTriggered: boolean;
  responses: number;
}

/** The interactions to which an app can respond, in memory only. */
export interface Interactions {
  start(source: InteractionSource): { readonly triggerId: string; readonly responseId: string };
  /** Uses a trigger up, or returns Slack's error. */
  trigger(
    id: string,
  ): InteractionSource | "invalid_trigger_id" | "expired_trigger_id" | "exchanged_trigger_id";
  /** Counts a response, or returns Slack's error. */
  respond(id: string): InteractionSource | "expired_url" | "used_url";
  clear(): void;
}

/** Creates interactions whose ids expire by the clock. */
export function createInteractions(clock: Clock): Interactions {
  let started: StartedInteraction[] = [];

  return {
    start(source) {
      const startedAt = clock.now();
      started = started.filter((known) => known.startedAt + RESPONSE_LIFETIME_MS > startedAt);
      const triggerId = `${Math.floor(startedAt / 1000)}.${randomBytes(16).toString("hex")}`;
      const responseId = randomBytes(18).toString("base64url");
      const counts = { isTriggered: false, responses: 0 };
      started.push({ ...source, triggerId, responseId, startedAt, ...counts });
      return { triggerId, responseId };
    },

    trigger(id) {
      const found = started.find(({ triggerId }) => triggerId === id);
      if (!found) return "invalid_trigger_id";
      if (found.isTriggered) return "exchanged_trigger_id";
      if (found.startedAt + TRIGGER_LIFETIME_MS <= clock.now()) return "expired_trigger_id";
      found.isTriggered = true;
      return found;
    },

    respond(id) {
      const found = started.find(({ responseId }) => responseId === id);
      if (!found || found.startedAt + RESPONSE_LIFETIME_MS <= clock.now()) return "expired_url";
      if (found.responses >= MAX_RESPONSES) return "used_url";
      found.responses += 1;
      return found;
    },

    clear() {
      started = [];
    },
  };
}
