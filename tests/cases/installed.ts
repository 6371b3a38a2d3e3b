import * as v from "valibot";
import { InstallSuccess } from "../../functions/http/responses.ts";
import { openSession } from "../support/browser-session.ts";
import { consentJira, consentSlack, installGithubAppAs } from "../support/platform-installs.ts";
import type { TestStack } from "../support/stack.ts";

/** How long a token of each platform lives. */
export const LIFETIME_SECONDS = { github: 3600, slack: 12 * 3600, jira: 3600 };

/** Goes through an install on an organization that is made up by its name, and answers our id of it. */
export async function installOn(
  stack: TestStack,
  platform: keyof typeof LIFETIME_SECONDS,
  name: string,
): Promise<string> {
  const reply = await INSTALLS[platform](stack, name);
  return v.parse(InstallSuccess, await reply.json()).installation_id;
}

const JSON_ONLY = { accept: "application/json" };

const INSTALLS = {
  github: (stack: TestStack, login: string) => installGithubAppAs(stack, { login }),

  async slack(stack: TestStack, name: string) {
    const session = openSession();
    const callback = await consentSlack(stack, session, `T0${name.toUpperCase()}`);
    return session.get(callback, JSON_ONLY);
  },

  async jira(stack: TestStack, account: string) {
    const session = openSession();
    const callback = await consentJira(stack, session, { account, sites: [account] });
    return session.get(callback, JSON_ONLY);
  },
};
