import { TOKEN_CHECK_MS } from "../deadlines.ts";
import type { PlatformFields } from "../ports/platform-fields.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import type { StoredToken, TokenStore } from "../ports/token-store.ts";
import { systemTiming, type Timing } from "./timing.ts";

/** For this long, a platform that did not return the fields of an installation is not asked again. */
const PAUSE_MS = 60_000;
/** While so many installations wait for the end of their pause, no platform is asked about another one. */
const MAX_ENTRIES = 500;
/** After so many requests in a row without a response, a platform is not asked about any installation for a pause. */
const MAX_FAILURES = 3;

/**
 * Returns the platform's fields of an installation: those that are stored, else those that the platform reports,
 * which it stores. A lookup does not fail for want of them: without a response they are empty.
 */
export type FindPlatformFields = (
  token: StoredToken,
  provider: OAuthProvider,
) => Promise<PlatformFields>;

export interface PlatformFieldsDeps {
  readonly tokens: Pick<TokenStore, "storePlatformFields">;
  readonly timing?: Timing;
}

interface Entry {
  readonly fields: Promise<PlatformFields | undefined>;
  readonly until: number;
}

/**
 * Creates a finder: callers of one process share a request, and a failed one is not repeated for a minute. A lookup
 * waits for a request, so that their number in a minute is limited, whatever the number of installations is.
 */
export function createPlatformFieldsFinder({
  tokens,
  timing = systemTiming,
}: PlatformFieldsDeps): FindPlatformFields {
  const entries = new Map<string, Entry>();
  const failures = createFailureCount(timing);

  /** Returns whether one more installation can be asked about. The first entry is the one whose pause ends first. */
  function hasRoom(): boolean {
    const [oldest] = entries;
    if (entries.size < MAX_ENTRIES || !oldest) return true;
    const [key, { until }] = oldest;
    return until <= timing.now() && entries.delete(key);
  }

  async function request(token: StoredToken, provider: OAuthProvider) {
    try {
      const fields = await requestFields(token, provider, timing);
      failures.reset(provider);
      return fields;
    } catch {
      failures.add(provider);
      return undefined;
    }
  }

  return async (token, provider) => {
    const known = token.platformFields ?? provider.platformFields;
    if (known) return known;

    // Another install can bring another bot.
    const key = `${token.installationId} ${token.tokenVersion}`;
    const running = entries.get(key);
    if (running && running.until > timing.now()) return (await running.fields) ?? {};

    entries.delete(key);
    if (failures.arePausing(provider) || !hasRoom()) return {};
    const fields = request(token, provider);
    entries.set(key, { fields, until: timing.now() + PAUSE_MS });

    const found = await fields;
    if (!found) return {};
    const isStored = await tokens.storePlatformFields(token, found).then(
      () => true,
      () => false,
    );
    if (isStored) entries.delete(key);
    return found;
  };
}

/** Counts the requests in a row to which a platform did not respond. */
function createFailureCount(timing: Timing) {
  const counts = new Map<string, { readonly inARow: number; readonly until: number }>();
  return {
    arePausing({ platform }: OAuthProvider): boolean {
      const { inARow = 0, until = 0 } = counts.get(platform) ?? {};
      return inARow >= MAX_FAILURES && until > timing.now();
    },
    add({ platform }: OAuthProvider): void {
      const inARow = (counts.get(platform)?.inARow ?? 0) + 1;
      counts.set(platform, { inARow, until: timing.now() + PAUSE_MS });
    },
    reset({ platform }: OAuthProvider): void {
      counts.delete(platform);
    },
  };
}

async function requestFields(
  { organizationId, providerInstallationId, accessToken }: StoredToken,
  provider: OAuthProvider,
  timing: Timing,
): Promise<PlatformFields | undefined> {
  const signal = timing.abortAfter(TOKEN_CHECK_MS);
  const grant = { organizationId, providerInstallationId, accessToken, refreshToken: null, signal };
  const state = await provider.check(grant);
  if (state.status !== "active" || state.organizationId !== organizationId) return undefined;
  return state.fields;
}
