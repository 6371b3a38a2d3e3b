import { afterEach, describe, vi } from "vitest";
import { testExpiry } from "../contract/expiry.contract.ts";
import { createMemoryConsumedStates } from "../support/memory/consumed-states.ts";
import { createMemoryExpiry } from "../support/memory/expiry.ts";
import type { Row } from "../support/memory/installation-row.ts";
import { createMemoryInstallations } from "../support/memory/installations.ts";
import {
  createMemoryPendingInstallations,
  type PendingRow,
} from "../support/memory/pending-installations.ts";

afterEach(() => {
  vi.useRealTimers();
});

describe("expiry in memory", () => {
  testExpiry(async () => {
    const consumedStates = new Map<string, Date>();
    const pending = new Map<string, PendingRow>();
    const rows = new Map<string, Row>();
    const installations = createMemoryInstallations(rows);
    vi.useFakeTimers({ toFake: ["Date"] });
    return {
      expiry: createMemoryExpiry({ consumedStates, pending, installations: rows }),
      consumedStates: createMemoryConsumedStates(consumedStates),
      pending: createMemoryPendingInstallations(pending),
      transfer: installations,
      tokens: installations,
      leases: installations,
      async age(seconds) {
        vi.setSystemTime(Date.now() + seconds * 1000);
      },
    };
  });
});
