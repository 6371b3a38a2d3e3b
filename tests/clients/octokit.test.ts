import { LambdaClient } from "@aws-sdk/client-lambda";
import { createGrantkeep, type LambdaInvoker } from "@grantkeep/client";
import { createGrantkeepAuth } from "@grantkeep/client/octokit";
import { Octokit } from "octokit";
import { expect } from "vitest";
import { test } from "../support/browser-test.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";
import { countRequests, installInBrowser, letHoursPass } from "./connected.ts";

const stack = await startTestStack(GITHUB_APP);
const grantkeep = createGrantkeep({ functionName: "token-lookup:live" });
const MINTS = /\/app\/installations\/\d+\/access_tokens$/;

test("Octokit works over hours, and recovers from a revoked token with one mint", async ({
  visit,
}) => {
  const organizationId = await installInBrowser(stack, visit, "GitHub", "octocat");
  const octokit = new Octokit({
    authStrategy: createGrantkeepAuth,
    auth: { grantkeep, organizationId },
  });
  const repository = { owner: "octocat", repo: "hello-world" };
  const comment = async (body: string) => {
    const { data: issue } = await octokit.rest.issues.create({ ...repository, title: body });
    const number = { issue_number: issue.number };
    await octokit.rest.issues.createComment({ ...repository, ...number, body });
    return (await octokit.rest.issues.listComments({ ...repository, ...number })).data[0]?.body;
  };

  expect(await comment("first")).toBe("first");
  await letHoursPass(stack, 1);
  expect(await comment("an hour later")).toBe("an hour later");

  const before = countRequests(stack, MINTS);
  await octokit.request("DELETE /installation/token");
  const lists = [1, 2, 3, 4].map(() => octokit.rest.issues.listForRepo(repository));

  expect((await Promise.all(lists)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(await comment("with another token")).toBe("with another token");
  expect(countRequests(stack, MINTS) - before).toBe(1);
});

test("a request that takes the App's own JWT reports no token", async () => {
  const lambda = new LambdaClient();
  const invokes: unknown[] = [];
  const client = {
    send(...parameters: Parameters<LambdaInvoker["send"]>) {
      invokes.push(parameters);
      return lambda.send(...parameters);
    },
  };
  const counted = createGrantkeep({ functionName: "token-lookup:live", client });
  const octokit = new Octokit({
    authStrategy: createGrantkeepAuth,
    auth: { grantkeep: counted, organizationId: 583231 },
  });

  await expect(octokit.request("GET /app")).rejects.toMatchObject({ status: 401 });

  expect(invokes).toHaveLength(1);
});
