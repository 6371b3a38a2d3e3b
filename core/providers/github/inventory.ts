import * as v from "valibot";
import type { AppInventory } from "../../ports/app-inventory.ts";
import { getGithub } from "./api.ts";
import { asApp, type GithubAppConfig } from "./app-credential.ts";
import { listRequests } from "./install-requests.ts";
import { GithubInstallationInfo } from "./responses.ts";

const PATH = "/app/installations";
const PAGE_SIZE = 100;

const ListedId = v.object({ id: v.pipe(v.number(), v.safeInteger(), v.transform(String)) });
const Installations = v.array(v.intersect([ListedId, GithubInstallationInfo]));

/**
 * Creates the inventory of a GitHub App.
 *
 * @see [List installations](https://docs.github.com/en/rest/apps/apps#list-installations-for-the-authenticated-app)
 */
export function createGithubInventory(config: GithubAppConfig): AppInventory {
  return {
    async listInstallations({ page, signal }) {
      const listed = await asApp(config, signal, (app) =>
        getGithub(app, `${PATH}?per_page=${PAGE_SIZE}&page=${page}`, Installations),
      );
      const installations = listed.map((one) => ({
        providerInstallationId: one.id,
        organizationId: String(one.accountId),
        organizationName: one.accountLogin,
        isSuspended: one.isSuspended,
        createdAt: toDate(one.createdAt),
      }));
      return { installations, hasMore: listed.length === PAGE_SIZE };
    },

    listRequests(signal) {
      return asApp(config, signal, listRequests);
    },
  };
}

function toDate(text: string | null): Date | null {
  const date = new Date(text ?? "");
  return Number.isNaN(date.getTime()) ? null : date;
}
