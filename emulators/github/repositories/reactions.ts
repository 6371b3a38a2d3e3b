import type { GithubContext } from "../context.ts";
import { type Actor, changeWork, newId, type Repository, workOf } from "./repository.ts";
import type { Reaction } from "./work-records.ts";

/** Adds a reaction, unless the user has reacted in this way already. GitHub sends no event for reactions. */
export function addReaction(
  github: GithubContext,
  repository: Repository,
  { subject, content }: Pick<Reaction, "subject" | "content">,
  { login }: Actor,
): { reaction: Reaction; isNew: boolean } {
  const { reactions } = workOf(github, repository);
  const known = reactionsTo(reactions, subject).find(
    (reaction) => reaction.content === content && reaction.user === login,
  );
  if (known) return { reaction: known, isNew: false };
  const reaction = { id: newId(), subject, content, user: login, createdAt: github.clock.now() };
  changeWork(github, repository, { reactions: [...reactions, reaction] });
  return { reaction, isNew: true };
}

/** Deletes a reaction. */
export function deleteReaction(github: GithubContext, repository: Repository, id: number): void {
  const reactions = workOf(github, repository).reactions.filter((reaction) => reaction.id !== id);
  changeWork(github, repository, { reactions });
}

/** Returns the reactions to an issue or a comment, oldest first. */
export function reactionsTo(
  reactions: readonly Reaction[],
  { kind, id }: Reaction["subject"],
): Reaction[] {
  return reactions.filter(({ subject }) => subject.kind === kind && subject.id === id);
}
