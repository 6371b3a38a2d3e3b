import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Control, createControl } from "./control.ts";
import { type DispatchDeps, dispatch } from "./dispatch.ts";
import { createFaults } from "./faults.ts";
import { createGithub } from "./github/github.ts";
import type { GithubRegistration } from "./github/registration.ts";
import { deliver, json, readRequest } from "./http.ts";
import type { Platform, PlatformName, PlatformTools } from "./platform.ts";
import { createRequestLog } from "./request-log.ts";
import { openState } from "./state.ts";

const LOOPBACK = "127.0.0.1";

/** How the platforms are started. */
export interface PlatformsOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly github: GithubRegistration;
  /** Keeps issued tokens over a restart; without it they end with the process. */
  readonly stateFile?: string;
  /** Does to the rest of the world what letting time pass does to the platforms. */
  readonly onTimePassed?: (seconds: number) => Promise<void>;
}

/** The running platforms: what to point Grantkeep at, and how to play fate. */
export interface Platforms {
  readonly url: string;
  /** The `GITHUB_URL`. */
  readonly githubUrl: string;
  /** The `GITHUB_API_URL`. */
  readonly githubApiUrl: string;
  readonly control: Control;
  close(): Promise<void>;
}

/** Starts the emulated platforms on loopback; a taken port rejects with Node's own `EADDRINUSE`. */
export async function startPlatforms(options: PlatformsOptions): Promise<Platforms> {
  const state = await openState(options.stateFile);
  const server = createServer();
  const url = await listen(server, options.port);

  function toolsOf(name: PlatformName): PlatformTools {
    return { url: `${url}/${name}`, clock: state.clock, tokens: state.openTokenBook(name) };
  }

  const platforms: Record<PlatformName, Platform> = {
    github: createGithub(options.github, toolsOf("github")),
  };
  const faults = createFaults();
  const requestLog = createRequestLog();
  const { onTimePassed } = options;
  const control = createControl({ platforms, state, faults, requestLog, onTimePassed });
  server.on("request", listener({ platforms, state, faults, requestLog, control }));

  return {
    url,
    githubUrl: `${url}/github`,
    githubApiUrl: `${url}/github/api`,
    control,
    async close() {
      await stop(server);
      await state.saved();
    },
  };
}

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, LOOPBACK);
  await once(server, "listening");

  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not a TCP server");
  return `http://${LOOPBACK}:${address.port}`;
}

function listener(deps: DispatchDeps) {
  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(message);
    await deliver(response, await dispatch(deps, request));
  }

  return (message: IncomingMessage, response: ServerResponse): void => {
    answer(message, response).catch((error: unknown) => fail(response, error));
  };
}

/** Says what broke, unless an answer is under way: then its reader has most likely hung up. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  const { status, headers, body } = json(500, { message: `The emulated platforms: ${message}` });
  response.writeHead(status, headers).end(body);
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  // Requests that hang by design would keep it open for ever.
  server.closeAllConnections();
  await closed;
}
