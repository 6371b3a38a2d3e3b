import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseConfiguration } from "../../core/configuration/parse.ts";
import {
  readStageFile,
  stageFilePath,
  withStageFile,
} from "../../core/configuration/stage-file.ts";

const folder = await mkdtemp(path.join(tmpdir(), "gk-stage-file-"));
afterAll(() => rm(folder, { recursive: true }));

const CONFIGURATION = {
  brand: { name: "Patchwork" },
  platforms: { slack: { clientId: "of-file", scopes: ["files:read"] } },
};

async function write(stage: string, text: string): Promise<string> {
  const file = stageFilePath(folder, stage);
  await writeFile(file, text);
  return file;
}

test("the file of a stage overrides the configuration, and variables override both", async () => {
  const file = await write(
    "staging",
    '{"platforms":{"slack":{"clientId":"of-stage"},"jira":{"clientId":"j"}}}',
  );
  const merged = withStageFile(CONFIGURATION, readStageFile(file));

  const { platforms } = parseConfiguration(merged, { JIRA_CLIENT_ID: "of-variable" });

  expect(platforms.slack).toMatchObject({ clientId: "of-stage", scopes: ["files:read"] });
  expect(platforms.jira.clientId).toBe("of-variable");
  expect(platforms.github.clientId).toBeUndefined();
});

test("a stage without a file has the registrations of the configuration", () => {
  const merged = withStageFile(CONFIGURATION, readStageFile(stageFilePath(folder, "production")));

  expect(parseConfiguration(merged, {}).platforms.slack.clientId).toBe("of-file");
});

test.each(["", "[]", '{"platforms":{"gitlab":{}}}', '{"brand":{"name":"x"},"platforms":{}}'])(
  "a file that is malformed is named: %s",
  async (text) => {
    const file = await write("malformed", text);

    expect(() => readStageFile(file)).toThrow(`The file ${file} is malformed.`);
  },
);

test("a mistake in the file of a stage is found like one in the configuration", async () => {
  const file = await write("wrong", '{"platforms":{"slack":{"made_up":1}}}');
  const merged = withStageFile(CONFIGURATION, readStageFile(file));

  expect(() => parseConfiguration(merged, {})).toThrow("platforms.slack.made_up is not a setting.");
});

test("a configuration that is malformed is found as such", () => {
  const merged = withStageFile({ brand: { name: "x" }, platforms: 1 }, { platforms: {} });

  expect(() => parseConfiguration(merged, {})).toThrow("platforms must be an object.");
});
