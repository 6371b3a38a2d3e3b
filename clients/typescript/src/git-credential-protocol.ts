import type { Grantkeep } from "./grantkeep.ts";
import { type InstallationKey, tokensOf } from "./installation.ts";
import type { Permissions } from "./lookup.ts";
import type { GithubToken } from "./token.ts";

/** The user name that GitHub takes with a token of an App; it ignores the name with other tokens. */
const USERNAME = "x-access-token";

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** The options of the command line. */
export interface CredentialOptions {
  readonly "organization-id"?: string | undefined;
  readonly "provider-installation-id"?: string | undefined;
  readonly "installation-id"?: string | undefined;
  readonly repository?: readonly string[] | undefined;
  readonly permission?: readonly string[] | undefined;
}

/**
 * Returns what the helper prints for an operation of git and the attributes that git sent: a credential for the host
 * of the token, and nothing for any other host.
 *
 * @see [git-credential](https://git-scm.com/docs/git-credential#IOFMT)
 */
export async function credentialFor(
  grantkeep: Grantkeep,
  operation: string,
  options: CredentialOptions,
  input: string,
): Promise<string> {
  // Git also sends `store`, and later versions may send others, which a helper ignores.
  if (operation !== "get" && operation !== "erase") return "";
  const { protocol, host = "", password } = readAttributes(input);
  if (protocol !== "https" && !(protocol === "http" && LOOPBACK.test(host))) return "";
  const lookUp = tokensOf(grantkeep, "github", toKey(options), {
    minTtl: 600,
    repositories: options.repository,
    permissions: toPermissions(options.permission),
  });

  const token = await lookUp();
  if (host !== webHostOf(token)) return "";
  if (operation === "get") return toCredential(token);
  if (password === token.accessToken) await lookUp(password);
  return "";
}

function toCredential({ accessToken, expiresAt }: GithubToken): string {
  const expiry = expiresAt && Math.floor(expiresAt.getTime() / 1000);
  return [
    `username=${USERNAME}`,
    `password=${accessToken}`,
    ...(expiry === null ? [] : [`password_expiry_utc=${expiry}`]),
    "",
  ].join("\n");
}

/** Returns the host of the repositories: `github.com`, that of data residency, or of an Enterprise Server. */
function webHostOf({ apiBaseUrl }: GithubToken): string {
  return new URL(apiBaseUrl).host.replace(/^api\.(github\.com|[^.]+\.ghe\.com)$/, "$1");
}

function readAttributes(input: string): Readonly<Record<string, string>> {
  const lines = input.split("\n").filter((line) => line.includes("="));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

function toKey(options: CredentialOptions): InstallationKey {
  const {
    "organization-id": organizationId,
    "provider-installation-id": providerInstallationId,
    "installation-id": installationId,
  } = options;
  if (organizationId !== undefined) return { organizationId };
  if (providerInstallationId !== undefined) return { providerInstallationId };
  if (installationId !== undefined) return { installationId };
  throw new Error("Give --organization-id, --provider-installation-id or --installation-id.");
}

function toPermissions(permissions: readonly string[] | undefined): Permissions | undefined {
  if (!permissions) return undefined;
  return Object.fromEntries(
    permissions.map((permission) => {
      const [, name, level] = /^([a-z_]+)=(read|write|admin)$/.exec(permission) ?? [];
      if (name === undefined || (level !== "read" && level !== "write" && level !== "admin")) {
        throw new Error(`--permission ${permission} is not a name and a level: contents=read.`);
      }
      return [name, level];
    }),
  );
}
