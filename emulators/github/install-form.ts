import * as v from "valibot";
import { type RequestContext, readForm } from "../http.ts";
import { type PageResponse, renderMessage } from "../page.ts";
import type { GithubAppContext, InstallForm } from "./context.ts";
import { RepositorySelection } from "./records.ts";

const Decision = v.object({
  request: v.string(),
  decision: v.picklist(["go", "cancel"]),
  repositories: v.union([v.literal("all"), v.pipe(RepositorySelection, v.nonEmpty())]),
});

/** Handles the form of a page on which repositories are chosen. It can be sent once. */
export function submitForm(
  github: GithubAppContext,
  c: RequestContext,
  carryOut: (form: InstallForm, repositories: RepositorySelection) => PageResponse,
): PageResponse {
  const decision = v.safeParse(Decision, readDecision(readForm(c)));
  if (!decision.success) {
    const text = "Select at least one repository. Go back and try again.";
    return renderMessage(c, 400, { platform: "GitHub", title: "Nothing was installed", text });
  }
  const form = github.installForms.take(decision.output.request);
  if (!form) {
    const text = "It was used already or has expired. Go back to the app and start again.";
    return renderMessage(c, 400, { platform: "GitHub", title: "This request has ended", text });
  }
  if (decision.output.decision === "cancel") {
    const text = `You cancelled. Nothing was changed on ${form.account.login}.`;
    return renderMessage(c, 200, { platform: "GitHub", title: "Nothing was changed", text });
  }
  return carryOut(form, decision.output.repositories);
}

function readDecision(form: URLSearchParams): unknown {
  const isAll = form.get("selection") !== "selected";
  const repositories = isAll ? "all" : form.getAll("repository");
  return { request: form.get("request"), decision: form.get("decision"), repositories };
}
