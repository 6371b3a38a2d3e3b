import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { listenOnLoopback, stopServer } from "../emulators/loopback-server.ts";
import { createConsoleApp } from "./app.ts";
import type { Subject } from "./context.ts";
import { createSession } from "./session.ts";

/** A console that runs on loopback. */
export interface Console {
  readonly url: string;
  /** Returns a URL that opens the console once. */
  createUrl(): string;
  /** Resolves when the console stopped: by `close`, or because nobody used it. */
  readonly stopped: Promise<void>;
  close(): Promise<void>;
}

export interface ConsoleOptions {
  /** With 0, a free port is used. */
  readonly port: number;
  /** Stops the console after so many milliseconds without a request. Default: never. */
  readonly idleMs?: number;
}

/**
 * Starts the console on loopback.
 *
 * @throws {Error} with the code `EADDRINUSE` when the port is in use
 */
export async function startConsole(
  subject: Subject,
  { port, idleMs }: ConsoleOptions,
): Promise<Console> {
  const server = createServer();
  const url = await listenOnLoopback(server, port);
  const session = createSession();
  const stopped = Promise.withResolvers<void>();
  const close = async () => {
    clearTimeout(idle);
    await stopServer(server);
    stopped.resolve();
  };
  let idle: NodeJS.Timeout | undefined;
  const restartIdle = () => {
    clearTimeout(idle);
    if (idleMs !== undefined) idle = setTimeout(close, idleMs);
  };
  restartIdle();
  const app = createConsoleApp({ subject, session }, new URL(url), restartIdle);
  server.on("request", getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  return {
    url,
    createUrl: () => `${url}/?key=${session.createKey()}`,
    stopped: stopped.promise,
    close,
  };
}
