import { TOKEN_CHECK_MS } from "../deadlines.ts";
import type { PlatformFields } from "../ports/platform-fields.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import type { StoredToken, TokenStore } from "../ports/token-store.ts";
import { systemTiming, type Timing } from "./timing.ts";

/** For this long, a platform that did not return the fields of an installation is not asked again. */
const PAUSE_MS = 60_000;
const MAX_ENTRIES = 500;

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

/** Creates a finder: callers of one process share a request, and a failed one is not repeated for a minute. */
export function createPlatformFieldsFinder({
  tokens,
  timing = systemTiming,
}: PlatformFieldsDeps): FindPlatformFields {
  const entries = new Map<string, Entry>();

  return async (token, provider) => {
    const known = token.platformFields ?? provider.platformFields;
    if (known) return known;

    // Another install can bring another bot.
    const key = `${token.installationId} ${token.tokenVersion}`;
    const running = entries.get(key);
    if (running && running.until > timing.now()) return (await running.fields) ?? {};

    const fields = request(token, provider, timing);
    entries.delete(key);
    entries.set(key, { fields, until: timing.now() + PAUSE_MS });
    const [oldest] = entries.keys();
    if (entries.size > MAX_ENTRIES && oldest !== undefined) entries.delete(oldest);

    const found = await fields;
    if (found) await tokens.storePlatformFields(token, found).catch(() => {});
    return found ?? {};
  };
}

async function request(
  { organizationId, providerInstallationId, accessToken }: StoredToken,
  provider: OAuthProvider,
  timing: Timing,
): Promise<PlatformFields | undefined> {
  const signal = timing.abortAfter(TOKEN_CHECK_MS);
  const grant = { organizationId, providerInstallationId, accessToken, refreshToken: null, signal };
  const state = await provider.check(grant).catch(() => undefined);
  if (state?.status !== "active" || state.organizationId !== organizationId) return undefined;
  return state.fields;
}
