import { type EmulatorApp, jsonResponse } from "../../http.ts";
import type { GithubContext } from "../context.ts";
import { toRepository } from "../repository-shape.ts";
import { CHECK_RUN_ROUTES } from "./check-runs-api.ts";
import { COMMENT_ROUTES } from "./comments-api.ts";
import { COMMIT_ROUTES } from "./commits-api.ts";
import { CONTENT_ROUTES } from "./contents-api.ts";
import { ISSUE_ROUTES } from "./issues-api.ts";
import { PULL_ROUTES } from "./pulls-api.ts";
import { REACTION_ROUTES } from "./reactions-api.ts";
import { addRepositoryRoutes, type RepositoryRoute } from "./repository-routes.ts";

const ROUTES: readonly RepositoryRoute[] = [
  {
    method: "GET",
    path: "",
    needs: [{ metadata: "read" }],
    handle: ({ github, repository: { account, name } }) =>
      jsonResponse(200, toRepository(github, account, name)),
  },
  ...ISSUE_ROUTES,
  ...COMMENT_ROUTES,
  ...REACTION_ROUTES,
  ...CHECK_RUN_ROUTES,
  ...CONTENT_ROUTES,
  ...COMMIT_ROUTES,
  ...PULL_ROUTES,
];

/** Adds the routes of repositories, for installation tokens and user tokens. */
export function addRepositoryApi(api: EmulatorApp, github: GithubContext): void {
  addRepositoryRoutes(api, github, ROUTES);
}
