import * as v from "valibot";
import { expect, test } from "vitest";
import { InstallSuccess } from "../../functions/http/responses.ts";
import { TokenLookupResponse } from "../../functions/invoke/responses.ts";
import { generateGithubAppKey } from "../../local/github-app-key.ts";
import { readSecret } from "../cases/known-secrets.ts";
import { openSession } from "../support/browser-session.ts";
import { consentJira, consentSlack, installGithubAppAs } from "../support/platform-installs.ts";
import { LIFETIME_SECONDS, works } from "../support/race-installs.ts";
import { GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;

/** The new one is kept here before the platform knows it: only the old one is good there yet. */
const NEW = {
  client_secret: "the-client-secret-that-is-to-come",
  private_key: await generateGithubAppKey(),
};

const INSTALLS = {
  github: () => installGithubAppAs(stack),
  async slack() {
    const session = openSession();
    return session.get(await consentSlack(stack, session), { accept: "application/json" });
  },
  async jira() {
    const session = openSession();
    return session.get(await consentJira(stack, session), { accept: "application/json" });
  },
};

test.each(["github", "slack", "jira"] as const)(
  "%s: with a new secret beside the old one, before the platform knows it, installs end well and tokens are renewed",
  async (platform) => {
    const old = JSON.parse(await readSecret(stack, platform));
    const both = Object.entries(NEW).flatMap(([field, value]) =>
      field in old ? [[field, [value, old[field]]]] : [],
    );
    stack.aws.putSecret(platform, JSON.stringify({ ...old, ...Object.fromEntries(both) }));

    const reply = await INSTALLS[platform]();
    const { installation_id } = v.parse(InstallSuccess, await reply.json());
    await control.letTimePass(LIFETIME_SECONDS[platform] + 60);
    const result = await invoke(stack, "token-lookup", { installation_id });

    expect(result).toMatchObject({ ok: true });
    const { access_token: token } = v.parse(TokenLookupResponse, result.ok ? result.answer : {});
    expect(await works(stack, platform, token)).toBe(true);
    expect(stack.output()).not.toContain(NEW.client_secret);
  },
);
