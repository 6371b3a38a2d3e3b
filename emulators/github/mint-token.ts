import * as v from "valibot";
import { json, type PlatformRequest, type Reply, readJson } from "../http.ts";
import type { GithubAppContext } from "./context.ts";
import { accountIdOf } from "./directory.ts";
import { restError } from "./errors.ts";
import { toRepository, toRepositoryName } from "./installation-shape.ts";
import { mintToken } from "./installation-tokens.ts";
import { includesPermissions, Permissions } from "./permissions.ts";
import type { Installation } from "./records.ts";
import { installedRepositories } from "./repository-access.ts";
import { toWireTime } from "./simple-account.ts";

const MAX_REPOSITORIES = 500;

/** A body is not needed, and what GitHub does not know in it is no error. */
const MintRequest = v.object({
  repositories: v.optional(v.pipe(v.array(v.string()), v.maxLength(MAX_REPOSITORIES)), []),
  repository_ids: v.optional(v.pipe(v.array(v.number()), v.maxLength(MAX_REPOSITORIES)), []),
  permissions: v.optional(Permissions, {}),
});
type MintRequest = v.InferOutput<typeof MintRequest>;

/**
 * `POST /app/installations/{id}/access_tokens`: a token for an hour, narrowed if that is asked for. An
 * empty list or object narrows nothing.
 *
 * @see [Create an installation access token](https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app)
 */
export function mintInstallationToken(
  github: GithubAppContext,
  installation: Installation,
  request: PlatformRequest,
): Reply {
  if (installation.suspended) return restError(403, "This installation has been suspended");

  const body = request.body === "" ? {} : readJson(request);
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
  const isStateless = request.headers["x-github-stateless-s2s-token"] !== "disabled";
  const isNarrowed = Object.keys(permissions).length > 0;
  const granted = isNarrowed
    ? // Every token can read metadata.
      { metadata: "read" as const, ...permissions }
    : installation.permissions;
  return answer(github, installation, { repositories, permissions: granted, isStateless });
}

/** The repositories that a request names, by name or by number; `null` if it names none. */
function narrowRepositories(
  github: GithubAppContext,
  installation: Installation,
  { repositories, repository_ids }: MintRequest,
): string[] | null | "unknown" {
  if (repositories.length + repository_ids.length === 0) return null;
  const { account } = installation;
  const ownerId = accountIdOf(github, account);
  const reachable = installedRepositories(github, installation);

  const named = repositories.map((wanted) =>
    reachable.find((name) => name.toLowerCase() === wanted.toLowerCase()),
  );
  const numbered = repository_ids.map((id) =>
    reachable.find((name) => toRepositoryName(account, ownerId, name).id === id),
  );
  const found = [...named, ...numbered].filter((name) => name !== undefined);
  const isComplete = found.length === named.length + numbered.length;
  return isComplete ? [...new Set(found)] : "unknown";
}

function answer(
  github: GithubAppContext,
  installation: Installation,
  {
    repositories,
    permissions,
    isStateless,
  }: { repositories: string[] | null; permissions: Permissions; isStateless: boolean },
): Reply {
  const minted = mintToken(github, installation, {
    repositories: repositories ?? "all",
    permissions,
    isStateless,
  });
  const isAll = repositories === null && installation.repositories === "all";
  const shown = repositories?.map((name) => toRepository(github, installation.account, name));
  return json(201, {
    token: minted.text,
    expires_at: toWireTime(github.clock, minted.expiresAt),
    permissions,
    repository_selection: isAll ? "all" : "selected",
    ...(shown && { repositories: shown }),
  });
}
