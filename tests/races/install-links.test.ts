import { afterEach, expect, test } from "vitest";
import { type BrowserSession, consent, openSession } from "../support/browser-session.ts";
import { createLink, openLink, readLink } from "../support/install-links.ts";
import { consentJira, consentSlack } from "../support/platform-installs.ts";
import { works } from "../support/race-installs.ts";
import { invoke, startTestStack } from "../support/stack.ts";

const USES = 100;

const stack = await startTestStack();
const { sql } = stack.database;

/** Goes to the platform and consents: the callback, not yet opened. */
const CONSENTS: Record<
  "github" | "slack" | "jira",
  (session: BrowserSession, start: string) => Promise<string>
> = {
  github: (session, start) => consent(stack, session, start),
  slack: (session, start) => consentSlack(stack, session, "T0ACME", start),
  jira: (session, start) => consentJira(stack, session, { start }),
};

afterEach(async () => {
  await sql`delete from installations`;
});

/** Returns whether the platform accepts a token. That of a GitHub OAuth App acts as a user. */
async function isValid(platform: keyof typeof CONSENTS, token: string): Promise<boolean> {
  if (platform !== "github") return works(stack, platform, token);
  const headers = { authorization: `Bearer ${token}`, "user-agent": "bot" };
  return (await fetch(`${stack.platforms.githubApiUrl}/user`, { headers })).ok;
}

// GitHub and Slack end older tokens of the same person or workspace when they issue too many.
test.each(["github", "slack", "jira"] as const)(
  "a hundred uses of one link at once, at %s, store one installation, whose token works afterwards",
  async (platform) => {
    const { id, url } = await createLink(stack, { platform, metadata: { customer: "c-1" } });
    const sessions = Array.from({ length: USES }, () => openSession());
    const callbacks = await Promise.all(
      sessions.map(async (session) => CONSENTS[platform](session, await openLink(session, url))),
    );

    const replies = await Promise.all(
      sessions.map((session, index) =>
        session.get(callbacks[index] ?? "", { accept: "application/json" }),
      ),
    );

    const statuses = replies.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => ![200, 400, 503].includes(status))).toEqual([]);
    const [row, ...others] = await sql<{ id: string }[]>`select id from installations`;
    expect(others).toEqual([]);
    expect(await readLink(stack, id)).toMatchObject({ status: "used", used_by: row?.id });
    const lookup = await invoke(stack, "token-lookup", { installation_id: row?.id });
    const token = lookup.ok ? Object(lookup.answer).access_token : lookup.error;
    expect(await isValid(platform, token)).toBe(true);
  },
);
