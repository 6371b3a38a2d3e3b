import { type ErrorCode, ServiceError, toServiceError } from "../errors.ts";
import type { Platform } from "../installation.ts";
import { verifyGrant } from "../installations/verify-grant.ts";
import { PLATFORMS } from "../platforms.ts";
import type {
  ImportConflict,
  ImportedInstallation,
  InstallationTransfer,
  TransferResult,
} from "../ports/installation-transfer.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import { platformNotConfigured } from "../providers/registry.ts";

/** The number of rows that are verified in parallel. */
const CONCURRENCY = 10;
/** Another row is verified only with this much time left: one call, and the write of all rows. */
const RESERVE_MS = 15_000;
/** A token with less life left cannot be verified reliably. */
const MIN_LIFE_MS = 60_000;

export interface ImportDeps {
  readonly transfer: InstallationTransfer;
  readonly providers: readonly OAuthProvider[];
}

/** An installation to import, and the line that it came from. */
export interface ImportLine {
  readonly line: number;
  readonly installation: Omit<ImportedInstallation, "clientId"> & {
    /** The registration that the grant was made with. Default: the one that is configured here. */
    readonly clientId: string | undefined;
  };
}

/** The same, with a registration that is configured here. */
interface RegisteredLine {
  readonly line: number;
  readonly installation: ImportedInstallation;
}

/** Why a line was not imported. The message contains no value of the line. */
export interface LineError {
  readonly line: number;
  readonly code: ErrorCode;
  readonly message: string;
  /** The stored installation that it conflicts with. */
  readonly installationId?: string;
}

export interface ImportResult {
  /** If there are any, nothing was stored. */
  readonly errors: readonly LineError[];
  readonly created: number;
  readonly unchanged: number;
  /** How many were verified at their platforms. */
  readonly verified: number;
}

/**
 * Stores the installations of all lines, or none. Installations with a `provider_installation_id` are
 * always verified; with `verify`, also active installations with an access token.
 *
 * Never refreshes a token to verify it: if the import failed, the new refresh token would be lost.
 *
 * @throws {ServiceError} `retry_later`
 */
export async function importInstallations(
  { transfer, providers }: ImportDeps,
  lines: readonly ImportLine[],
  { verify, dryRun, remainingMs }: { verify: boolean; dryRun: boolean; remainingMs: () => number },
): Promise<ImportResult> {
  const repeated = findRepeated(lines);
  if (repeated.length > 0) return refused(repeated);

  const { registered, unregistered } = register(providers, lines);
  if (unregistered.length > 0) return refused(unregistered);

  const installations = registered.map(({ installation }) => installation);
  const claimed = registered.filter(({ installation }) => isToVerify(installation, verify));
  if (claimed.length > 0) {
    // Do not call the platforms for an import that cannot be stored.
    const { conflicts } = await transfer.importAll(installations, { dryRun: true });
    if (conflicts.length > 0) return refused(toErrors(lines, conflicts));
    const unverified = await verifyAll(providers, claimed, remainingMs);
    if (unverified.length > 0) return refused(unverified);
  }
  const outcome = await transfer.importAll(installations, { dryRun });
  return toResult(lines, outcome, claimed.length);
}

/** Returns an error for each line with the id or the organization of an earlier line. */
function findRepeated(lines: readonly ImportLine[]): LineError[] {
  const seen = new Set<string>();
  return lines.flatMap(({ line, installation: { id, platform, organizationId } }) => {
    const keys = [`${platform} ${organizationId}`, ...(id === undefined ? [] : [id])];
    const isRepeated = keys.some((key) => seen.has(key));
    for (const key of keys) seen.add(key);
    if (!isRepeated) return [];
    const message = "An earlier line has the same organization or id.";
    return [{ line, code: "duplicate_installation", message }];
  });
}

/** Separates the lines whose app is configured here from the others, and returns the errors of these. */
function register(providers: readonly OAuthProvider[], lines: readonly ImportLine[]) {
  const registered: RegisteredLine[] = [];
  const unregistered: LineError[] = [];
  for (const { line, installation } of lines) {
    const { platform, kind } = installation;
    const clientId = providers.find((provider) => provider.kind === kind)?.clientId;
    if (clientId !== undefined && (installation.clientId ?? clientId) === clientId) {
      registered.push({ line, installation: { ...installation, clientId } });
    } else {
      const { displayName } = PLATFORMS[platform];
      const message =
        clientId === undefined
          ? platformNotConfigured(platform).message
          : `${displayName} is configured here with another client_id than this line has.`;
      unregistered.push({ line, code: "platform_not_configured", message });
    }
  }
  return { registered, unregistered };
}

function isToVerify(installation: ImportedInstallation, verify: boolean): boolean {
  const { inactiveReason, accessToken, refreshToken, tokenExpiresAt } = installation;
  // Anybody can claim an id. An inactive installation is verified too: a webhook may reactivate it.
  if (installation.providerInstallationId !== null) return true;
  if (inactiveReason !== null) return false;
  const isExpiring = tokenExpiresAt !== null && tokenExpiresAt.getTime() < Date.now() + MIN_LIFE_MS;
  return verify && accessToken !== null && !(isExpiring && refreshToken !== null);
}

/** Verifies all lines and returns the errors. Skips the rest of a platform after a rate limit. */
async function verifyAll(
  providers: readonly OAuthProvider[],
  lines: readonly RegisteredLine[],
  remainingMs: () => number,
): Promise<LineError[]> {
  const errors: LineError[] = [];
  const limited = new Map<Platform, ServiceError>();
  const waiting = lines.values();

  async function verifyNext(): Promise<void> {
    for (const { line, installation } of waiting) {
      const { platform } = installation;
      const error =
        limited.get(platform) ?? (await tryToVerify(providers, installation, remainingMs));
      if (error?.code === "provider_rate_limited") limited.set(platform, error);
      if (error) errors.push({ line, code: error.code, message: error.message });
    }
  }

  await Promise.all(Array.from({ length: CONCURRENCY }, verifyNext));
  return errors.sort((one, other) => one.line - other.line);
}

async function tryToVerify(
  providers: readonly OAuthProvider[],
  installation: ImportedInstallation,
  remainingMs: () => number,
): Promise<ServiceError | undefined> {
  if (remainingMs() < RESERVE_MS) {
    return new ServiceError(
      "retry_later",
      "There was no time left to verify this row. Send fewer rows.",
    );
  }
  try {
    await verifyGrant(providers, installation);
    return undefined;
  } catch (error) {
    return toServiceError(error);
  }
}

function toErrors(lines: readonly ImportLine[], conflicts: readonly ImportConflict[]): LineError[] {
  return conflicts.map(({ index, installationId }) => ({
    line: lines[index]?.line ?? 0,
    code: "duplicate_installation",
    message: "A different installation with this organization or this id is stored.",
    installationId,
  }));
}

function refused(errors: readonly LineError[]): ImportResult {
  return { errors, created: 0, unchanged: 0, verified: 0 };
}

function toResult(
  lines: readonly ImportLine[],
  { created, unchanged, conflicts }: TransferResult,
  verified: number,
): ImportResult {
  if (conflicts.length > 0) return refused(toErrors(lines, conflicts));
  return { errors: [], created, unchanged, verified };
}
