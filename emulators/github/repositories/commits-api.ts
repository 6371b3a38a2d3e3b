import * as v from "valibot";
import { jsonResponse } from "../../http.ts";
import { idOf } from "../accounts.ts";
import { restError } from "../errors.ts";
import { pageResponse } from "../pagination.ts";
import { toNodeId } from "../simple-account.ts";
import { createBranch } from "./commit-changes.ts";
import { toChangedFiles, toCommit } from "./commit-shape.ts";
import { type Commit, DEFAULT_BRANCH, findCommit, historyOf } from "./content-records.ts";
import { urlsOf } from "./issue-shape.ts";
import { workOf } from "./repository.ts";
import {
  pathParameter,
  type RepositoryRequest,
  type RepositoryRoute,
  withJson,
} from "./repository-routes.ts";

const RefBody = v.object({
  ref: v.pipe(v.string(), v.regex(/^refs\/heads\/[\w./-]+$/)),
  sha: v.string(),
});

/** The routes of commits, branches and git's references to them. */
export const COMMIT_ROUTES: readonly RepositoryRoute[] = [
  { method: "GET", path: "/commits", needs: [{ contents: "read" }], handle: listCommits },
  { method: "GET", path: "/commits/:ref{.+}", needs: [{ contents: "read" }], handle: showCommit },
  { method: "GET", path: "/branches", needs: [{ contents: "read" }], handle: listBranches },
  {
    method: "GET",
    path: "/branches/:branch{.+}",
    needs: [{ contents: "read" }],
    handle: (request) =>
      withBranch(request, pathParameter(request, "branch"), (branch, commit) =>
        jsonResponse(200, {
          ...toBranch(request, branch, commit.sha),
          commit: show(request, commit),
        }),
      ),
  },
  {
    method: "GET",
    // Clients send the slashes encoded, so they are part of the parameter.
    path: "/git/ref/:ref{.+}",
    needs: [{ contents: "read" }],
    handle: (request) => {
      const [, branch = ""] = /^heads\/(.+)$/.exec(pathParameter(request, "ref")) ?? [];
      return withBranch(request, branch, (name, { sha }) =>
        jsonResponse(200, toReference(request, name, sha)),
      );
    },
  },
  {
    method: "POST",
    path: "/git/refs",
    needs: [{ contents: "write" }],
    handle: withJson(RefBody, "Reference", (request, { ref, sha }) => {
      const { github, repository, actor } = request;
      const { content } = workOf(github, repository);
      const branch = ref.slice("refs/heads/".length);
      const commit = content.commits.find((known) => known.sha === sha);
      if (!commit) return restError(422, "Object does not exist");
      if (content.branches[branch] !== undefined) {
        return restError(422, "Reference already exists");
      }
      createBranch(github, repository, { branch, commit }, actor);
      return jsonResponse(201, toReference(request, branch, sha));
    }),
  },
];

function listCommits(request: RepositoryRequest): Response {
  const { github, c, repository } = request;
  const { content } = workOf(github, repository);
  const { sha = DEFAULT_BRANCH, path } = c.req.query();
  const newest = findCommit(content, sha);
  if (!newest) return restError(404, "Not Found");
  const history = historyOf(content, newest);
  const found = history.filter(
    (commit, index) => path === undefined || commit.files[path] !== history[index + 1]?.files[path],
  );
  return pageResponse(github, c, found, (page) => page.map((commit) => show(request, commit)));
}

function showCommit(request: RepositoryRequest): Response {
  const { content } = workOf(request.github, request.repository);
  const ref = pathParameter(request, "ref");
  const commit = findCommit(content, ref);
  if (!commit) return restError(422, `No commit found for SHA: ${ref}`);
  const [, parent] = historyOf(content, commit);
  return jsonResponse(200, { ...show(request, commit), files: toChangedFiles(parent, commit) });
}

function listBranches(request: RepositoryRequest): Response {
  const { github, c, repository } = request;
  const branches = Object.entries(workOf(github, repository).content.branches);
  return pageResponse(github, c, branches, (page) =>
    page.map(([name, sha]) => toBranch(request, name, sha)),
  );
}

function withBranch(
  { github, repository }: RepositoryRequest,
  name: string,
  handle: (name: string, commit: Commit) => Response,
): Response {
  const { content } = workOf(github, repository);
  const commit = findCommit(content, content.branches[name] ?? "");
  return commit ? handle(name, commit) : restError(404, "Not Found");
}

function show({ github, repository }: RepositoryRequest, commit: Commit) {
  return toCommit(github, repository, commit);
}

function toBranch({ github, repository }: RepositoryRequest, name: string, sha: string) {
  const { apiUrl } = urlsOf(github, repository);
  return { name, commit: { sha, url: `${apiUrl}/commits/${sha}` }, protected: false };
}

function toReference({ github, repository }: RepositoryRequest, branch: string, sha: string) {
  const { apiUrl } = urlsOf(github, repository);
  const ref = `refs/heads/${branch}`;
  return {
    ref,
    node_id: toNodeId("Ref", idOf(`${apiUrl}/${ref}`)),
    url: `${apiUrl}/git/${ref}`,
    object: { type: "commit", sha, url: `${apiUrl}/git/commits/${sha}` },
  };
}
