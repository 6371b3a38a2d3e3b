import { expect, test } from "vitest";
import { TEST_CONFIGURATION } from "../support/configuration.ts";
import { startTestStack } from "../support/stack.ts";
import { createConventions } from "./assertions.ts";
import { importInstallation } from "./imported.ts";
import { createInvoker, expectFailure } from "./invocations.ts";

const SLACK = { platform: "slack", organization_id: "T0GOOD" };
const GITHUB = { platform: "github", organization_id: "583231" };

const configuration = {
  ...TEST_CONFIGURATION,
  callers: {
    notifier: { platforms: ["slack" as const] },
    reader: { platforms: ["github" as const], permissions: { contents: "read" as const } },
  },
};
const stack = await startTestStack({}, { configuration });
const invoke = createInvoker(stack);
await importInstallation(stack, { ...SLACK, access_token: "xoxb-GOODGOODGOOD" });
await importInstallation(stack, GITHUB);

const { hold } = await createConventions(
  stack,
  async () => !(await invoke("token-lookup", SLACK, "notifier")).failed,
);

test.each([
  ["LK-034 an alias that is not a caller", "reviewer", SLACK],
  ["LK-034 an alias that differs by the case of a letter", "Notifier", SLACK],
  ["LK-034 a version", "1", SLACK],
  ["LK-035 a caller of Slack that requests GitHub", "notifier", GITHUB],
  ["LK-037 permissions of a caller on an OAuth App's token", "reader", GITHUB],
])("%s is not allowed, and reaches neither a platform nor a row", async (_, alias, request) => {
  const answer = await hold(() => invoke("token-lookup", request, alias));

  expectFailure(answer, "not_allowed");
});

test("LK-034 the name of a caller in the request changes nothing", async () => {
  for (const field of ["caller", "alias", "qualifier", "invoked_as"]) {
    const answer = await hold(() =>
      invoke("token-lookup", { ...GITHUB, [field]: "live" }, "notifier"),
    );

    expectFailure(answer, "invalid_request");
  }
  expect((await invoke("token-lookup", GITHUB, "live")).failed).toBe(false);
});

test.each(["", "a\nb", "a".repeat(201), "\ud800", 7, null, ["review"]])(
  "a reason that is not one line of text is refused, and is in no log line: %j",
  async (reason) => {
    expectFailure(
      await hold(() => invoke("token-lookup", { ...SLACK, reason })),
      "invalid_request",
    );
  },
);
