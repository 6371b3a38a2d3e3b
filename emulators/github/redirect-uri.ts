/**
 * Where the answer to an authorization request goes: to the URL it names, if a registered callback
 * covers it, to the first registered one if it names none, and otherwise nowhere (`undefined`).
 *
 * A GitHub App's callbacks are exact; an OAuth App's cover what is below them.
 *
 * @see [Redirect URLs](https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#redirect-urls)
 */
export function resolveRedirectUri(
  callbackUrls: readonly [string, ...string[]],
  asked: string | null,
  isExact: boolean,
): string | undefined {
  if (asked === null) return callbackUrls[0];
  if (isExact) return callbackUrls.find((callback) => callback === asked);
  const url = URL.parse(asked);
  return url && callbackUrls.some((callback) => covers(new URL(callback), url)) ? asked : undefined;
}

/** The host may be a sub-domain of the registered one, and the path may go on from it. */
function covers(callback: URL, asked: URL): boolean {
  if (asked.protocol !== callback.protocol || asked.port !== callback.port) return false;
  if (asked.username !== "" || asked.password !== "" || asked.hash !== "") return false;

  const isHostCovered =
    asked.hostname === callback.hostname || asked.hostname.endsWith(`.${callback.hostname}`);
  const folder = callback.pathname.endsWith("/") ? callback.pathname : `${callback.pathname}/`;
  const isPathCovered = asked.pathname === callback.pathname || asked.pathname.startsWith(folder);
  return isHostCovered && isPathCovered;
}
