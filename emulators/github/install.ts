import * as v from "valibot";
import { type EmulatorApp, type RequestContext, readForm, redirectTo } from "../http.ts";
import { type PageResponse, renderMessage } from "../page.ts";
import { ACCOUNTS, Login } from "./accounts.ts";
import type { GithubAppContext, InstallForm } from "./context.ts";
import {
  accountIdOf,
  accountOf,
  findOrganization,
  findPerson,
  isOwner,
  knownAccounts,
  organizationsOf,
  repositoriesOf,
} from "./directory.ts";
import {
  type AccountChoice,
  type InstallVerb,
  renderAccounts,
  renderRepositories,
} from "./install-page.ts";
import {
  addInstallation,
  chooseRepositories,
  findInstallationOnAccount,
  requestInstall,
} from "./installations.ts";
import { describePermissions, installationPermissions } from "./permissions.ts";
import { type AccountReference, RepositorySelection } from "./records.ts";

const Decision = v.object({
  request: v.string(),
  decision: v.picklist(["go", "cancel"]),
  repositories: v.union([v.literal("all"), v.pipe(RepositorySelection, v.nonEmpty())]),
});
type Decision = v.InferOutput<typeof Decision>;

/**
 * Adds the pages that install a GitHub App. GitHub Enterprise Server has them under `/github-apps`.
 *
 * @see [Sharing your GitHub App](https://docs.github.com/en/apps/sharing-github-apps/sharing-your-github-app)
 */
export function addInstallPages(root: EmulatorApp, github: GithubAppContext): void {
  for (const folder of ["/apps", "/github-apps"]) {
    const path = `${folder}/${github.app.slug}/installations/new`;
    root.get(path, (c) => showAccounts(github, c));
    root.get(`${path}/permissions`, (c) => showRepositories(github, c));
    root.post(path, (c) => submitInstall(github, c));
  }
}

function showAccounts(github: GithubAppContext, c: RequestContext): PageResponse {
  const login = signedInLogin(github, c);
  const state = c.req.query("state") ?? null;
  const people = knownAccounts(github);
  const isKnown = people.some((person) => person.login === login);
  return renderAccounts(c, {
    appName: github.registration.appName,
    people: isKnown ? people : [accountOf(github, login), ...people],
    login,
    state,
    action: c.req.path,
    choices: choicesOf(github, login).map((account) =>
      toChoice(github, { account, login, state }, c.req.path),
    ),
  });
}

function showRepositories(github: GithubAppContext, c: RequestContext): PageResponse {
  const login = signedInLogin(github, c);
  const target = c.req.query("target_id");
  const account = choicesOf(github, login).find(
    (choice) => String(accountIdOf(github, choice)) === target,
  );
  if (!account) {
    const text = `${login} has no account with this id to install on.`;
    return renderMessage(c, 404, { platform: "GitHub", title: "Page not found", text });
  }

  const { app, registration, installForms } = github;
  const installed = findInstallationOnAccount(github, account);
  const permissions = installed?.permissions ?? installationPermissions(app.permissions);
  const state = c.req.query("state") ?? null;
  return renderRepositories(c, {
    appName: registration.appName,
    accountLogin: account.login,
    login,
    verb: verbOf(github, login, account),
    permissions: describePermissions(permissions),
    repositories: repositoriesOf(github, account),
    selection: installed?.repositories ?? "all",
    action: c.req.path.replace(/\/permissions$/, ""),
    requestId: installForms.issue({ account, login, state }),
    returnsTo: new URL(app.setupUrl).origin,
  });
}

/** Handles the person's decision, which can be made once. */
function submitInstall(github: GithubAppContext, c: RequestContext): PageResponse {
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
  return carryOut(github, form, decision.output);
}

function readDecision(form: URLSearchParams): unknown {
  const isAll = form.get("selection") !== "selected";
  const repositories = isAll ? "all" : form.getAll("repository");
  return { request: form.get("request"), decision: form.get("decision"), repositories };
}

/**
 * Installs, changes or requests, and redirects to the setup URL, whose parameters are a claim only.
 *
 * @see [About the setup URL](https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/about-the-setup-url)
 */
function carryOut(
  github: GithubAppContext,
  { account, login, state }: InstallForm,
  { repositories }: Decision,
): Response {
  const { setupUrl } = github.app;
  if (!isOwner(github, login, account)) {
    requestInstall(github, { login: account.login, requester: login, repositories });
    return redirectTo(setupUrl, { setup_action: "request", state });
  }

  const installed = findInstallationOnAccount(github, account);
  if (installed) {
    chooseRepositories(github, installed, repositories, login);
    const installation_id = String(installed.id);
    return redirectTo(setupUrl, { installation_id, setup_action: "update", state });
  }
  const { id } = addInstallation(github, { account, repositories, sender: login });
  return redirectTo(setupUrl, { installation_id: String(id), setup_action: "install", state });
}

function signedInLogin(github: GithubAppContext, c: RequestContext): string {
  const login = c.req.query("login");
  const [first] = knownAccounts(github);
  const otherwise = first?.login ?? ACCOUNTS[0].login;
  return v.is(Login, login) ? accountOf(github, login).login : otherwise;
}

/** Returns the personal account, then the organizations that the person is an active member of. */
function choicesOf(github: GithubAppContext, login: string): AccountReference[] {
  const organizations = organizationsOf(github, login).filter(
    ({ person }) => person.state === "active" && person.role !== "billing_manager",
  );
  return [
    { type: "User", login },
    ...organizations.map(
      ({ organization }) => ({ type: "Organization", login: organization.login }) as const,
    ),
  ];
}

function verbOf(github: GithubAppContext, login: string, account: AccountReference): InstallVerb {
  if (!isOwner(github, login, account)) return "Request";
  return findInstallationOnAccount(github, account) ? "Configure" : "Install";
}

function toChoice(
  github: GithubAppContext,
  { account, login, state }: InstallForm,
  path: string,
): AccountChoice {
  const parameters = new URLSearchParams({
    target_id: String(accountIdOf(github, account)),
    login,
    ...(state !== null && { state }),
  });
  const organization = findOrganization(github, account.login);
  const person = organization && findPerson(organization, login);
  return {
    login: account.login,
    description:
      account.type === "User" ? "personal account" : `${person?.role} of the organization`,
    verb: verbOf(github, login, account),
    href: `${path}/permissions?${parameters}`,
  };
}
