import type { InstallationCreate } from "../../core/installation.ts";
import type { OAuthProvider } from "../../core/ports/provider.ts";
import { createGithubOAuthApp } from "../../core/providers/github/oauth-app.ts";
import { createTokenNarrower } from "../../core/tokens/narrow.ts";
import { createPlatformFieldsFinder } from "../../core/tokens/platform-fields.ts";
import { createRejectedTokenReplacer, type RejectionReport } from "../../core/tokens/rejections.ts";
import { newInstallation } from "../contract/stores.ts";
import { createMemoryInstallationEvents } from "./memory/installation-events.ts";
import { createMemoryInstallations } from "./memory/installations.ts";
import { createTables } from "./memory/tables.ts";
import { createMemoryTokenRejections } from "./memory/token-rejections.ts";

/** An OAuth App whose client secret is never read. */
export const github: OAuthProvider = createGithubOAuthApp({
  clientId: "client-1",
  clientSecret: { use: () => Promise.reject(new Error("must not be read")) },
  scopes: ["repo"],
  urls: { web: "https://github.com", api: "https://api.github.com" },
});

/** A lookup that requires nothing. */
export const LOOKUP = { narrowing: undefined, minTtlSeconds: 0, remainingMs: () => 20_000 };

/** Creates the dependencies of a lookup over installations in memory, which must not refresh. */
export function createDeps(providers: readonly OAuthProvider[] = [github]) {
  const tables = createTables();
  const store = createMemoryInstallations(tables);
  const refresh = () => Promise.reject(new Error("The test expects no refresh."));
  const events = createMemoryInstallationEvents();
  const narrow = createTokenNarrower({ tokens: store, leases: store, events });
  const reports: RejectionReport[] = [];
  const onRejection = (report: RejectionReport) => reports.push(report);
  const rejections = createMemoryTokenRejections(tables);
  const replacing = { tokens: store, rejections, refresh, events, onRejection };
  const replaceRejected = createRejectedTokenReplacer(replacing);
  const findPlatformFields = createPlatformFieldsFinder({ tokens: store });
  const create = async (change: Partial<InstallationCreate> = {}) => {
    const input = newInstallation({ clientId: github.clientId, ...change });
    return (await store.create(input)).installation;
  };
  return {
    tables,
    store,
    create,
    events,
    reports,
    deps: {
      tokens: store,
      providers,
      refresh,
      narrow,
      findPlatformFields,
      findMetadata: async (id: string) => (await store.find({ id }))?.metadata,
      replaceRejected,
      onRejection,
      events,
    },
  };
}
