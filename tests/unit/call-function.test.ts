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
  const errorMessage = JSON.stringify({ message: "Try again later.", retry_after_seconds: 2 });
  const failure = { errorType: "retry_later", errorMessage };
  const invoke: Invoke = async () => ({ ok: false, failure });

  await expect(callFunction(invoke, "migrate", {}, MigrateResponse)).rejects.toThrow(
    "Try again later. (retry_later)",
  );
});

test("a failure of Lambda itself is an error with its message as it is", async () => {
  const failure = { errorType: "Sandbox.Timedout", errorMessage: "Task timed out." };
  const invoke: Invoke = async () => ({ ok: false, failure });

  await expect(callFunction(invoke, "migrate", {}, MigrateResponse)).rejects.toThrow(
    "Task timed out. (Sandbox.Timedout)",
  );
});
