/** The parameters that GitHub adds to the setup URL. */
export const SETUP_PARAMETERS = ["installation_id", "setup_action", "state"];

/**
 * The parameters that platforms add to the callback, and those of other kinds of authorization responses.
 *
 * @see RFC 6749, section 4.1.2, RFC 9207, and OAuth 2.0 Multiple Response Type Encoding Practices
 */
export const CALLBACK_PARAMETERS = [
  ...SETUP_PARAMETERS,
  "code",
  "error",
  "error_description",
  "error_uri",
  "id_token",
  "iss",
  "response",
  "token",
];
