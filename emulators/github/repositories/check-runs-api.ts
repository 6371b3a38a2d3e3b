import * as v from "valibot";
import { jsonResponse } from "../../http.ts";
import { restError } from "../errors.ts";
import { pageResponse } from "../pagination.ts";
import { toCheckRun } from "./check-run-shape.ts";
import { type CheckRunEdit, createCheckRun, editCheckRun } from "./check-runs.ts";
import { findCommit } from "./content-records.ts";
import { workOf } from "./repository.ts";
import {
  pathParameter,
  type RepositoryRequest,
  type RepositoryRoute,
  withJson,
} from "./repository-routes.ts";
import { type CheckRun, CheckRunConclusion, CheckRunStatus } from "./work-records.ts";

const Output = v.object({
  title: v.optional(v.nullable(v.string()), null),
  summary: v.optional(v.nullable(v.string()), null),
  text: v.optional(v.nullable(v.string()), null),
});

const editFields = {
  status: v.optional(CheckRunStatus),
  conclusion: v.optional(CheckRunConclusion),
  details_url: v.optional(v.string()),
  external_id: v.optional(v.string()),
  output: v.optional(Output),
};
const NewCheckRun = v.object({
  name: v.pipe(v.string(), v.minLength(1)),
  head_sha: v.string(),
  ...editFields,
});
const CheckRunBody = v.object({ name: v.optional(v.string()), ...editFields });

/**
 * The routes of check runs.
 *
 * @see [Check runs](https://docs.github.com/en/rest/checks/runs)
 */
export const CHECK_RUN_ROUTES: readonly RepositoryRoute[] = [
  {
    method: "POST",
    path: "/check-runs",
    needs: [{ checks: "write" }],
    handle: withJson(NewCheckRun, "CheckRun", (request, { name, head_sha, ...body }) =>
      asBot(request, (appId) => {
        const { github, repository } = request;
        if (!findCommit(workOf(github, repository).content, head_sha)) {
          return restError(422, `No commit found for SHA: ${head_sha}`);
        }
        const created = { appId, name, headSha: head_sha };
        const run = createCheckRun(github, repository, created, toEdit(body));
        return jsonResponse(201, toCheckRun(github, repository, run));
      }),
    ),
  },
  {
    method: "PATCH",
    path: "/check-runs/:run{[0-9]+}",
    needs: [{ checks: "write" }],
    handle: withJson(CheckRunBody, "CheckRun", (request, { name, ...body }) =>
      asBot(request, () => {
        const { github, repository } = request;
        const run = findRun(request);
        if (!run) return restError(404, "Not Found");
        const edit = { ...toEdit(body), ...(name !== undefined && { name }) };
        return jsonResponse(
          200,
          toCheckRun(github, repository, editCheckRun(github, repository, run, edit)),
        );
      }),
    ),
  },
  {
    method: "GET",
    path: "/check-runs/:run{[0-9]+}",
    needs: [{ checks: "read" }],
    handle: (request) => {
      const run = findRun(request);
      if (!run) return restError(404, "Not Found");
      return jsonResponse(200, toCheckRun(request.github, request.repository, run));
    },
  },
  {
    method: "GET",
    path: "/commits/:ref/check-runs",
    needs: [{ checks: "read" }],
    handle: listRuns,
  },
];

/** Only an App that acts for itself can write check runs. */
function asBot({ actor, isBot }: RepositoryRequest, handle: (appId: number) => Response): Response {
  if (!isBot || actor.appId === null) {
    return restError(403, "You must authenticate via a GitHub App.");
  }
  return handle(actor.appId);
}

function findRun(request: RepositoryRequest): CheckRun | undefined {
  const id = Number(pathParameter(request, "run"));
  return workOf(request.github, request.repository).checkRuns.find((run) => run.id === id);
}

function listRuns(request: RepositoryRequest): Response {
  const { github, c, repository } = request;
  const { content, checkRuns } = workOf(github, repository);
  const ref = pathParameter(request, "ref");
  const commit = findCommit(content, ref);
  if (!commit) return restError(422, `No commit found for SHA: ${ref}`);
  const { check_name } = c.req.query();
  const found = checkRuns.filter(
    ({ headSha, name }) =>
      headSha === commit.sha && (check_name === undefined || check_name === name),
  );
  return pageResponse(github, c, found.toReversed(), (page) => ({
    total_count: found.length,
    check_runs: page.map((run) => toCheckRun(github, repository, run)),
  }));
}

function toEdit(body: v.InferOutput<typeof CheckRunBody>): CheckRunEdit {
  const { status, conclusion, details_url, external_id, output } = body;
  return {
    ...(status !== undefined && { status }),
    ...(conclusion !== undefined && { conclusion }),
    ...(details_url !== undefined && { detailsUrl: details_url }),
    ...(external_id !== undefined && { externalId: external_id }),
    ...output,
  };
}
