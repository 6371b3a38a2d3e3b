import { fork } from "node:child_process";
import { once } from "node:events";
import * as v from "valibot";

const PROGRAM = new URL("aws-program.ts", import.meta.url);

const Ready = v.object({ url: v.string(), arns: v.record(v.string(), v.string()) });

/** Secrets Manager in a separate process, so that its own cost is not measured. */
export interface AwsProcess extends v.InferOutput<typeof Ready> {
  stop(): Promise<void>;
}

/** Starts Secrets Manager with secrets by name. */
export async function startAwsProcess(secrets: Record<string, string>): Promise<AwsProcess> {
  const child = fork(PROGRAM, { execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] });
  child.send(secrets);
  const [message] = await once(child, "message");
  return {
    ...v.parse(Ready, message),
    async stop() {
      child.disconnect();
      await once(child, "exit");
    },
  };
}
