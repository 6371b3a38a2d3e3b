import * as v from "valibot";
import { refusal } from "../control-error.ts";
import { ACCOUNTS, accountOf, Name } from "./accounts.ts";
import type { Grant, JiraContext, JiraSettings } from "./context.ts";
import { findGrant, setGrant, sitesOf } from "./grants.ts";
import { type JiraSite, siteOf } from "./sites.ts";

/** An account with its sites, and what of them it has granted. */
export interface AccountView {
  readonly login: string;
  readonly accountId: string;
  readonly sites: readonly JiraSite[];
  readonly grant: Grant | null;
}

/** What can be done to Jira from outside. Whoever removes the app uses `revoke` of all platforms. */
export interface JiraControl {
  /** Changes the settings that are given; a reset brings back the first ones. */
  configure(settings: Partial<JiraSettings>): void;
  /** An account, or without a login all that are listed. */
  accounts(login?: string): AccountView[];
  /** Sets which sites an account has, by the names in front of `.atlassian.net`. */
  setSites(login: string, sites: readonly string[]): Promise<void>;
  /** Takes a site, by its name, out of an account's grant. */
  removeSite(login: string, site: string): Promise<void>;
}

/** The control object of Jira. */
export function createJiraControl(
  jira: JiraContext,
  changeSettings: (changes: Partial<JiraSettings>) => void,
): JiraControl {
  return {
    configure: changeSettings,

    accounts(login) {
      const accounts = login === undefined ? ACCOUNTS : [accountOf(login)];
      return accounts.map((account) => ({
        login: account.login,
        accountId: account.accountId,
        sites: sitesOf(jira, account.login),
        grant: findGrant(jira, account.login) ?? null,
      }));
    },

    async setSites(login, sites) {
      const names = sites.map((site) => siteOf(v.parse(Name, site)).name);
      const memory = jira.memory.get();
      jira.memory.set({ ...memory, sites: { ...memory.sites, [login]: names } });
      await jira.saved();
    },

    async removeSite(login, site) {
      const grant = findGrant(jira, login);
      if (!grant?.sites.includes(site)) throw refusal(`${login} has not granted ${site}.`);
      setGrant(jira, login, { ...grant, sites: grant.sites.filter((name) => name !== site) });
      await jira.saved();
    },
  };
}
