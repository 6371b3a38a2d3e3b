import { setTimeout as sleep } from "node:timers/promises";
import { ServiceError } from "../errors.ts";
import type { Platform } from "../installation.ts";
import type { InstallationRepository } from "../ports/installation-repository.ts";
import type { CodeExchange, Grant, OAuthProvider, UnprovenGrant } from "../ports/provider.ts";

/** For how long the callback waits for the signed webhook, which GitHub usually sends before the browser returns. */
const WAIT_MS = 5_000;
const POLL_MS = 250;

type FindVisible = NonNullable<OAuthProvider["findVisible"]>;
type Senders = Pick<InstallationRepository, "findSender">;

/** The grants that a person may connect, or the one that waits for the signed webhook. */
export type InstallerExchange =
  | { readonly grants: readonly [Grant, ...Grant[]]; readonly awaited?: undefined }
  | { readonly awaited: UnprovenGrant["grant"]; readonly grants?: undefined };

/**
 * Exchanges a code where also the person who installed the App may connect it: an owner of the account, or the stored
 * sender of the signed `installation.created` of this very installation.
 *
 * @throws {ServiceError} `installation_not_verified`, `retry_later`, and the errors of `OAuthProvider.findVisible`
 */
export async function exchangeAsInstaller(
  senders: Senders,
  { platform, findVisible }: { platform: Platform; findVisible: FindVisible },
  exchange: CodeExchange,
): Promise<InstallerExchange> {
  const { owned, unproven, refusal } = await findVisible(exchange);
  const isClaim = exchange.claimedInstallationId !== null;
  const waitUntil = performance.now() + WAIT_MS;
  const checked = await Promise.all(
    unproven.map(async ({ grant, isRecent }) => {
      const waits = isClaim && isRecent;
      const find = () => findSenderOf(senders, platform, grant);
      const isTimeLeft = () => performance.now() < waitUntil && !exchange.signal.aborted;
      return { grant, waits, sender: await poll(find, () => waits && isTimeLeft()) };
    }),
  );
  const proven = checked.filter(({ grant, sender }) => sender === grant.installedById);
  const [first, ...others] = [...owned, ...proven.map(({ grant }) => grant)];
  if (first) return { grants: [first, ...others] };

  const late = checked.find(({ waits, sender }) => waits && sender === undefined);
  if (late) return { awaited: late.grant };
  throw checked.some(({ sender }) => sender !== undefined) ? notInstaller() : refusal;
}

/** Returns the id of the person who installed the App, as the signed webhook named this person. */
export async function findSenderOf(
  senders: Senders,
  platform: Platform,
  { organizationId, providerInstallationId }: UnprovenGrant["grant"],
): Promise<string | undefined> {
  return senders.findSender({ platform, organizationId, providerInstallationId });
}

/** Returns the error for a person other than the one who installed the App. */
export function notInstaller(): ServiceError {
  const message = "Another person installed the App on this organization.";
  return new ServiceError("installation_not_verified", message, { reason: "no_installer" });
}

async function poll<Found>(
  find: () => Promise<Found | undefined>,
  isTimeLeft: () => boolean,
): Promise<Found | undefined> {
  for (;;) {
    const found = await find();
    if (found !== undefined || !isTimeLeft()) return found;
    await sleep(POLL_MS);
  }
}
