import type { InstallationRepository } from "../../../core/ports/installation-repository.ts";
import type { InstallationTransfer } from "../../../core/ports/installation-transfer.ts";
import type { RefreshLeases } from "../../../core/ports/refresh-leases.ts";
import type { TokenStore } from "../../../core/ports/token-store.ts";
import { createMemoryInstallationRepository } from "./installation-repository.ts";
import { createMemoryInstallationTransfer } from "./installation-transfer.ts";
import { createMemoryRefreshLeases } from "./refresh-leases.ts";
import { createTables, type Tables } from "./tables.ts";
import { createMemoryTokenStore } from "./token-store.ts";

/** Stores installations in memory, with unencrypted tokens: all ports over the same rows. */
export function createMemoryInstallations(
  tables: Tables = createTables(),
): InstallationRepository & InstallationTransfer & TokenStore & RefreshLeases {
  return {
    ...createMemoryInstallationRepository(tables),
    ...createMemoryInstallationTransfer(tables),
    ...createMemoryTokenStore(tables),
    ...createMemoryRefreshLeases(tables),
  };
}
