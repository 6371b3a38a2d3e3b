import type { WaitingRequest, WaitingRequests } from "../../../core/ports/waiting-requests.ts";

const LIFETIME_MS = 30 * 86_400_000;

/** Stores members' requests in memory. */
export function createMemoryWaitingRequests(now: () => number = Date.now): WaitingRequests {
  const rows = new Map<string, { readonly request: WaitingRequest; readonly expiresAt: number }>();
  const valid = () => [...rows.values()].filter(({ expiresAt }) => expiresAt > now());
  return {
    async put(request) {
      const row = { request: { ...request, installationId: null }, expiresAt: now() + LIFETIME_MS };
      if (!rows.has(request.id)) rows.set(request.id, row);
    },

    async find(id) {
      return valid().find(({ request }) => request.id === id)?.request;
    },

    async findWaiting({ platform, accountId, requesterId }) {
      return valid()
        .map(({ request }) => request)
        .filter(({ installationId }) => installationId === null)
        .filter(
          (request) =>
            request.platform === platform &&
            request.account.id === accountId &&
            request.requester.id === requesterId,
        );
    },

    async finish(id, installationId) {
      const row = rows.get(id);
      if (row?.request.installationId === null) {
        rows.set(id, { ...row, request: { ...row.request, installationId } });
      }
    },
  };
}
