import * as v from "valibot";
import { type PlatformRequest, type Reply, redirect } from "../http.ts";
import { messagePage } from "../page.ts";
import type { PlatformRoute } from "../router.ts";
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
  accountsPage,
  type InstallVerb,
  repositoriesPage,
} from "./install-page.ts";
import {
  chooseRepositories,
  findInstallationOn,
  install,
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
 * The pages that install a GitHub App. An Enterprise Server has them under `/github-apps`.
 *
 * @see [Sharing your GitHub App](https://docs.github.com/en/apps/sharing-github-apps/sharing-your-github-app)
 */
export function installRoutes(github: GithubAppContext): PlatformRoute<Reply>[] {
  const { slug } = github.app;
  return (["/apps", "/github-apps"] as const).flatMap((root): PlatformRoute<Reply>[] => {
    const path = `${root}/${slug}/installations/new` as const;
    return [
      { method: "GET", path, handle: (request) => chooseAccount(github, request) },
      {
        method: "GET",
        path: `${path}/permissions`,
        handle: (request) => chooseRepositoriesOn(github, request),
      },
      { method: "POST", path, handle: (request) => decide(github, request) },
    ];
  });
}

function chooseAccount(github: GithubAppContext, { path, query }: PlatformRequest): Reply {
  const login = signedInLogin(github, query);
  const state = query.get("state");
  const people = knownAccounts(github);
  const isKnown = people.some((person) => person.login === login);
  return accountsPage({
    appName: github.registration.appName,
    people: isKnown ? people : [accountOf(github, login), ...people],
    login,
    state,
    action: new URL(github.url).pathname + path,
    choices: choicesOf(github, login).map((account) =>
      toChoice(github, { account, login, state }, path),
    ),
  });
}

function chooseRepositoriesOn(github: GithubAppContext, { path, query }: PlatformRequest): Reply {
  const login = signedInLogin(github, query);
  const target = query.get("target_id");
  const account = choicesOf(github, login).find(
    (choice) => String(accountIdOf(github, choice)) === target,
  );
  if (!account) {
    const text = `${login} has no account of that number to install on.`;
    return messagePage(404, { platform: "GitHub", title: "Page not found", text });
  }

  const { app, registration, installForms, url } = github;
  const present = findInstallationOn(github, account);
  const permissions = present?.permissions ?? installationPermissions(app.permissions);
  return repositoriesPage({
    appName: registration.appName,
    accountLogin: account.login,
    login,
    verb: verbOf(github, login, account),
    permissions: describePermissions(permissions),
    repositories: repositoriesOf(github, account),
    selection: present?.repositories ?? "all",
    action: new URL(url).pathname + path.replace(/\/permissions$/, ""),
    requestId: installForms.issue({ account, login, state: query.get("state") }),
    returnsTo: new URL(app.setupUrl).origin,
  });
}

/** The person's decision, which counts once. */
function decide(github: GithubAppContext, request: PlatformRequest): Reply {
  const decision = v.safeParse(Decision, readDecision(request));
  if (!decision.success) {
    const text = "Choose at least one repository. Go back and try again.";
    return messagePage(400, { platform: "GitHub", title: "That cannot be installed", text });
  }
  const form = github.installForms.take(decision.output.request);
  if (!form) {
    const text = "It was answered before, or is too old. Go back to the app and start again.";
    return messagePage(400, { platform: "GitHub", title: "This request is over", text });
  }
  if (decision.output.decision === "cancel") {
    const text = `${github.registration.appName} is as it was on ${form.account.login}.`;
    return messagePage(200, { platform: "GitHub", title: "Nothing has changed", text });
  }
  return carryOut(github, form, decision.output);
}

function readDecision({ body }: PlatformRequest): unknown {
  const form = new URLSearchParams(body);
  const isAll = form.get("selection") !== "selected";
  const repositories = isAll ? "all" : form.getAll("repository");
  return { request: form.get("request"), decision: form.get("decision"), repositories };
}

/**
 * Goes to the setup URL, with what a claim of an install consists of.
 *
 * @see [About the setup URL](https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/about-the-setup-url)
 */
function carryOut(
  github: GithubAppContext,
  { account, login, state }: InstallForm,
  { repositories }: Decision,
): Reply {
  if (!isOwner(github, login, account)) {
    requestInstall(github, { login: account.login, requester: login, repositories });
    return toSetup(github, { setup_action: "request", state });
  }

  const present = findInstallationOn(github, account);
  if (present) {
    chooseRepositories(github, present, repositories, login);
    return toSetup(github, {
      installation_id: String(present.id),
      setup_action: "update",
      state,
    });
  }
  const { id } = install(github, { account, repositories, sender: login });
  return toSetup(github, { installation_id: String(id), setup_action: "install", state });
}

function toSetup({ app }: GithubAppContext, parameters: Record<string, string | null>): Reply {
  const location = new URL(app.setupUrl);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) location.searchParams.set(name, value);
  }
  return redirect(location);
}

function signedInLogin(github: GithubAppContext, query: URLSearchParams): string {
  const login = query.get("login");
  const [first] = knownAccounts(github);
  const otherwise = first?.login ?? ACCOUNTS[0].login;
  return v.is(Login, login) ? accountOf(github, login).login : otherwise;
}

/** The personal account, then the organizations that the person is an active member of. */
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
  return findInstallationOn(github, account) ? "Configure" : "Install";
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
    href: `${new URL(github.url).pathname}${path}/permissions?${parameters}`,
  };
}
