const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Adds loopback to `NO_PROXY`. With `NODE_USE_ENV_PROXY=1`, Node would otherwise send requests to the
 * servers of this process to the proxy of the shell, which cannot connect to them.
 *
 * @see [Built-in proxy support](https://nodejs.org/docs/latest-v24.x/api/http.html#built-in-proxy-support)
 */
export function bypassProxyOnLoopback(): void {
  // Node reads the first of the two that is set, and other programs read only one of them.
  const given = process.env.no_proxy ?? process.env.NO_PROXY ?? "";
  const hosts = given.split(/[\s,]+/).filter((host) => host !== "");
  const bypassed = hosts.includes("*") ? "*" : [...new Set([...hosts, ...LOOPBACK])].join(",");
  Object.assign(process.env, { no_proxy: bypassed, NO_PROXY: bypassed });
}
