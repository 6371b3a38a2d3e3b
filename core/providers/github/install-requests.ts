import * as v from "valibot";
import type { OpenRequest } from "../../ports/app-inventory.ts";
import type { InstallRequest } from "../../ports/waiting-requests.ts";
import { ReportedName } from "../reported-text.ts";
import { getGithub } from "./api.ts";
import type { GithubAppCall } from "./installations.ts";

const PATH = "/app/installation-requests";
const PAGE_SIZE = 100;
const MAX_PAGES = 10;

const Id = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.transform(String));
const Party = v.object({ id: Id, login: ReportedName });

/** @see [List installation requests](https://docs.github.com/en/rest/apps/apps#list-installation-requests-for-the-authenticated-app) */
const Requests = v.array(
  v.object({ account: Party, requester: Party, created_at: v.pipe(v.string(), v.isoTimestamp()) }),
);

/** Returns the newest open request of a person; `undefined` if there is none. The call is the App's. */
export async function findRequestOf(
  call: GithubAppCall,
  personId: string,
): Promise<InstallRequest | undefined> {
  const own = (await listRequests(call)).filter(({ requester }) => requester.id === personId);
  // Times have whole seconds: of two with the same one, the later in the list is the newer.
  const newest = own
    .toSorted((one, other) => one.createdAt.getTime() - other.createdAt.getTime())
    .at(-1);
  return newest && { account: newest.account, requester: newest.requester };
}

/** Returns the open requests of all members, at most a thousand. The call is the App's. */
export async function listRequests(call: GithubAppCall): Promise<OpenRequest[]> {
  const all: OpenRequest[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const requests = await getGithub(call, `${PATH}?per_page=${PAGE_SIZE}&page=${page}`, Requests);
    for (const { account, requester, created_at } of requests) {
      const createdAt = new Date(created_at);
      all.push({ account: toParty(account), requester: toParty(requester), createdAt });
    }
    if (requests.length < PAGE_SIZE) break;
  }
  return all;
}

function toParty({ id, login }: v.InferOutput<typeof Party>) {
  return { id, name: login || id };
}
