const LOOPBACK_HOSTS = new Set(["127.0.0.1", "::1", "[::1]", "localhost"]);

/** Returns whether a host, as in a URL or in the settings of a socket, is this machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK_HOSTS.has(host);
}
