import type { ErrorCode } from "../../../core/errors.ts";
import type { ILLUSTRATIONS } from "./marks.ts";

/** The text of the page about a failed install. */
export interface Failure {
  readonly illustration: keyof typeof ILLUSTRATIONS;
  readonly title: string;
  readonly explanation: string;
  readonly nextStep: string;
  /** Whether the person can solve it by starting again. If not, somebody else has to act. */
  readonly canStartAgain: boolean;
}

const OURS: Failure = {
  illustration: "broken",
  title: "Something went wrong on our side",
  explanation: "The install could not be completed.",
  nextStep:
    "Start again in a minute. If it fails again, contact the person who sent you here, with the reference below.",
  canStartAgain: true,
};

const NOT_READY: Failure = {
  illustration: "broken",
  title: "The bot is not ready",
  explanation: "The bot's registration is missing or was rejected. Nothing was installed.",
  nextStep: "Contact the person who sent you here, with the reference below.",
  canStartAgain: false,
};

const BUSY: Failure = {
  illustration: "delayed",
  title: "Not available right now",
  explanation: "A service that the install needs is busy or did not respond.",
  nextStep: "Wait a minute, then start again. That does no harm if the bot is installed already.",
  canStartAgain: true,
};

const ADDRESS: Failure = {
  illustration: "paused",
  title: "This address is not valid",
  explanation: "The link that brought you here is incomplete or was changed.",
  nextStep: "Go back to where you found the link and try again, or start from the beginning.",
  canStartAgain: true,
};

const EXPIRED: Failure = {
  illustration: "paused",
  title: "This link has expired or was already used",
  explanation:
    "It was already used, is too old, or was opened in a different browser from the one where the install started.",
  nextStep:
    "If you saw that the bot was installed, you are done. Otherwise, start again and finish in the same browser.",
  canStartAgain: true,
};

/** The page text of each error code. A new code does not compile until it has one. */
export const FAILURES: Record<ErrorCode, Failure> = {
  access_denied: {
    illustration: "paused",
    title: "The install was cancelled",
    explanation: "Nothing was installed, and the bot got no access.",
    nextStep: "If you did not mean to cancel, start again.",
    canStartAgain: true,
  },
  authorization_failed: {
    illustration: "paused",
    title: "The install was not authorized",
    explanation: "The platform returned an error instead of a permission. Nothing was installed.",
    nextStep:
      "Start again in a minute. If it fails again, contact the person who sent you here, with the reference below.",
    canStartAgain: true,
  },
  exchange_failed: {
    illustration: "delayed",
    title: "The install was not finished",
    explanation: "The platform's confirmation arrived too late.",
    nextStep: "Start again. It usually works the second time.",
    canStartAgain: true,
  },
  installation_not_verified: {
    illustration: "paused",
    title: "An owner has to install the bot",
    explanation: "We could not confirm that you manage this organization. Nothing was installed.",
    nextStep: "Ask an owner of the organization to install the bot.",
    canStartAgain: false,
  },
  installation_bound_elsewhere: {
    illustration: "paused",
    title: "This link is for another organization",
    explanation: "Nothing was changed. The bot works as before where it is installed.",
    nextStep:
      "Choose the organization that the link is for, or ask the person who sent you here for another link.",
    canStartAgain: false,
  },
  missing_scope: {
    illustration: "paused",
    title: "The bot needs more permissions",
    explanation:
      "Some permissions were declined, and the bot cannot work without them. Nothing was installed.",
    nextStep: "Start again and accept all permissions.",
    canStartAgain: true,
  },
  unsupported_install: {
    illustration: "paused",
    title: "The bot cannot be installed this way",
    explanation:
      "The account, workspace or site that you chose is not supported. Nothing was installed.",
    nextStep: "Start again, and choose another one if you can.",
    canStartAgain: true,
  },
  shared_account: {
    illustration: "paused",
    title: "This account is used for another organization",
    explanation:
      "The bot acts with the account of the person who installs it, and yours is connected to another organization already. Nothing was installed.",
    nextStep: "Sign in with an account that only this organization uses, and start again.",
    canStartAgain: true,
  },

  invalid_redirect_uri: ADDRESS,
  invalid_request: ADDRESS,
  unknown_platform: ADDRESS,
  invalid_state: EXPIRED,
  platform_not_configured: NOT_READY,
  provider_misconfigured: NOT_READY,
  provider_rate_limited: BUSY,
  provider_unavailable: BUSY,
  retry_later: BUSY,
  decryption_failed: OURS,
  provider_error: OURS,
  server_error: OURS,

  // Only programs receive these codes. If a page ever shows one, an operator has to look into it.
  duplicate_installation: OURS,
  install_link_not_found: OURS,
  installation_inactive: OURS,
  installation_not_found: OURS,
  invalid_signature: OURS,
  reauthorization_required: OURS,
  too_large: OURS,
  unsupported_media_type: OURS,
};
