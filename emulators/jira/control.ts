import * as v from "valibot";
import { controlConflict } from "../control-error.ts";
import { ACCOUNTS, accountOf, SiteName } from "./accounts.ts";
import type { JiraContext, JiraGrant, JiraSettings } from "./context.ts";
import { findGrant, setGrant, sitesOf } from "./grants.ts";
import { type JiraSite, siteOf } from "./sites.ts";

/** An account with its sites and its grant. */
export interface AccountView {
  readonly login: string;
  readonly accountId: string;
  readonly sites: readonly JiraSite[];
  readonly grant: JiraGrant | null;
}

/** Controls Jira. To remove the app for an account, use `revoke` of the emulators. */
export interface JiraControl {
  /** Changes the given settings; a reset restores the initial ones. */
  configure(settings: Partial<JiraSettings>): void;
  /** Returns an account, or without a login all accounts of the consent page. */
  accounts(login?: string): AccountView[];
  /** Replaces the sites of an account, by the names in front of `.atlassian.net`, or by whole hosts. */
  setSites(login: string, sites: readonly string[]): Promise<void>;
  /** Makes an account an administrator of its sites, or an ordinary member. */
  setAdministrator(login: string, isAdministrator: boolean): Promise<void>;
  /** Removes a site, by its name, from the grant of an account. */
  removeSite(login: string, site: string): Promise<void>;
}

/** Creates the control of Jira. */
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
      const names = sites.map((site) => siteOf(v.parse(SiteName, site)).name);
      const records = jira.records.get();
      jira.records.set({ ...records, sites: { ...records.sites, [login]: names } });
      await jira.flush();
    },

    async setAdministrator(login, isAdministrator) {
      const records = jira.records.get();
      const administrators = { ...records.administrators, [login]: isAdministrator };
      jira.records.set({ ...records, administrators });
      await jira.flush();
    },

    async removeSite(login, site) {
      const grant = findGrant(jira, login);
      if (!grant?.sites.includes(site)) throw controlConflict(`${login} has not granted ${site}.`);
      setGrant(jira, login, { ...grant, sites: grant.sites.filter((name) => name !== site) });
      await jira.flush();
    },
  };
}
