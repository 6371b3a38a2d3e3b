import { expect, test } from "vitest";
import { callFunction, type Invoke } from "../../cli/target/target.ts";
import { MigrateResponse } from "../../functions/invoke/responses.ts";

test("an unexpected response is an error that does not quote it", async () => {
  const invoke: Invoke = async () => ({ ok: true, payload: { applied: "gho_SECRET" } });

  await expect(callFunction(invoke, "migrate", {}, MigrateResponse)).rejects.toThrow(
    /^Unexpected response from migrate\. [\w ]+\.$/,
  );
});

test("a failure is an error with the message and the code of the function", async () => {
  const failure = { errorType: "retry_later", errorMessage: "Try again later." };
  const invoke: Invoke = async () => ({ ok: false, failure });

  await expect(callFunction(invoke, "migrate", {}, MigrateResponse)).rejects.toThrow(
    "Try again later. (retry_later)",
  );
});
