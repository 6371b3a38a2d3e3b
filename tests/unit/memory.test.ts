import { describe } from "vitest";
import { createMemoryInstallations } from "../../core/memory/installations.ts";
import { createMemoryStateLedger } from "../../core/memory/state-ledger.ts";
import { testInstallationRepository } from "../contract/installation-repository.contract.ts";
import { testStateLedger } from "../contract/state-ledger.contract.ts";

describe("installations in memory", () => {
  testInstallationRepository(async () => {
    const store = createMemoryInstallations();
    return { installations: store, tokens: store };
  });
});

describe("state ledger in memory", () => {
  testStateLedger(async () => createMemoryStateLedger());
});
