import { randomInt } from "node:crypto";
import { idOf } from "../accounts.ts";
import type { GithubContext } from "../context.ts";
import { accountIdOf, isSameLogin, ownerOf, repositoriesOf } from "../directory.ts";
import type { AccountReference } from "../records.ts";
import { createContent } from "./content-records.ts";
import type { RepositoryWork } from "./work-records.ts";

/** A repository of an account. */
export interface Repository {
  readonly id: number;
  readonly account: AccountReference;
  readonly name: string;
}

/** A user, or a bot with its App, who acts in a repository. */
export interface Actor {
  readonly login: string;
  readonly appId: number | null;
}

/** Returns the repository of a name, ignoring case. */
export function findRepository(
  github: Pick<GithubContext, "records">,
  account: AccountReference,
  wanted: string,
): Repository | undefined {
  const name = repositoriesOf(github, account).find((known) => isSameLogin(known, wanted));
  if (name === undefined) return undefined;
  return { id: repositoryId(accountIdOf(github, account), name), account, name };
}

/** Derives the id of a repository, which never changes. */
export function repositoryId(ownerId: number, name: string): number {
  return idOf(`repository/${ownerId}/${name}`);
}

/** Returns the work in a repository; nobody has done any in a new one. */
export function workOf(
  github: Pick<GithubContext, "records">,
  { id, account, name }: Repository,
): RepositoryWork {
  const known = github.records.get().work.find((work) => work.id === id);
  if (known) return known;
  const content = createContent(ownerOf(github, account), name);
  return { id, issues: [], comments: [], reactions: [], checkRuns: [], content };
}

/** Replaces parts of the work in a repository. */
export function changeWork(
  github: Pick<GithubContext, "records">,
  repository: Repository,
  changes: Partial<Omit<RepositoryWork, "id">>,
): void {
  const changed = { ...workOf(github, repository), ...changes };
  const records = github.records.get();
  const others = records.work.filter(({ id }) => id !== repository.id);
  github.records.set({ ...records, work: [...others, changed] });
}

/** Returns a new id: random, because a counter would reuse ids after a reset. */
export function newId(): number {
  return randomInt(10_000_000, 2 ** 31);
}

/** Returns the path of the page of a repository. */
export function repositoryPath({ account, name }: Repository): string {
  return `/${account.login}/${name}`;
}
