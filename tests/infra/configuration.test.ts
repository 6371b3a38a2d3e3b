import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { deployStage } from "./deployment.ts";
import { ROOT } from "./root.ts";

const MISTAKES = { GITHUB_URL: "canary", SLACK_SCOPES: ",", RETENTION_DAYS: "canary" };

test("a deploy names every mistake in the configuration at once, without its value, and creates nothing", async () => {
  const deployment = deployStage("staging", { environment: MISTAKES });

  await expect(deployment).rejects.toThrow(
    expect.objectContaining({
      message: `The configuration has 3 mistakes:
  The environment variable GITHUB_URL must be an https URL, or an http URL on loopback, without user, query and fragment.
  The environment variable SLACK_SCOPES must have at least one scope.
  The environment variable RETENTION_DAYS must be a number.`,
    }),
  );
});

test("each function has the configuration beside its bundle, overridden by the variables of the deploy", async () => {
  for (const name of Object.keys(MISTAKES)) delete process.env[name];
  const environment = { GITHUB_CLIENT_ID: "Iv1.client", RETENTION_DAYS: "30" };

  const { folder } = await deployStage("staging", { environment });

  const text = await readFile(path.join(folder, "configuration.json"), "utf8");
  expect(JSON.parse(text)).toMatchObject({
    brand: { name: "Example Bot" },
    platforms: { github: { clientId: "Iv1.client" } },
    retentionDays: 30,
  });
});

test("each function has the registrations in the file of its stage", async () => {
  const file = path.join(ROOT, "grantkeep.of-a-test.json");
  onTestFinished(() => rm(file));
  await writeFile(file, JSON.stringify({ platforms: { jira: { clientId: "of-stage" } } }));

  const { folder } = await deployStage("of-a-test");

  const text = await readFile(path.join(folder, "configuration.json"), "utf8");
  expect(JSON.parse(text)).toMatchObject({
    brand: { name: "Example Bot" },
    platforms: { jira: { clientId: "of-stage", scopes: expect.any(Array) } },
  });
});
