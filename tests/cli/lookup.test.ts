import { expect, test } from "vitest";
import { IMPORT, importInstallation } from "../cases/imported.ts";
import { runCommand, startCommandStack } from "../support/commands.ts";

const { stack, environment } = await startCommandStack();

test("prints the response of the lookup as JSON, with the token", async () => {
  const installation_id = await importInstallation(stack);

  const outcome = await runCommand(["lookup", "github", "42"], environment);

  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(outcome.stdout)).toMatchObject({
    installation_id,
    organization_name: "octo-org",
    access_token: IMPORT.access_token,
  });
  expect(await runCommand(["lookup", "github", "42", "--json"], environment)).toEqual(outcome);
});

test("prints why there is no token as one sentence, with the code", async () => {
  expect(await runCommand(["lookup", "github", "43"], environment)).toEqual({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(
      /^error: There is no such installation\. \(installation_not_found\)\n$/,
    ),
  });
});
