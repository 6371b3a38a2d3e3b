import { afterEach, expect, test, vi } from "vitest";
import { functionsTriggeredBy } from "../../infra/function-table.ts";
import { signRequest, startTestStack } from "../support/stack.ts";

/** Every function returns the milliseconds that it has. */
const stack = await startTestStack(
  {},
  {
    load: async () => async (_, context) => ({
      statusCode: 200,
      body: `${context.getRemainingTimeInMillis()}`,
    }),
  },
);

afterEach(() => {
  vi.useRealTimers();
});

test.each(functionsTriggeredBy("route"))(
  "local mode gives $name the $timeoutSeconds seconds that a deploy gives it",
  async ({ timeoutSeconds, trigger: { method, path } }) => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const url = new URL(stack.url + path.replaceAll(/\{\w+\}/g, "any"));

    const response = await fetch(url, { method, headers: await signRequest(method, url) });

    expect(await response.text()).toBe(`${timeoutSeconds * 1000}`);
  },
);
