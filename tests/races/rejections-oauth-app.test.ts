import { createHash } from "node:crypto";
import * as v from "valibot";
import { expect, test } from "vitest";
import { exampleApps } from "../../emulators/platforms.ts";
import { InstallSuccess } from "../../functions/http/responses.ts";
import { installAs } from "../support/browser-session.ts";
import { eventsOf } from "../support/bus-events.ts";
import { startLookupProcesses } from "../support/lookup-process.ts";
import { newName, outcomes } from "../support/race-installs.ts";
import { startTestStack } from "../support/stack.ts";

const stack = await startTestStack();
const { control, githubApiUrl } = stack.platforms;
const processes = await startLookupProcesses(4);

async function lookUpAll(event: object, times = 1) {
  return (await Promise.all(processes.map((process) => process.lookUp(event, { times })))).flat();
}

/** Installs the OAuth App, whose tokens do not expire, and returns a report of the stored one. */
async function install() {
  const reply = await installAs(stack, newName());
  const { installation_id } = v.parse(InstallSuccess, await reply.json());
  const [token = ""] = outcomes(await lookUpAll({ installation_id }));
  const rejected_token_sha256 = createHash("sha256").update(token).digest("hex");
  return { token, installation_id, report: { installation_id, rejected_token_sha256 } };
}

async function works(token: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}`, "user-agent": "bot" };
  return (await fetch(`${githubApiUrl}/user`, { headers })).status === 200;
}

function countRequests(part: string): number {
  return control.requests().filter(({ path }) => path.includes(part)).length;
}

test("F2 1,000 false reports at an OAuth App refresh nothing, ask once, and leave the token of all others alive", async () => {
  const { token, report } = await install();
  const refreshes = countRequests("/login/oauth/access_token");
  const checks = countRequests("/applications/");

  const results = await lookUpAll(report, 250);

  expect(results).toHaveLength(1_000);
  expect(outcomes(results)).toEqual([token]);
  expect(countRequests("/login/oauth/access_token") - refreshes).toBe(0);
  expect(countRequests("/applications/") - checks).toBe(1);
  expect(await works(token)).toBe(true);
});

test("F1 a dead token that cannot be refreshed ends the installation, with one event", async () => {
  const { token, installation_id, report } = await install();
  const { clientId, clientSecret } = exampleApps.github;
  await fetch(`${githubApiUrl}/applications/${clientId}/token`, {
    method: "DELETE",
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`,
      "user-agent": "bot",
    },
    body: JSON.stringify({ access_token: token }),
  });
  expect(await works(token)).toBe(false);

  expect(outcomes(await lookUpAll(report, 50))).toEqual(["reauthorization_required"]);
  expect(outcomes(await lookUpAll({ installation_id }))).toEqual(["reauthorization_required"]);
  expect(eventsOf(stack, installation_id)).toEqual([
    "installation.created",
    "installation.reauthorization_required (token_rejected)",
  ]);
});
