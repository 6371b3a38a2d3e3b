import * as v from "valibot";
import { expect, test } from "vitest";
import { InstallSuccess } from "../../functions/http/responses.ts";
import { installGithubAppAs } from "../support/platform-installs.ts";
import { GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const { githubApiUrl, control } = stack.platforms;

const Answer = v.object({ access_token: v.string() });

test("B12 a lookup that is narrowed to 500 repositories returns a token for these", async () => {
  const login = "monolith";
  const repositories = Array.from({ length: 600 }, (_, i) => `service-with-a-long-name-${i}`);
  const people = [{ login: "octocat", role: "admin" as const }];
  await control.github.createOrganization({ login, people, repositories });
  const installed = await installGithubAppAs(stack, { account: login });
  const { installation_id } = v.parse(InstallSuccess, await installed.json());

  const lookup = await invoke(stack, "token-lookup", {
    installation_id,
    repositories: repositories.slice(0, 500),
  });

  if (!lookup.ok) throw new Error(`The lookup failed: ${lookup.error}.`);
  const { access_token } = v.parse(Answer, lookup.answer);
  const response = await fetch(`${githubApiUrl}/installation/repositories`, {
    headers: { authorization: `Bearer ${access_token}` },
  });
  expect(await response.json()).toMatchObject({
    total_count: 500,
    repository_selection: "selected",
  });
});
