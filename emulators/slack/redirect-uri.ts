/**
 * Where the answer to a request goes: to the URL it names, if that is a registered one or below it; to
 * the only registered one if it names none; and otherwise nowhere (`undefined`).
 *
 * @see [Redirect URLs](https://docs.slack.dev/authentication/installing-with-oauth#redirect_urls)
 */
export function resolveRedirectUri(
  redirectUrls: readonly [string, ...string[]],
  asked: string | null,
): string | undefined {
  if (asked === null) return redirectUrls.length === 1 ? redirectUrls[0] : undefined;
  const url = URL.parse(asked);
  return url && redirectUrls.some((registered) => covers(new URL(registered), url))
    ? asked
    : undefined;
}

/** The host must be the same, and the path may go on from the registered one. */
function covers(registered: URL, asked: URL): boolean {
  if (asked.origin !== registered.origin || asked.hash !== "") return false;
  if (asked.username !== "" || asked.password !== "") return false;

  const folder = registered.pathname.endsWith("/")
    ? registered.pathname
    : `${registered.pathname}/`;
  return asked.pathname === registered.pathname || asked.pathname.startsWith(folder);
}
