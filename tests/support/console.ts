import { afterAll } from "vitest";
import { openLocalTarget } from "../../cli/target/local.ts";
import type { Target } from "../../cli/target/target.ts";
import { type Console, startConsole } from "../../console/server.ts";
import { localSubject } from "../../console/subject.ts";
import type { Stack } from "../../local/stack.ts";

/** A console of a stack, and all that it received from it. */
export interface TestConsole extends Console {
  /** Returns all that the API and the functions returned to the console, as JSON. */
  received(): string;
}

/** Starts the console of a stack for a test file. */
export async function startTestConsole(stack: Stack): Promise<TestConsole> {
  const received: string[] = [];
  const recorded =
    <Arguments extends unknown[], Result>(call: (...given: Arguments) => Promise<Result>) =>
    async (...given: Arguments): Promise<Result> => {
      const result = await call(...given);
      received.push(JSON.stringify(result));
      return result;
    };
  const real = openLocalTarget(stack, () => new Error("The stack does not run."));
  const target: Target = {
    ...real,
    invoke: recorded(real.invoke),
    get: recorded(real.get),
    send: recorded(real.send),
    readLogs: recorded(real.readLogs),
  };
  const console = await startConsole(localSubject(target, stack), { port: 0 });
  afterAll(console.close);
  return { ...console, received: () => received.join("\n") };
}
