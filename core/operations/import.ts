import { type ErrorCode, ServiceError, toServiceError } from "../errors.ts";
import type { Platform } from "../installation.ts";
import { verifyGrant } from "../installations/verify-grant.ts";
import type {
  ImportConflict,
  ImportedInstallation,
  ImportOutcome,
  InstallationTransfer,
} from "../ports/installation-transfer.ts";
import type { OAuthProvider } from "../ports/provider.ts";

/** How many rows are asked about side by side. */
const CONCURRENCY = 10;
/** No further row is asked about with less time: one call, and then the rows must still be stored. */
const RESERVE_MS = 15_000;
/** A token must live long enough to be asked about. */
const MIN_LIFE_MS = 60_000;

export interface ImportDeps {
  readonly transfer: InstallationTransfer;
  readonly providers: readonly OAuthProvider[];
}

/** An installation to import, and the line that it came from. */
export interface ImportLine {
  readonly line: number;
  readonly installation: ImportedInstallation;
}

/** Why a line was not imported; the sentence quotes nothing of it. */
export interface LineError {
  readonly line: number;
  readonly code: ErrorCode;
  readonly message: string;
  /** The installation here that stands in its way. */
  readonly installationId?: string;
}

export interface ImportResult {
  /** When there are any, nothing was stored. */
  readonly errors: readonly LineError[];
  readonly created: number;
  readonly unchanged: number;
  /** How many the platforms were asked about, and say are alive. */
  readonly verified: number;
}

/**
 * Stores the installations of all lines or of none. Active installations of a GitHub App are always
 * proven by the App; with `verify`, all others that are active and have a token to ask with are too.
 *
 * Nothing is refreshed to ask: a refresh token that was used up before its successor is stored is lost.
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

  const installations = lines.map(({ installation }) => installation);
  const claimed = lines.filter(({ installation }) => isToVerify(installation, verify));
  if (claimed.length > 0) {
    // No platform is asked for what cannot be stored anyway.
    const { conflicts } = await transfer.importAll(installations, { dryRun: true });
    if (conflicts.length > 0) return refused(toErrors(lines, conflicts));
    const unproven = await findUnproven(providers, claimed, remainingMs);
    if (unproven.length > 0) return refused(unproven);
  }
  const outcome = await transfer.importAll(installations, { dryRun });
  return toResult(lines, outcome, claimed.length);
}

/** The lines that an earlier line of the same import has the id or the organization of. */
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

function isToVerify(installation: ImportedInstallation, verify: boolean): boolean {
  const { inactiveReason, accessToken, refreshToken, tokenExpiresAt } = installation;
  // Anybody can claim an id. An inactive installation is verified too: a webhook may reactivate it.
  if (installation.providerInstallationId !== null) return true;
  if (inactiveReason !== null) return false;
  const isOld = tokenExpiresAt !== null && tokenExpiresAt.getTime() < Date.now() + MIN_LIFE_MS;
  return verify && accessToken !== null && !(isOld && refreshToken !== null);
}

/** Asks about all lines, some at a time, and stops asking a platform that says it is too much. */
async function findUnproven(
  providers: readonly OAuthProvider[],
  lines: readonly ImportLine[],
  remainingMs: () => number,
): Promise<LineError[]> {
  const errors: LineError[] = [];
  const limited = new Map<Platform, ServiceError>();
  const waiting = lines.values();

  async function askInTurn(): Promise<void> {
    for (const { line, installation } of waiting) {
      const { platform } = installation;
      const error = limited.get(platform) ?? (await ask(providers, installation, remainingMs));
      if (error?.code === "provider_rate_limited") limited.set(platform, error);
      if (error) errors.push({ line, code: error.code, message: error.message });
    }
  }

  await Promise.all(Array.from({ length: CONCURRENCY }, askInTurn));
  return errors.sort((one, other) => one.line - other.line);
}

async function ask(
  providers: readonly OAuthProvider[],
  installation: ImportedInstallation,
  remainingMs: () => number,
): Promise<ServiceError | undefined> {
  if (remainingMs() < RESERVE_MS) {
    return new ServiceError("retry_later", "There was no time left to verify it. Send fewer rows.");
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
    message: "There is an installation of this organization, or with this id, that differs.",
    installationId,
  }));
}

function refused(errors: readonly LineError[]): ImportResult {
  return { errors, created: 0, unchanged: 0, verified: 0 };
}

function toResult(
  lines: readonly ImportLine[],
  { created, unchanged, conflicts }: ImportOutcome,
  verified: number,
): ImportResult {
  if (conflicts.length > 0) return refused(toErrors(lines, conflicts));
  return { errors: [], created, unchanged, verified };
}
