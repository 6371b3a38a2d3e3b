import { randomBytes } from "node:crypto";
import { hashToken } from "../token-store.ts";
import type { GithubAppContext, GithubContext } from "./context.ts";
import type { Permissions } from "./permissions.ts";
import type { Installation, InstallationToken, RepositorySelection } from "./records.ts";

const LIFETIME_MS = 3_600_000;

const JWT_HEADER = toBase64Url({ alg: "RS256", typ: "JWT", kid: "emulated" });

/** What a token is narrowed to, and whether it is a long one with dots. */
interface Mint {
  readonly repositories: RepositorySelection;
  readonly permissions: Permissions;
  readonly isStateless: boolean;
}

/** Mints a token beside those that there are, for an hour of the platforms' clock. */
export function mintToken(
  { app, clock, records }: GithubAppContext,
  { id }: Installation,
  { repositories, permissions, isStateless }: Mint,
): { text: string; expiresAt: number } {
  const now = clock.now();
  const text = isStateless
    ? newStatelessToken(app.appId)
    : `ghs_${randomBytes(18).toString("hex")}`;
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

/** A token that has not expired. */
export function findInstallationToken(
  { clock, records }: GithubContext,
  text: string,
): InstallationToken | undefined {
  const hash = hashToken(text);
  const found = records.get().installationTokens.find((token) => token.hash === hash);
  return found && found.expiresAt > clock.now() ? found : undefined;
}

/** Ends a token. */
export function removeInstallationToken({ records }: GithubContext, { hash }: InstallationToken) {
  const { installationTokens, ...others } = records.get();
  const rest = installationTokens.filter((token) => token.hash !== hash);
  records.set({ ...others, installationTokens: rest });
}

/**
 * About 520 characters with dots, as GitHub's are since 2026; what is in it, and its signature, is noise.
 *
 * @see [Installation tokens](https://github.blog/changelog/2026-05-15-github-app-installation-tokens-per-request-override-header/)
 */
function newStatelessToken(appId: number): string {
  const claims = toBase64Url({ jti: randomBytes(32).toString("hex"), aud: "emulated" });
  const signature = randomBytes(256).toString("base64url");
  return `ghs_${appId}_${JWT_HEADER}.${claims}.${signature}`;
}

function toBase64Url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
