import * as v from "valibot";
import { jsonResponse, type RequestContext, readJson } from "../http.ts";
import type { GithubAppContext } from "./context.ts";
import { accountIdOf } from "./directory.ts";
import { restError } from "./errors.ts";
import { addInstallationToken } from "./installation-tokens.ts";
import { includesPermissions, Permissions } from "./permissions.ts";
import type { EmulatedInstallation } from "./records.ts";
import { installedRepositories } from "./repository-access.ts";
import { toRepository, toRepositoryName } from "./repository-shape.ts";
import { toWireTime } from "./simple-account.ts";

const MAX_REPOSITORIES = 500;

/** The body is optional, and GitHub ignores unknown fields in it. */
const MintRequest = v.object({
  repositories: v.optional(v.pipe(v.array(v.string()), v.maxLength(MAX_REPOSITORIES)), []),
  repository_ids: v.optional(v.pipe(v.array(v.number()), v.maxLength(MAX_REPOSITORIES)), []),
  permissions: v.optional(Permissions, {}),
});
type MintRequest = v.InferOutput<typeof MintRequest>;

/**
 * Handles `POST /app/installations/{id}/access_tokens`: mints a token for an hour, narrowed on request.
 * An empty list or object narrows nothing.
 *
 * @see [Create an installation access token](https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app)
 */
export function handleMintRequest(
  github: GithubAppContext,
  installation: EmulatedInstallation,
  c: RequestContext,
): Response {
  if (installation.suspended) return restError(403, "This installation has been suspended");

  const body = c.var.body === "" ? {} : readJson(c);
  if (body === undefined) return restError(400, "Problems parsing JSON");
  const parsed = v.safeParse(MintRequest, body);
  if (!parsed.success) return restError(422, "Validation Failed");

  const { permissions } = parsed.output;
  if (!includesPermissions(installation.permissions, permissions)) {
    return restError(422, "The permissions requested are not granted to this installation.");
  }
  const repositories = narrowRepositories(github, installation, parsed.output);
  if (repositories === "unknown") {
    return restError(
      422,
      "There is at least one repository that does not exist or is not accessible to the parent installation.",
    );
  }
  const isNarrowed = Object.keys(permissions).length > 0;
  const granted = isNarrowed
    ? // Every token can read metadata.
      { metadata: "read" as const, ...permissions }
    : installation.permissions;
  return mint(github, installation, { repositories, permissions: granted });
}

/** Returns the repositories that a request names, by name or by id, or `null` if it names none. */
function narrowRepositories(
  github: GithubAppContext,
  installation: EmulatedInstallation,
  { repositories, repository_ids }: MintRequest,
): string[] | null | "unknown" {
  if (repositories.length + repository_ids.length === 0) return null;
  const { account } = installation;
  const ownerId = accountIdOf(github, account);
  const accessible = installedRepositories(github, installation);

  const named = repositories.map((wanted) =>
    accessible.find((name) => name.toLowerCase() === wanted.toLowerCase()),
  );
  const numbered = repository_ids.map((id) =>
    accessible.find((name) => toRepositoryName(account, ownerId, name).id === id),
  );
  const found = [...named, ...numbered].filter((name) => name !== undefined);
  const isComplete = found.length === named.length + numbered.length;
  return isComplete ? [...new Set(found)] : "unknown";
}

function mint(
  github: GithubAppContext,
  installation: EmulatedInstallation,
  { repositories, permissions }: { repositories: string[] | null; permissions: Permissions },
): Response {
  const minted = addInstallationToken(github, installation, {
    repositories: repositories ?? "all",
    permissions,
  });
  const isAll = repositories === null && installation.repositories === "all";
  const shown = repositories?.map((name) => toRepository(github, installation.account, name));
  return jsonResponse(201, {
    token: minted.text,
    expires_at: toWireTime(github.clock, minted.expiresAt),
    permissions,
    repository_selection: isAll ? "all" : "selected",
    ...(shown && { repositories: shown }),
  });
}
