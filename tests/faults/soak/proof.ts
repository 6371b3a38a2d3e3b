import * as v from "valibot";
import type { Stack } from "../../../local/stack.ts";
import type { RacePlatform } from "../../support/race-installs.ts";

const TIMEOUT_MS = 2_000;

/** Whose token it is by the word of the platform; `unknown` when a fault kept it from answering. */
export type Owner = { readonly organizationId: string } | "dead" | "unknown";

const SlackAnswer = v.variant("ok", [
  v.object({ ok: v.literal(true), team_id: v.string() }),
  v.object({ ok: v.literal(false), error: v.string() }),
]);
const Repositories = v.object({
  repositories: v.array(v.object({ owner: v.object({ id: v.number() }) })),
});
const Sites = v.array(v.object({ id: v.string() }));

/** Asks the platform who the organization is that a token opens. */
export async function proveOwner(
  stack: Stack,
  platform: RacePlatform,
  token: string,
): Promise<Owner> {
  return ASK[platform](stack, token).catch(() => "unknown");
}

const ASK: Record<RacePlatform, (stack: Stack, token: string) => Promise<Owner>> = {
  async github({ platforms }, token) {
    const { status, body } = await get(
      `${platforms.githubApiUrl}/installation/repositories`,
      token,
    );
    if (status === 401 || status === 403 || status === 404) return "dead";
    const [repository] = v.parse(Repositories, body).repositories;
    return repository ? { organizationId: String(repository.owner.id) } : "unknown";
  },

  async slack({ platforms }, token) {
    const { body } = await get(`${platforms.slackUrl}/api/auth.test`, token);
    const answer = v.parse(SlackAnswer, body);
    return answer.ok ? { organizationId: answer.team_id } : "dead";
  },

  async jira({ platforms }, token) {
    const url = `${platforms.jiraApiUrl}/oauth/token/accessible-resources`;
    const { status, body } = await get(url, token);
    if (status === 401) return "dead";
    const [site] = v.parse(Sites, body);
    return site ? { organizationId: site.id } : "dead";
  },
};

async function get(url: string, token: string) {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}`, "user-agent": "bot" },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    redirect: "manual",
  });
  const body: unknown = await response.json();
  return { status: response.status, body };
}
