import type { PlatformName } from "./platform.ts";

/** Bounds the memory of a server that is left running for days. */
const MAX_REQUESTS = 10_000;

/** A request that a platform has seen: never its query, headers or body, where tokens are. */
export interface SeenRequest {
  readonly platform: PlatformName;
  readonly method: string;
  readonly path: string;
  /** `null` while there is no answer, and for ever if the connection was dropped. */
  readonly status: number | null;
}

/** The newest requests, oldest first. */
export interface RequestLog {
  /** Notes a request before it is answered, and hands back what notes the status of its answer. */
  note(request: Omit<SeenRequest, "status">): (status: number) => void;
  list(): SeenRequest[];
  clear(): void;
}

/** An empty log. */
export function createRequestLog(): RequestLog {
  const seen: { request: Omit<SeenRequest, "status">; status: number | null }[] = [];

  return {
    note(request) {
      const entry: (typeof seen)[number] = { request, status: null };
      seen.push(entry);
      if (seen.length > MAX_REQUESTS) seen.shift();
      return (status) => {
        entry.status = status;
      };
    },

    list: () => seen.map(({ request, status }) => ({ ...request, status })),

    clear() {
      seen.length = 0;
    },
  };
}
