import { randomBytes } from "node:crypto";
import { hashToken } from "../token-store.ts";
import type { GithubAppContext, GithubContext } from "./context.ts";
import type { EmulatedInstallation, InstallationToken } from "./records.ts";

const LIFETIME_MS = 3_600_000;

const JWT_HEADER = toBase64Url({ alg: "RS256", typ: "JWT", kid: "emulated" });

/** Issues a token for an hour; earlier tokens of the installation stay valid. */
export function addInstallationToken(
  { app, clock, records }: GithubAppContext,
  { id }: EmulatedInstallation,
  { repositories, permissions }: Pick<InstallationToken, "repositories" | "permissions">,
): { text: string; expiresAt: number } {
  const now = clock.now();
  const text = createTokenText(app.appId);
  const token: InstallationToken = {
    hash: hashToken(text),
    installationId: id,
    repositories,
    permissions: { ...permissions },
    expiresAt: now + LIFETIME_MS,
  };
  const { installationTokens, ...others } = records.get();
  const live = installationTokens.filter(({ expiresAt }) => expiresAt > now);
  records.set({ ...others, installationTokens: [...live, token] });
  return { text, expiresAt: token.expiresAt };
}

/** Returns a token that has not expired. */
export function findInstallationToken(
  { clock, records }: GithubContext,
  text: string,
): InstallationToken | undefined {
  const hash = hashToken(text);
  const found = records.get().installationTokens.find((token) => token.hash === hash);
  return found && found.expiresAt > clock.now() ? found : undefined;
}

/** Revokes a token. */
export function removeInstallationToken({ records }: GithubContext, { hash }: InstallationToken) {
  const { installationTokens, ...others } = records.get();
  const rest = installationTokens.filter((token) => token.hash !== hash);
  records.set({ ...others, installationTokens: rest });
}

/**
 * Creates a token of about 520 characters with dots, like GitHub's since 2026. Its content is random.
 *
 * @see [Installation tokens](https://github.blog/changelog/2026-05-15-github-app-installation-tokens-per-request-override-header/)
 */
function createTokenText(appId: number): string {
  const claims = toBase64Url({ jti: randomBytes(32).toString("hex"), aud: "emulated" });
  const signature = randomBytes(256).toString("base64url");
  return `ghs_${appId}_${JWT_HEADER}.${claims}.${signature}`;
}

function toBase64Url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
