import type { GithubContext } from "./context.ts";
import { isSameLogin } from "./directory.ts";
import type { AccountReference, GithubRecords } from "./records.ts";
import { tokensOf } from "./tokens.ts";

/** Renames a user or an organization; its id, tokens and installations stay. */
export function renameAccount(
  github: GithubContext,
  { type, login: from }: AccountReference,
  to: string,
): void {
  const records = github.records.get();
  const installations = records.installations.map((installation) => {
    const { account } = installation;
    const isRenamed = account.type === type && isSameLogin(account.login, from);
    return isRenamed ? { ...installation, account: { type, login: to } } : installation;
  });
  const renamed = { ...records, installations };
  if (type === "Organization") github.records.set(renameOrganization(renamed, from, to));
  else renameUser(github, renamed, from, to);
}

function renameOrganization(records: GithubRecords, from: string, to: string): GithubRecords {
  return {
    ...records,
    organizations: records.organizations.map((organization) =>
      isSameLogin(organization.login, from) ? { ...organization, login: to } : organization,
    ),
    requests: records.requests.map((request) =>
      isSameLogin(request.login, from) ? { ...request, login: to } : request,
    ),
  };
}

function renameUser(
  github: GithubContext,
  records: GithubRecords,
  before: string,
  after: string,
): void {
  const [from, to] = [before.toLowerCase(), after.toLowerCase()];
  const first = records.renames.find((rename) => rename.to === from)?.from ?? from;
  const others = records.renames.filter((rename) => rename.to !== from);

  github.records.set({
    ...records,
    renames: first === to ? others : [...others, { from: first, to }],
    organizations: records.organizations.map((organization) => ({
      ...organization,
      people: organization.people.map((person) =>
        isSameLogin(person.login, from) ? { ...person, login: to } : person,
      ),
    })),
  });
  for (const tokens of tokensOf(github, from)) {
    github.tokens.remove(tokens);
    github.tokens.add({ ...tokens, subject: to });
  }
}
