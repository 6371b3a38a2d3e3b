import type { PlatformName } from "./platforms.ts";

/** Limits the memory of a server that runs for days. */
const MAX_REQUESTS = 10_000;

/** A request to a platform. Query, headers and body are left out because they hold tokens. */
export interface LoggedRequest {
  readonly platform: PlatformName;
  readonly method: string;
  readonly path: string;
  /** `null` until there is a response, and if the connection was cut instead. */
  readonly status: number | null;
}

/** The newest requests, oldest first. */
export interface RequestLog {
  /** Adds a request before it is handled and returns the function that sets its status. */
  add(request: Omit<LoggedRequest, "status">): (status: number) => void;
  list(): LoggedRequest[];
  clear(): void;
}

/** Creates an empty log. */
export function createRequestLog(): RequestLog {
  const requests: { request: Omit<LoggedRequest, "status">; status: number | null }[] = [];

  return {
    add(request) {
      const entry: (typeof requests)[number] = { request, status: null };
      requests.push(entry);
      if (requests.length > MAX_REQUESTS) requests.shift();
      return (status) => {
        entry.status = status;
      };
    },

    list: () => requests.map(({ request, status }) => ({ ...request, status })),

    clear() {
      requests.length = 0;
    },
  };
}
