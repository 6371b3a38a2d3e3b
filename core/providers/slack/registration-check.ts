import {
  findMalformedFields,
  findMissingFields,
  type RegistrationCheck,
} from "../registration-check.ts";
import { SlackSecret } from "./settings.ts";

/**
 * The checks of the app at Slack, whose settings only its configuration tokens can read.
 *
 * @see [Errors of an authorization](https://docs.slack.dev/reference/methods/oauth.v2.access)
 */
export const slackRegistration: RegistrationCheck = {
  findSecretMistakes(text) {
    const malformed = findMalformedFields(text, SlackSecret);
    return malformed.length > 0 ? malformed : findMissingFields(text, ["signing_secret"]);
  },
  unregistered: /\bbad_redirect_uri\b/,
  refusedScopes: /\binvalid_scope\b/,
  sendsWebhooks: () => true,
};
