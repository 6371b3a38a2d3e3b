import type { ErrorCode } from "../../../core/errors.ts";
import type { TIE } from "./marks.ts";

/** A failed install in the words of a person who wanted one. */
export interface Failure {
  readonly tie: keyof typeof TIE;
  readonly title: string;
  readonly happened: string;
  readonly next: string;
  /** Whether to start again is what helps; somebody else has to act otherwise. */
  readonly again: boolean;
}

const OURS: Failure = {
  tie: "broken",
  title: "Something went wrong on our side",
  happened: "The install could not be finished.",
  next: "Start again in a minute. If it happens once more, tell whoever sent you here, with the reference below.",
  again: true,
};

const NOT_READY: Failure = {
  tie: "broken",
  title: "The bot is not ready",
  happened: "Its registration is missing or was refused. Nothing was installed.",
  next: "Tell whoever sent you here, with the reference below.",
  again: false,
};

const BUSY: Failure = {
  tie: "delayed",
  title: "Not available right now",
  happened: "A service that this needs is busy, or did not answer.",
  next: "Wait a minute, then start again. It does no harm if the bot is there already.",
  again: true,
};

const ADDRESS: Failure = {
  tie: "paused",
  title: "This address is not valid",
  happened: "The link that brought you here is incomplete, or was changed on its way.",
  next: "Go back to where you found it and try again, or start from the beginning.",
  again: true,
};

const OVER: Failure = {
  tie: "paused",
  title: "This link is no longer good",
  happened: "It was used already, is too old, or was opened in another browser than it began in.",
  next: "If you saw that the bot was installed, all is well. If not, start again and finish in the same browser.",
  again: true,
};

/** How each code is told: a new code does not compile until somebody has found words for it. */
export const FAILURES: Record<ErrorCode, Failure> = {
  access_denied: {
    tie: "paused",
    title: "The install was cancelled",
    happened: "Nothing was installed, and the bot got no access.",
    next: "If you did not mean to cancel, start again.",
    again: true,
  },
  exchange_failed: {
    tie: "delayed",
    title: "The install was not finished",
    happened: "Your agreement did not reach us in time.",
    next: "Start again. It usually works the second time.",
    again: true,
  },
  installation_not_verified: {
    tie: "paused",
    title: "An owner has to install the bot",
    happened: "We could not confirm that you manage this organization. Nothing was installed.",
    next: "Ask an owner of the organization to install the bot.",
    again: false,
  },
  missing_scope: {
    tie: "paused",
    title: "The bot needs more permissions",
    happened: "It cannot work without those that were left out. Nothing was installed.",
    next: "Start again, and leave all permissions on.",
    again: true,
  },
  unsupported_install: {
    tie: "paused",
    title: "The bot cannot be installed this way",
    happened: "What it was given is not what it needs. Nothing was installed.",
    next: "Start the install from the beginning.",
    again: true,
  },

  invalid_redirect_uri: ADDRESS,
  invalid_request: ADDRESS,
  unknown_platform: ADDRESS,
  invalid_state: OVER,
  platform_not_configured: NOT_READY,
  provider_misconfigured: NOT_READY,
  provider_rate_limited: BUSY,
  provider_unavailable: BUSY,
  retry_later: BUSY,
  decryption_failed: OURS,
  provider_error: OURS,
  server_error: OURS,

  // Programs meet these; should a page ever show one, it is for us to explain.
  duplicate_installation: OURS,
  installation_inactive: OURS,
  installation_not_found: OURS,
  invalid_signature: OURS,
  reauthorization_required: OURS,
  too_large: OURS,
  unsupported_media_type: OURS,
};
