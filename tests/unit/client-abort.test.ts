import { InvokeCommand } from "@aws-sdk/client-lambda";
import { expect, test, vi } from "vitest";
import { createGrantkeep } from "../../clients/typescript/src/grantkeep.ts";

const RETRY_LATER = JSON.stringify({ errorType: "retry_later", errorMessage: "A sentence." });
const key = { platform: "github", organizationId: 583231 } as const;

test("an SDK that does not end an aborted invoke causes neither a wait for it nor a retry", async () => {
  vi.useFakeTimers();
  const invokes: PromiseWithResolvers<void>[] = [];
  const client = {
    async send(command: InvokeCommand) {
      expect(command).toBeInstanceOf(InvokeCommand);
      const invoke = Promise.withResolvers<void>();
      invokes.push(invoke);
      await invoke.promise;
      const Payload = Object.assign(Buffer.from(RETRY_LATER), { transformToString: () => "" });
      return { $metadata: {}, FunctionError: "Unhandled", Payload };
    },
  };
  const grantkeep = createGrantkeep({ functionName: "token-lookup", client });
  const controller = new AbortController();

  const aborted = grantkeep.token(key, { signal: controller.signal });
  controller.abort();
  await expect(aborted).rejects.toMatchObject({ name: "AbortError" });
  const next = grantkeep.token(key, { retryFor: 0 });
  for (const invoke of invokes) invoke.resolve();

  await expect(next).rejects.toMatchObject({ code: "retry_later" });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(invokes).toHaveLength(2);
});

test.each([-1, 901, Number.NaN])(
  "a client that keeps tokens for %d seconds is refused",
  (maxAge) => {
    expect(() => createGrantkeep({ functionName: "token-lookup", maxAge })).toThrow(RangeError);
  },
);
