import { afterEach, describe, vi } from "vitest";
import { testRefreshLeases } from "../contract/refresh-leases.contract.ts";
import { createMemoryInstallations } from "../support/memory/installations.ts";

afterEach(() => {
  vi.useRealTimers();
});

describe("refresh leases in memory", () => {
  testRefreshLeases(async () => {
    const store = createMemoryInstallations();
    vi.useFakeTimers({ toFake: ["Date"] });
    return {
      installations: store,
      tokens: store,
      leases: store,
      async age(seconds) {
        vi.setSystemTime(Date.now() + seconds * 1000);
      },
    };
  });
});
