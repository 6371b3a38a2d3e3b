import { describe, expect, test } from "vitest";
import { createWaitingRequestId, type WaitingRequest } from "../../core/ports/waiting-requests.ts";
import type { CreateStores } from "./stores.ts";

const DAY_SECONDS = 86_400;

function newRequest(change: Partial<WaitingRequest> = {}) {
  const { installationId: _, ...request } = {
    installationId: null,
    id: createWaitingRequestId(),
    platform: "github" as const,
    account: { id: "77", name: "acme" },
    requester: { id: "5", name: "mia" },
    redirectUri: "https://app.example.com/done",
    metadata: { customer: "c-1" },
    link: { id: `link-${"0".repeat(32)}`, installationId: null, replaces: false },
    ...change,
  };
  return request;
}

const KEY = { platform: "github", accountId: "77", requesterId: "5" } as const;

/** The contract of `WaitingRequests`, for every adapter. */
export function testWaitingRequests(createStores: CreateStores): void {
  describe("waiting requests", () => {
    test("are returned as they were put, by id and by requester", async () => {
      const { requests } = await createStores();
      const request = newRequest();
      await requests.put(request);
      await requests.put(request);

      const stored = { ...request, installationId: null };
      expect(await requests.find(request.id)).toEqual(stored);
      expect(await requests.findWaiting(KEY)).toEqual([stored]);
    });

    test("are found only with the account and the requester that they are for", async () => {
      const { requests } = await createStores();
      await requests.put(newRequest({ account: { id: "78", name: "other" } }));
      await requests.put(newRequest({ requester: { id: "6", name: "noah" } }));

      expect(await requests.findWaiting(KEY)).toEqual([]);
    });

    test("that are finished keep the first installation, and do not wait", async () => {
      const { requests } = await createStores();
      const request = newRequest();
      await requests.put(request);

      await requests.finish(request.id, "inst-1");
      await requests.finish(request.id, "inst-2");

      expect(await requests.find(request.id)).toMatchObject({ installationId: "inst-1" });
      expect(await requests.findWaiting(KEY)).toEqual([]);
    });

    test("expire after 30 days", async () => {
      const { requests, age } = await createStores();
      const request = newRequest();
      await requests.put(request);

      await age(30 * DAY_SECONDS - 60);
      const before = await requests.findWaiting(KEY);
      await age(120);

      expect(before).toHaveLength(1);
      expect(await requests.find(request.id)).toBeUndefined();
      expect(await requests.findWaiting(KEY)).toEqual([]);
    });
  });
}
