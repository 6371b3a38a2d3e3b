import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { functionTable } from "../../infra/function-table.ts";
import { handlerFile } from "../../local/handlers.ts";
import { installOn } from "../cases/installed.ts";
import { callApi, startTestStack } from "../support/stack.ts";

const stack = await startTestStack();
const withBus = { ...process.env };
// Handlers read the variable when they are loaded, at their first request.
delete process.env.EVENT_BUS_NAME;

test("without a bus, no event is sent and no failure is counted", async () => {
  const id = await installOn(stack, "slack", "silent");
  const reply = await callApi(stack, "DELETE", `/installations/${id}`);

  expect(reply.status).toBe(200);
  const [row] = await stack.database.sql<[{ count: number }]>`
    select count(*)::int from pending_events
  `;
  expect(row.count).toBe(0);
  expect(stack.aws.calls.filter(({ service }) => service === "events")).toEqual([]);
  expect(stack.output()).not.toContain("EventFailures");
});

test("with a bus, only functions that put deliveries on it load the client at their cold start", async () => {
  const files = functionTable
    .filter(({ access }) => !access.storesDeliveries)
    .map(({ handler }) => `./${handlerFile(handler)}`);
  const program = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({
      resolve(specifier, context, next) {
        loaded.push(specifier);
        return next(specifier, context);
      },
    });
    for (const file of ${JSON.stringify(files)}) await import(file);
    const clients = loaded.filter((specifier) => specifier.startsWith("@aws-sdk/client-"));
    process.stdout.write(JSON.stringify([...new Set(clients)]));
    process.exit();
  `;

  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", program],
    { env: withBus },
  );

  expect(JSON.parse(stdout)).toEqual(["@aws-sdk/client-secrets-manager"]);
});
