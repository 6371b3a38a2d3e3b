import { AsyncLocalStorage } from "node:async_hooks";

interface Invocation {
  readonly functionName: string;
  /** Receives the lines of the function. */
  readonly onLine: (functionName: string, line: string) => void;
}

const running = new AsyncLocalStorage<Invocation>();

/** Runs a function of this process so that `onLine` receives each JSON object that it writes as a line. */
export function captureOutput<Result>(invocation: Invocation, run: () => Result): Result {
  return running.run(invocation, run);
}

/**
 * Reads the standard output of this process, as Lambda does. All functions run in one process here: the invocation
 * that is running says whose line it is. With `hides`, their lines are not printed. Returns a function that ends this.
 */
export function watchOutput({ hides = false } = {}): () => void {
  const { stdout } = process;
  const write = stdout.write.bind(stdout);
  const watching: typeof stdout.write = (chunk, ...others) => {
    const invocation = running.getStore();
    const lines = invocation ? jsonLinesOf(chunk) : [];
    for (const line of lines) invocation?.onLine(invocation.functionName, line);
    if (hides && lines.length > 0) return true;
    return Reflect.apply(write, stdout, [chunk, ...others]);
  };
  const before = stdout.write;
  stdout.write = watching;
  return () => {
    if (stdout.write === watching) stdout.write = before;
  };
}

/** Returns the lines that are JSON objects, as all of Grantkeep's are. Another text could hold anything. */
function jsonLinesOf(chunk: Uint8Array | string): string[] {
  const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
  return text.split("\n").filter(isJsonObject);
}

function isJsonObject(line: string): boolean {
  if (!line.startsWith("{")) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
