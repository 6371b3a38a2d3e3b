const LOOPBACK = ["127.0.0.1", "[::1]", "localhost"];

/**
 * Returns where an authorization request redirects to: the requested URL if a registered callback
 * covers it, the first registered callback if no URL was requested, and otherwise `undefined`.
 *
 * A GitHub App's callbacks match exactly; an OAuth App's also cover the paths below them.
 *
 * @see [Redirect URLs](https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#redirect-urls)
 */
export function resolveRedirectUri(
  callbackUrls: readonly [string, ...string[]],
  requested: string | undefined,
  isExact: boolean,
): string | undefined {
  if (requested === undefined) return callbackUrls[0];
  if (isExact) return callbackUrls.find((callback) => callback === requested);
  const url = URL.parse(requested);
  const isCovered = url && callbackUrls.some((callback) => covers(new URL(callback), url));
  return isCovered ? requested : undefined;
}

/**
 * The host may be a sub-domain of the registered one, and the path may continue it. On loopback the port may
 * be another one, which a program on the user's machine got from the system.
 *
 * @see [Loopback URLs](https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#loopback-urls)
 */
function covers(callback: URL, requested: URL): boolean {
  const isPortCovered = requested.port === callback.port || LOOPBACK.includes(callback.hostname);
  if (requested.protocol !== callback.protocol || !isPortCovered) return false;
  if (requested.username !== "" || requested.password !== "" || requested.hash !== "") return false;

  const isHostCovered =
    requested.hostname === callback.hostname ||
    requested.hostname.endsWith(`.${callback.hostname}`);
  const folder = callback.pathname.endsWith("/") ? callback.pathname : `${callback.pathname}/`;
  const isPathCovered =
    requested.pathname === callback.pathname || requested.pathname.startsWith(folder);
  return isHostCovered && isPathCovered;
}
