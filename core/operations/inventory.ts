import { PLATFORM_CALL_MS } from "../deadlines.ts";
import type { Platform } from "../installation.ts";
import type { AppInstallation, OpenRequest } from "../ports/app-inventory.ts";
import type { InstallationReader } from "../ports/installation-repository.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import { platformNotConfigured } from "../providers/registry.ts";
import { systemTiming } from "../tokens/timing.ts";

export interface InventoryDeps {
  readonly installations: InstallationReader;
  readonly providers: readonly OAuthProvider[];
}

/** An installation of an App that nobody has connected. */
interface UnclaimedAppInstallation extends AppInstallation {
  /** The installation that is stored for it without tokens; `null` if there is none. */
  readonly installationId: string | null;
}

/** A part of what the platform knows of an App, compared with what is stored. */
export interface Inventory {
  readonly unclaimed: readonly UnclaimedAppInstallation[];
  /** The requests of members that are open; only with the first page. */
  readonly requests: readonly OpenRequest[];
  readonly nextPage: number | null;
}

/**
 * Reads a page of the installations of an App at its platform, and returns those that nobody has connected, with the
 * open requests of members.
 *
 * @throws {ServiceError} `platform_not_configured`, `retry_later`, and the errors of `AppInventory`
 */
export async function readInventory(
  { installations, providers }: InventoryDeps,
  { platform, page }: { platform: Platform; page: number },
): Promise<Inventory> {
  const inventory = providers.find((provider) => provider.platform === platform)?.inventory;
  if (!inventory) throw platformNotConfigured(platform);
  const signal = systemTiming.abortAfter(PLATFORM_CALL_MS);
  const [listed, requests] = await Promise.all([
    inventory.listInstallations({ page, signal }),
    page === 1 ? inventory.listRequests(signal) : [],
  ]);
  const ids = listed.installations.map(({ providerInstallationId: id }) => id);
  const stored = await installations.findByProviderIds(platform, ids);
  const unclaimed = listed.installations.flatMap((installation) => {
    const rows = stored.filter(
      ({ providerInstallationId: id }) => id === installation.providerInstallationId,
    );
    const isConnected = rows.some(({ inactiveReason }) => inactiveReason !== "unclaimed");
    return isConnected ? [] : [{ ...installation, installationId: rows[0]?.id ?? null }];
  });
  return { unclaimed, requests, nextPage: listed.hasMore ? page + 1 : null };
}
