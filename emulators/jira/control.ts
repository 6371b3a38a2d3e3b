import * as v from "valibot";
import { controlConflict } from "../control-error.ts";
import { ACCOUNTS, accountOf, SiteName } from "./accounts.ts";
import type { JiraContext, JiraGrant, JiraSettings } from "./context.ts";
import { findGrant, setGrant, sitesOf } from "./grants.ts";
import { type JiraSite, siteOf } from "./sites.ts";
import { expireTokensOf } from "./tokens.ts";
import type { JiraDelivery, SendOptions } from "./webhooks/webhook-outbox.ts";

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
  /** Expires the access tokens of an account now. Their refresh tokens stay valid. */
  expireTokens(login: string): Promise<void>;
  /** Returns the webhooks that were sent or are held back, oldest first. */
  deliveries(): JiraDelivery[];
  /** Sends a webhook now: a held one for the first time, any other again, as a retry. */
  deliver(id: string): Promise<JiraDelivery>;
  /** Sends a webhook with any content, once, to the URL of a registered webhook of its site. */
  send(webhook: CustomWebhook): Promise<JiraDelivery>;
  /** Resolves when no delivery is pending, including retries. */
  settled(): Promise<void>;
}

/** A webhook with any content, and optionally an old JWT, another secret or the identifier of an earlier one. */
interface CustomWebhook extends SendOptions {
  readonly site: string;
  readonly body: Readonly<Record<string, unknown>>;
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

    async expireTokens(login) {
      expireTokensOf(jira, login);
      await jira.flush();
    },

    deliveries: () => jira.outbox.list(),
    deliver: (id) => jira.outbox.deliver(id),

    send({ site, body, ...options }) {
      const webhook = jira.records.get().webhooks.find((known) => known.site === site);
      if (!webhook) throw controlConflict(`${site} has no registered webhook.`);
      const { webhookEvent = "none" } = body;
      const event = { event: String(webhookEvent), site, url: webhook.url };
      return jira.outbox.send({ ...event, body: JSON.stringify(body) }, options);
    },

    settled: () => jira.outbox.settled(),
  };
}
