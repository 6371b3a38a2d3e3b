import * as v from "valibot";
import { jsonResponse } from "../../http.ts";
import { restError } from "../errors.ts";
import { pageResponse } from "../pagination.ts";
import { withComment } from "./comments-api.ts";
import { toReaction } from "./issue-shape.ts";
import { withIssue } from "./issues-api.ts";
import { addReaction, deleteReaction, reactionsTo } from "./reactions.ts";
import { workOf } from "./repository.ts";
import {
  pathParameter,
  type RepositoryRequest,
  type RepositoryRoute,
  withJson,
} from "./repository-routes.ts";
import { type Reaction, ReactionContent } from "./work-records.ts";

type Subject = Reaction["subject"];
type WithSubject = (
  request: RepositoryRequest,
  level: "read" | "write",
  handle: (subject: Subject) => Response,
) => Response;

const ReactionBody = v.object({ content: ReactionContent });

const ofIssue: WithSubject = (request, level, handle) =>
  withIssue(request, level, ({ number }) => handle({ kind: "issue", id: number }));

const ofComment: WithSubject = (request, level, handle) =>
  withComment(request, level, ({ id }) => handle({ kind: "comment", id }));

/** The routes of reactions to issues, pull requests and their comments. */
export const REACTION_ROUTES: readonly RepositoryRoute[] = [
  ...routesOf("/issues/:number{[0-9]+}", ofIssue),
  ...routesOf("/issues/comments/:comment{[0-9]+}", ofComment),
];

function routesOf(path: `/${string}`, withSubject: WithSubject): RepositoryRoute[] {
  return [
    {
      method: "GET",
      path: `${path}/reactions`,
      needs: [{ issues: "read" }, { pull_requests: "read" }],
      handle: (request) =>
        withSubject(request, "read", (subject) => listReactions(request, subject)),
    },
    {
      method: "POST",
      path: `${path}/reactions`,
      needs: [{ issues: "write" }, { pull_requests: "write" }],
      handle: withJson(ReactionBody, "Reaction", (request, { content }) =>
        withSubject(request, "write", (subject) => {
          const { github, repository, actor } = request;
          const added = addReaction(github, repository, { subject, content }, actor);
          return jsonResponse(added.isNew ? 201 : 200, toReaction(github, added.reaction));
        }),
      ),
    },
    {
      method: "DELETE",
      path: `${path}/reactions/:reaction{[0-9]+}`,
      needs: [{ issues: "write" }, { pull_requests: "write" }],
      handle: (request) =>
        withSubject(request, "write", (subject) => removeReaction(request, subject)),
    },
  ];
}

function listReactions({ github, c, repository }: RepositoryRequest, subject: Subject): Response {
  const found = reactionsTo(workOf(github, repository).reactions, subject);
  return pageResponse(github, c, found, (page) => page.map((each) => toReaction(github, each)));
}

function removeReaction(request: RepositoryRequest, subject: Subject): Response {
  const { github, repository } = request;
  const id = Number(pathParameter(request, "reaction"));
  const { reactions } = workOf(github, repository);
  const reaction = reactionsTo(reactions, subject).find((known) => known.id === id);
  if (!reaction) return restError(404, "Not Found");
  deleteReaction(github, repository, id);
  return new Response(null, { status: 204 });
}
