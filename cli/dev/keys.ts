import { execFileSync, spawn } from "node:child_process";

const CTRL_C = "\u0003";

/** The program that opens a URL in the browser of a person. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/** Runs an action when its key is pressed, if this is a terminal whose keys this process may read. */
export function listenForKeys(actions: ReadonlyMap<string, () => void>): boolean {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY || !isInForeground()) return false;
  stdin.setRawMode(true);
  process.on("exit", () => stdin.setRawMode(false));
  stdin.setEncoding("utf8").on("data", (key) => {
    // A terminal in this mode sends the key, and no signal.
    if (String(key) === CTRL_C) process.kill(process.pid, "SIGINT");
    else actions.get(String(key))?.();
  });
  return true;
}

/** Opens a URL in the browser. Without one, calls `onFailure`. */
export function openInBrowser(url: string, onFailure: () => void): void {
  const [program, ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  const child = spawn(program, [...args, url], { stdio: "ignore", detached: true });
  child.on("error", onFailure);
  child.unref();
}

/** A shell would stop a process in the background that changes the terminal. `ps` marks those in the foreground. */
function isInForeground(): boolean {
  if (process.platform === "win32") return true;
  try {
    return execFileSync("ps", ["-o", "stat=", "-p", String(process.pid)], {
      encoding: "utf8",
    }).includes("+");
  } catch {
    return false;
  }
}
