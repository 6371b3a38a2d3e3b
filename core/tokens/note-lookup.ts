import { LOOKUP_NOTE_MS } from "../deadlines.ts";
import type { StoredToken, TokenStore } from "../ports/token-store.ts";

/**
 * Stores that a token was looked up, if that is not stored for the last hour. A lookup that has its token calls it: it
 * takes at most 50 ms, and a failure changes nothing.
 */
export async function noteLookup(
  { tokens }: { readonly tokens: Pick<TokenStore, "noteLookup"> },
  { installationId, isLookupRecent }: Pick<StoredToken, "installationId" | "isLookupRecent">,
): Promise<void> {
  if (isLookupRecent) return;
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, LOOKUP_NOTE_MS);
  await Promise.race([tokens.noteLookup(installationId).catch(() => {}), ended]);
  clearTimeout(timer);
}
