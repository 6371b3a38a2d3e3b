import { describe, expect, test } from "vitest";
import * as client from "../../clients/typescript/src/grantkeep.ts";
import { readClientCases } from "../support/client-cases.ts";
import { runClientCase } from "../support/run-client-case.ts";

const topics = readClientCases();

test("the table has at least 60 cases, each with a name of its own", () => {
  const names = topics.flatMap(({ cases }) => cases.map(({ name }) => name));

  expect(names.length).toBeGreaterThanOrEqual(60);
  expect(new Set(names).size).toBe(names.length);
});

describe.each(topics)("$topic", ({ cases }) => {
  test.each(cases)("$name", async (testCase) => {
    expect.hasAssertions();
    await runClientCase(client, testCase);
  });
});
