import { createHash } from "node:crypto";
import { TOKEN_CHECK_MS } from "../deadlines.ts";
import { inactiveError } from "../inactive.ts";
import type { InactiveReason, Platform } from "../installation.ts";
import { type InstallationEvents, publishChange } from "../ports/installation-events.ts";
import type { GrantState, OAuthProvider } from "../ports/provider.ts";
import type { RejectionState, TokenRejections } from "../ports/token-rejections.ts";
import type { StoredToken, TokenStore } from "../ports/token-store.ts";
import type { Refresh, RefreshRequest } from "./refresh.ts";
import { requireActive } from "./require-active.ts";
import { systemTiming, type Timing } from "./timing.ts";

/** The least time between two checks for an installation, by the number of false reports. */
const INTERVALS_SECONDS = [30, 30, 60] as const;
const LONGEST_INTERVAL_SECONDS = 300;
/** After this time without a report, false ones do not count any more. */
const QUIET_SECONDS = 600;
/** For this long, others wait for a check that is under way. */
const CHECK_SECONDS = 20;
/** A waiting caller gives up with this much time left for its response. */
const MIN_TIME_FOR_RESPONSE_MS = 1_500;
const FIRST_WAIT_MS = 40;
const MAX_WAIT_MS = 400;
/** No life of a token is enough: the platform rejects it, whatever its expiry is. */
const NO_LIFE = Number.POSITIVE_INFINITY;
const DETAIL = "token_rejected";

/** The result of a report: `replaced` is one about a token that is not the stored one. */
type RejectionOutcome =
  | "replaced"
  | "refreshed"
  | "ended"
  | "alive"
  | "unknown"
  | "too_soon"
  | "failed";

/** A report that a platform rejected a token. */
export interface RejectionReport {
  readonly platform: Platform;
  readonly outcome: RejectionOutcome;
}

export interface RejectionDeps {
  readonly tokens: TokenStore;
  readonly rejections: TokenRejections;
  readonly refresh: Refresh;
  readonly events: InstallationEvents;
  /** Called after every report. */
  readonly onRejection: (report: RejectionReport) => void;
  /** Only a simulation brings its own. */
  readonly timing?: Timing;
}

/**
 * Handles the report that the platform rejected the stored token. Returns the token that replaced it, or the stored
 * one if the platform accepts it, if that is not known, or if it was checked a short time ago.
 *
 * However many callers report a token, one of them checks it, and one refreshes it.
 *
 * @throws {ServiceError} `reauthorization_required`, `installation_inactive` if the platform rejects the token and it
 * cannot be refreshed; and the errors of `Refresh`
 */
export type ReplaceRejected = (token: StoredToken, request: RefreshRequest) => Promise<StoredToken>;

/** Returns whether a token has this SHA-256, in hexadecimal digits. */
export function hasHash(accessToken: string | null, sha256: string): boolean {
  return accessToken !== null && createHash("sha256").update(accessToken).digest("hex") === sha256;
}

/** Creates the handler of reports: callers of one process share a promise, and processes share a check. */
export function createRejectedTokenReplacer(deps: RejectionDeps): ReplaceRejected {
  const context = { timing: systemTiming, ...deps };
  const pending = new Map<string, Promise<Handled>>();

  return async (token, request) => {
    const key = `${token.installationId} ${token.tokenVersion}`;
    const running =
      pending.get(key) ?? handle(context, token, request).finally(() => pending.delete(key));
    pending.set(key, running);
    const report = (outcome: RejectionOutcome) =>
      deps.onRejection({ platform: token.platform, outcome });
    const handled = await running.catch((error: unknown) => {
      report("failed");
      throw error;
    });
    report(handled.outcome);
    if (handled.outcome === "ended") throw inactiveError(handled.reason);
    return handled.token;
  };
}

type Context = Required<RejectionDeps>;

type Handled =
  | { readonly outcome: Exclude<RejectionOutcome, "ended" | "failed">; readonly token: StoredToken }
  | { readonly outcome: "ended"; readonly reason: InactiveReason };

