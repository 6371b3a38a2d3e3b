import * as v from "valibot";
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
  const own: v.InferOutput<typeof Requests> = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const requests = await getGithub(call, `${PATH}?per_page=${PAGE_SIZE}&page=${page}`, Requests);
    own.push(...requests.filter(({ requester }) => requester.id === personId));
    if (requests.length < PAGE_SIZE) break;
  }
  // Times have whole seconds: of two with the same one, the later in the list is the newer.
  const newest = own.toSorted((one, other) => timeOf(one) - timeOf(other)).at(-1);
  return newest && { account: toParty(newest.account), requester: toParty(newest.requester) };
}

function timeOf({ created_at }: { readonly created_at: string }): number {
  return Date.parse(created_at);
}

function toParty({ id, login }: v.InferOutput<typeof Party>) {
  return { id, name: login || id };
}
