import type { GithubContext } from "./context.ts";
import type { AccountReference } from "./records.ts";
import { DEFAULT_BRANCH } from "./repositories/content-records.ts";
import { repositoryId, workOf } from "./repositories/repository.ts";
import { toAccount, toNodeId, toWireTime } from "./simple-account.ts";

/** The URLs and templates that GitHub lists with a repository, without the URL of the repository. */
const URL_SUFFIXES = {
  forks_url: "/forks",
  keys_url: "/keys{/key_id}",
  collaborators_url: "/collaborators{/collaborator}",
  teams_url: "/teams",
  hooks_url: "/hooks",
  issue_events_url: "/issues/events{/number}",
  events_url: "/events",
  assignees_url: "/assignees{/user}",
  branches_url: "/branches{/branch}",
  tags_url: "/tags",
  blobs_url: "/git/blobs{/sha}",
  git_tags_url: "/git/tags{/sha}",
  git_refs_url: "/git/refs{/sha}",
  trees_url: "/git/trees{/sha}",
  statuses_url: "/statuses/{sha}",
  languages_url: "/languages",
  stargazers_url: "/stargazers",
  contributors_url: "/contributors",
  subscribers_url: "/subscribers",
  subscription_url: "/subscription",
  commits_url: "/commits{/sha}",
  git_commits_url: "/git/commits{/sha}",
  comments_url: "/comments{/number}",
  issue_comment_url: "/issues/comments{/number}",
  contents_url: "/contents/{+path}",
  compare_url: "/compare/{base}...{head}",
  merges_url: "/merges",
  archive_url: "/{archive_format}{/ref}",
  downloads_url: "/downloads",
  issues_url: "/issues{/number}",
  pulls_url: "/pulls{/number}",
  milestones_url: "/milestones{/number}",
  notifications_url: "/notifications{?since,all,participating}",
  labels_url: "/labels{/name}",
  releases_url: "/releases{/id}",
  deployments_url: "/deployments",
};

/** Returns the fields of a repository in lists. All are private, so that access must be granted. */
export function toRepositoryName(account: AccountReference, ownerId: number, name: string) {
  const id = repositoryId(ownerId, name);
  const full_name = `${account.login}/${name}`;
  return { id, node_id: toNodeId("Repository", id), name, full_name, private: true };
}

/**
 * Returns a repository as the REST API and the webhooks show it.
 *
 * @see [Get a repository](https://docs.github.com/en/rest/repos/repos#get-a-repository)
 */
export function toRepository(github: GithubContext, account: AccountReference, name: string) {
  const owner = toAccount(github, account);
  const path = `${account.login}/${name}`;
  const html_url = `${github.url}/${path}`;
  const url = `${github.url}/api/repos/${path}`;
  const urls = Object.entries(URL_SUFFIXES).map(([field, suffix]) => [field, url + suffix]);
  const named = toRepositoryName(account, owner.id, name);
  const { issues, content } = workOf(github, { id: named.id, account, name });
  const open = issues.filter(({ state }) => state === "open").length;
  const times = content.commits.map(({ at }) => toWireTime(github.clock, at));
  const [created = null] = times;
  const pushed = times.at(-1) ?? created;
  return {
    ...named,
    owner,
    html_url,
    description: null,
    fork: false,
    url,
    ...Object.fromEntries(urls),
    created_at: created,
    updated_at: pushed,
    pushed_at: pushed,
    git_url: `git://github.example.invalid/${path}.git`,
    ssh_url: `git@github.example.invalid:${path}.git`,
    clone_url: `${html_url}.git`,
    svn_url: html_url,
    homepage: null,
    size: 1,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: false,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: false,
    disabled: false,
    open_issues_count: open,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: "private",
    forks: 0,
    open_issues: open,
    watchers: 0,
    default_branch: DEFAULT_BRANCH,
  };
}
