import * as v from "valibot";
import { siteOf } from "../../emulators/jira/sites.ts";
import type { Emulators } from "../../emulators/server.ts";
import { install, startJira } from "./emulated-jira.ts";
import { type EventReceiver, startReceiver } from "./event-receiver.ts";

export const SCOPE = "read:jira-work write:jira-work manage:jira-webhook offline_access";
export const EVENTS = ["jira:issue_created", "jira:issue_updated", "comment_created"];

const Registered = v.object({
  webhookRegistrationResult: v.array(
    v.object({
      createdWebhookId: v.optional(v.number()),
      errors: v.optional(v.array(v.string())),
    }),
  ),
});
const Listed = v.object({
  total: v.number(),
  values: v.array(v.object({ id: v.number(), expirationDate: v.string() })),
});

/** A site whose API is called with a token, and the app that gets its webhooks. */
export interface Site {
  readonly emulators: Emulators;
  readonly receiver: EventReceiver;
  call(method: string, path: string, body?: object): Promise<Response>;
  register(fields?: object): Promise<v.InferOutput<typeof Registered>["webhookRegistrationResult"]>;
  listed(): Promise<v.InferOutput<typeof Listed>>;
}

interface Start {
  readonly emulators?: Emulators;
  readonly account?: string;
  readonly site?: string;
  readonly sites?: readonly string[];
  readonly scope?: string;
  readonly statuses?: readonly number[];
}

/** Installs the app on a site, for the account `mia` unless another is given. */
export async function startSite(options: Start = {}): Promise<Site> {
  const { account = "mia", site = "acme", sites = [site], scope = SCOPE, statuses = [] } = options;
  const emulators = options.emulators ?? (await startJira());
  const receiver = await startReceiver({ statuses });
  const { access_token } = await install(emulators, { account, sites, scope });
  const call: Site["call"] = (method, path, body) =>
    fetch(apiOf(emulators, site) + path, {
      method,
      headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
  return {
    emulators,
    receiver,
    call,
    async register(fields = {}) {
      const webhooks = [{ events: EVENTS, jqlFilter: "project = DEMO", ...fields }];
      const response = await call("POST", "/webhook", { url: receiver.url, webhooks });
      return v.parse(Registered, await response.json()).webhookRegistrationResult;
    },
    async listed() {
      return v.parse(Listed, await (await call("GET", "/webhook")).json());
    },
  };
}

/** Returns the URL of the API of a site. */
export function apiOf({ jiraApiUrl }: Emulators, site = "acme"): string {
  return `${jiraApiUrl}/ex/jira/${siteOf(site).cloudId}/rest/api/3`;
}

/** Creates an issue in the project `DEMO`. */
export async function create(call: Site["call"]): Promise<void> {
  const fields = { project: { key: "DEMO" }, summary: "x", issuetype: { name: "Bug" } };
  await call("POST", "/issue", { fields: { ...fields, description: toDocument("Steps") } });
}

/** Returns a text as a document of one paragraph. */
export function toDocument(text: string) {
  return {
    type: "doc",
    version: 1,
    content: [{ type: "paragraph", content: [{ type: "text", text }] }],
  };
}
