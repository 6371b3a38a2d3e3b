/**
 * Returns where an install redirects to: the requested URL if it is a registered one or below it, the
 * only registered one if no URL was requested, and otherwise `undefined`.
 *
 * @see [Redirect URLs](https://docs.slack.dev/authentication/installing-with-oauth#redirect_urls)
 */
export function resolveRedirectUri(
  redirectUrls: readonly [string, ...string[]],
  requested: string | undefined,
): string | undefined {
  if (requested === undefined) return redirectUrls.length === 1 ? redirectUrls[0] : undefined;
  const url = URL.parse(requested);
  return url && redirectUrls.some((registered) => covers(new URL(registered), url))
    ? requested
    : undefined;
}

/** The host must be the same, and the path may continue the registered one. */
function covers(registered: URL, requested: URL): boolean {
  if (requested.origin !== registered.origin || requested.hash !== "") return false;
  if (requested.username !== "" || requested.password !== "") return false;

  const folder = registered.pathname.endsWith("/")
    ? registered.pathname
    : `${registered.pathname}/`;
  return requested.pathname === registered.pathname || requested.pathname.startsWith(folder);
}
