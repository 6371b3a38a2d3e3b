import { createHash, randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { expect, onTestFinished } from "vitest";
import { type ErrorCode, ServiceError } from "../../core/errors.ts";
import type { CodeExchange, Grant, OAuthProvider, StoredGrant } from "../../core/ports/provider.ts";
import type { PlatformName } from "../../emulators/platforms.ts";
import type { Emulators } from "../../emulators/server.ts";
import { createVault, type Vault } from "./provider-vault.ts";

/** The methods of a provider that call the platform. */
export type ProviderCall = "exchange" | "refresh" | "check" | "revoke";

/** A way in which a grant ends at a platform, and what has to be said of it. */
interface Ending {
  readonly name: string;
  end(platforms: Emulators): Promise<unknown>;
  readonly refresh: { readonly code: ErrorCode; readonly reason?: string };
  readonly check: "suspended" | "uninstalled" | "reauthorization_required";
}

/** A provider at a running platform, and who installs there. */
interface ProviderHarness {
  readonly platforms: Emulators;
  readonly provider: OAuthProvider;
  readonly authorizeUrl: string;
  readonly redirectUri: string;
  /** The form fields of the platform's consent page. */
  readonly form: Readonly<Record<string, string>>;
  /** Whose grant it is then. */
  readonly grant: Omit<Grant, "tokens">;
  readonly apiBaseUrl: string;
  /** Whether the platform takes an access token. */
  works(accessToken: string): Promise<boolean>;
  /** Renames the organization, where the platform can; the name that `check` answers then. */
  rename(): Promise<string | undefined>;
}

/** An adapter of `OAuthProvider`, with what is promised differently from platform to platform. */
export interface ProviderAdapter {
  readonly platform: PlatformName;
  readonly clientId: string;
  readonly hasPkce: boolean;
  /** The paths that an exchange asks, below the platform. */
  readonly exchangePaths: readonly string[];
  /** The error code for a redirect URI that differs from that of the authorization. */
  readonly otherRedirectUri: ErrorCode;
  readonly usedRefreshToken: "is dead" | "works for a while" | "there is none";
  /** The calls that a wrong secret or key makes fail. */
  readonly secretCalls: readonly ProviderCall[];
  /** Whether `revoke` ends anything. */
  readonly revokes: boolean;
  /** The result of `revoke` for an access token that has ended, when its refresh token may be valid. */
  readonly endedAccess: "is content" | "cannot tell";
  readonly endings: readonly Ending[];
  /** The evidence of a `check` that reports an end. */
  readonly evidence: "installation" | "token";
  start(vault: Vault): Promise<ProviderHarness>;
}

/** A provider in a test, with what a test does with it. */
export type OpenProvider = Awaited<ReturnType<typeof openProvider>>;

/** Starts the platform of an adapter until the test ends. */
export async function openProvider(adapter: ProviderAdapter) {
  const vault = createVault();
  const harness = await adapter.start(vault);
  onTestFinished(() => harness.platforms.close());
  const flow = createFlow(harness, vault);
  const { provider, platforms } = harness;

  return {
    ...harness,
    ...flow,
    vault,
    countRequests: () => platforms.control.requests().length,
    failureOf: (call: Promise<unknown>) => failureOf(call, vault),

    /** Makes all ready for a call, so that only its own requests are still to come. */
    async prepare(call: ProviderCall): Promise<(signal?: AbortSignal) => Promise<unknown>> {
      if (call === "exchange") {
        const request = await flow.consent();
        return (signal = request.signal) => flow.exchange({ ...request, signal });
      }
      const stored = await flow.install();
      return (signal = stored.signal) => provider[call]({ ...stored, signal });
    },
  };
}

/** The steps that lead to a grant. */
function createFlow({ provider, redirectUri, form, grant }: ProviderHarness, vault: Vault) {
  const { signal } = new AbortController();

  /** A code, as a person's consent brings it, with all that redeems it. */
  async function consent(change?: (url: URL) => void): Promise<CodeExchange> {
    const { codeVerifier, ...request } = authorization(redirectUri);
    const url = provider.authorizationUrl(request);
    change?.(url);
    const code = await decide(url, form);
    vault.know(code, codeVerifier);
    const claimedInstallationId = grant.providerInstallationId;
    return { code, codeVerifier, redirectUri, claimedInstallationId, signal };
  }

  async function exchange(request: CodeExchange): Promise<readonly [Grant, ...Grant[]]> {
    const grants = await provider.exchange(request);
    vault.know(
      ...grants.flatMap(({ tokens }) => [
        tokens?.accessToken ?? null,
        tokens?.refreshToken ?? null,
      ]),
    );
    return grants;
  }

  async function install(): Promise<StoredGrant> {
    const [{ organizationId, providerInstallationId, tokens }] = await exchange(await consent());
    const { accessToken = null, refreshToken = null } = tokens ?? {};
    return { organizationId, providerInstallationId, accessToken, refreshToken, signal };
  }

  return { consent, exchange, install };
}

/** The error that a call ends with, which must not show anything that is secret. */
async function failureOf(call: Promise<unknown>, vault: Vault): Promise<ServiceError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ServiceError)) throw new Error("It did not fail with a ServiceError.");
  const shown = inspect(error, { depth: null, showHidden: true });
  expect(vault.secrets().filter((secret) => shown.includes(secret))).toEqual([]);
  return error;
}

/** The parameters of an authorization request, and the verifier of its challenge. */
export function authorization(redirectUri: string) {
  const codeVerifier = randomBytes(32).toString("base64url");
  const codeChallenge = createHash("sha256").update(codeVerifier).digest("base64url");
  return { state: randomBytes(16).toString("hex"), redirectUri, codeVerifier, codeChallenge };
}

/** Opens a consent page and sends its form: the code in the redirect. */
async function decide(url: URL, form: Readonly<Record<string, string>>): Promise<string> {
  const page = await fetch(url);
  const [, request = ""] = /name="request" value="(\w+)"/.exec(await page.text()) ?? [];
  const body = new URLSearchParams({ request, ...form });
  const reply = await fetch(url.origin + url.pathname, {
    method: "POST",
    body,
    redirect: "manual",
  });
  const callback = new URL(reply.headers.get("location") ?? "no-location:");
  const code = callback.searchParams.get("code");
  if (code === null) throw new Error("The consent brought no code.");
  return code;
}