/** Checks the token, or waits while another caller does that. */
async function handle(
  deps: Context,
  token: StoredToken,
  request: RefreshRequest,
): Promise<Handled> {
  const { rejections, timing } = deps;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 1.6, MAX_WAIT_MS)) {
    const state = await rejections.find(token);
    if (!state) return { outcome: "replaced", token: await readAgain(deps, token) };

    const isWaiting = state.isOpen && (state.checkedSecondsAgo ?? CHECK_SECONDS) < CHECK_SECONDS;
    if (!isWaiting) {
      const falseReports = countOf(state);
      const intervalSeconds = INTERVALS_SECONDS[falseReports] ?? LONGEST_INTERVAL_SECONDS;
      if ((state.checkedSecondsAgo ?? intervalSeconds) < intervalSeconds) {
        return { outcome: "too_soon", token };
      }
      const stored = { falseReports: state.falseReports, intervalSeconds };
      const check = await rejections.take(token, stored);
      if (check) {
        const { handled, isFalse } = await examine(deps, token, request).catch(
          async (error: unknown) => {
            await rejections.settle(check, state.falseReports).catch(() => {});
            throw error;
          },
        );
        const settled = isFalse === undefined ? state.falseReports : isFalse ? falseReports + 1 : 0;
        await rejections.settle(check, settled).catch(() => {});
        return handled;
      }
    }
    if (request.remainingMs() < MIN_TIME_FOR_RESPONSE_MS) return { outcome: "too_soon", token };
    await timing.sleep(waitMs * (0.5 + timing.random()));
  }
}

/** The result of a check. `isFalse` is `undefined` if the platform did not tell. */
interface Examined {
  readonly handled: Handled;
  readonly isFalse: boolean | undefined;
}

/** Asks the platform about the token where that is possible, and replaces a dead one. */
async function examine(
  deps: Context,
  token: StoredToken,
  request: RefreshRequest,
): Promise<Examined> {
  const { provider } = request;
  const forced = { ...request, minTtlSeconds: NO_LIFE };
  if (!provider.checksToken) {
    // Nobody knows whether the report was right: the next ones are handled less often.
    const minted = await deps.refresh(token, forced);
    return { handled: { outcome: "refreshed", token: minted }, isFalse: true };
  }
  const state = await check(deps, token, provider);
  if (!state) return { handled: { outcome: "unknown", token }, isFalse: undefined };
  if (isAlive(state)) return { handled: { outcome: "alive", token }, isFalse: true };
  if (!provider.canRefresh(token)) {
    return { handled: await end(deps, token, reasonOf(state)), isFalse: false };
  }
  const refreshed = await deps.refresh(token, forced);
  // A refresh does not bring back what a person has taken from the grant, such as a Jira site.
  const after = await check(deps, refreshed, provider);
  const handled =
    !after || isAlive(after)
      ? ({ outcome: "refreshed", token: refreshed } as const)
      : await end(deps, refreshed, reasonOf(after));
  return { handled, isFalse: false };
}

/** Requests the state of a token from its platform; `undefined` without a response that tells. */
async function check(
  { timing }: Context,
  { organizationId, providerInstallationId, accessToken }: StoredToken,
  provider: OAuthProvider,
): Promise<GrantState | undefined> {
  const signal = timing.abortAfter(TOKEN_CHECK_MS);
  const grant = { organizationId, providerInstallationId, accessToken, refreshToken: null, signal };
  return provider.check(grant).catch(() => undefined);
}

/** Ends a grant that the platform rejects, unless it was changed since. */
async function end(deps: Context, token: StoredToken, reason: InactiveReason): Promise<Handled> {
  const change = await deps.tokens.endGrant(token, reason, DETAIL);
  if (publishChange(deps.events, change)) return { outcome: "ended", reason };
  return { outcome: "replaced", token: await readAgain(deps, token) };
}

async function readAgain({ tokens }: Context, { installationId }: StoredToken) {
  return requireActive(await tokens.findToken({ id: installationId }));
}

/** Returns the number of false reports that count. */
function countOf({ falseReports, checkedSecondsAgo }: RejectionState): number {
  return (checkedSecondsAgo ?? QUIET_SECONDS) < QUIET_SECONDS ? falseReports : 0;
}

function isAlive(state: GrantState): boolean {
  return state.status === "active" && state.isTokenExpired !== true;
}

function reasonOf({ status }: GrantState): InactiveReason {
  return status === "active" ? "reauthorization_required" : status;
}
