import * as v from "valibot";
import { jsonResponse } from "../../http.ts";
import type { GithubContext } from "../context.ts";
import { restError } from "../errors.ts";
import { commitFile } from "./commit-changes.ts";
import { toGitCommit } from "./commit-shape.ts";
import { blobHash, type Commit, DEFAULT_BRANCH, findCommit } from "./content-records.ts";
import { urlsOf } from "./issue-shape.ts";
import { type Repository, workOf } from "./repository.ts";
import {
  pathParameter,
  type RepositoryRequest,
  type RepositoryRoute,
  withJson,
} from "./repository-routes.ts";

const FileBody = v.object({
  message: v.pipe(v.string(), v.minLength(1)),
  content: v.pipe(
    v.string(),
    v.transform((text) => text.replaceAll(/\s/g, "")),
    v.regex(/^[\w+/-]*={0,2}$/),
  ),
  sha: v.optional(v.string()),
  branch: v.optional(v.string(), DEFAULT_BRANCH),
  author: v.optional(v.object({ name: v.string(), email: v.string() })),
  committer: v.optional(v.object({ name: v.string(), email: v.string() })),
});

/**
 * The routes of files and folders.
 *
 * @see [Repository contents](https://docs.github.com/en/rest/repos/contents)
 */
export const CONTENT_ROUTES: readonly RepositoryRoute[] = [
  { method: "GET", path: "/contents", needs: [{ contents: "read" }], handle: showContent },
  {
    method: "GET",
    path: "/contents/:path{.+}",
    needs: [{ contents: "read" }],
    handle: showContent,
  },
  {
    method: "GET",
    path: "/readme",
    needs: [{ contents: "read" }],
    handle: (request) => showPath(request, "README.md"),
  },
  {
    method: "PUT",
    path: "/contents/:path{.+}",
    needs: [{ contents: "write" }],
    handle: withJson(FileBody, "Content", putFile),
  },
];

function showContent(request: RepositoryRequest): Response {
  return showPath(request, trimSlashes(pathParameter(request, "path")));
}

function showPath({ github, c, repository }: RepositoryRequest, path: string): Response {
  const { content } = workOf(github, repository);
  const ref = c.req.query("ref") ?? DEFAULT_BRANCH;
  const commit = findCommit(content, ref);
  if (!commit) return restError(404, `No commit found for the ref ${ref}`);

  const blob = content.blobs[commit.files[path] ?? ""];
  const wantsRaw = /\braw\b/.test(c.req.header("accept") ?? "");
  if (blob !== undefined) {
    const bytes = Buffer.from(blob, "base64");
    if (wantsRaw) return c.body(new Uint8Array(bytes), 200, { "content-type": "text/plain" });
    return jsonResponse(200, toFile(github, repository, { path, bytes, ref }));
  }
  const entries = entriesOf(commit, path);
  if (entries.length === 0) return restError(404, "Not Found");
  return jsonResponse(
    200,
    entries.map((entry) => {
      const bytes = Buffer.from(content.blobs[commit.files[entry] ?? ""] ?? "", "base64");
      const isFile = commit.files[entry] !== undefined;
      const {
        content: _,
        encoding: __,
        ...file
      } = toFile(github, repository, {
        path: entry,
        bytes,
        ref,
      });
      return { ...file, type: isFile ? "file" : "dir", size: isFile ? bytes.length : 0 };
    }),
  );
}

/** Creates a file, or with the hash of the old one replaces it. */
function putFile(request: RepositoryRequest, body: v.InferOutput<typeof FileBody>): Response {
  const { github, repository, actor } = request;
  const path = trimSlashes(pathParameter(request, "path"));
  const { content } = workOf(github, repository);
  const head = findCommit(content, `heads/${body.branch}`);
  if (!head) return restError(404, `Branch ${body.branch} not found`);

  const old = head.files[path];
  if (old !== undefined && body.sha === undefined) {
    return restError(422, `Invalid request.\n\n"sha" wasn't supplied.`);
  }
  if (body.sha !== undefined && body.sha !== old) {
    return restError(409, `${path} does not match ${body.sha}`);
  }
  const bytes = Buffer.from(body.content, "base64");
  const { branch, message } = body;
  const author = body.author ?? body.committer;
  const commit = commitFile(github, repository, { branch, path, bytes, message, author }, actor);
  return jsonResponse(old === undefined ? 201 : 200, {
    content: toFile(github, repository, { path, bytes, ref: branch }),
    commit: toGitCommit(github, repository, commit),
  });
}

function toFile(
  github: GithubContext,
  repository: Repository,
  { path, bytes, ref }: { path: string; bytes: Buffer; ref: string },
) {
  const { apiUrl, htmlUrl } = urlsOf(github, repository);
  const sha = blobHash(bytes);
  const url = `${apiUrl}/contents/${encodeURI(path)}?ref=${encodeURIComponent(ref)}`;
  const git = `${apiUrl}/git/blobs/${sha}`;
  const html = `${htmlUrl}/blob/${ref}/${encodeURI(path)}`;
  return {
    type: "file",
    encoding: "base64",
    size: bytes.length,
    name: path.split("/").at(-1),
    path,
    // GitHub breaks the lines of base64, which decoders must ignore.
    content: bytes.toString("base64").replaceAll(/.{60}/g, "$&\n"),
    sha,
    url,
    git_url: git,
    html_url: html,
    download_url: null,
    _links: { self: url, git, html },
  };
}

/** Returns the paths of the files and folders in a folder. */
function entriesOf({ files }: Commit, folder: string): string[] {
  const prefix = folder === "" ? "" : `${folder}/`;
  const inside = Object.keys(files).filter((path) => path.startsWith(prefix));
  const names = inside.map((path) => path.slice(prefix.length).split("/")[0] ?? "");
  return [...new Set(names)].map((name) => prefix + name).sort();
}

function trimSlashes(path: string): string {
  return path.replaceAll(/^\/+|\/+$/g, "");
}
