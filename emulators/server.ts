import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Control, createControl } from "./control.ts";
import { createFaults } from "./faults.ts";
import { createGithub } from "./github/github.ts";
import type { GithubRegistration } from "./github/registration.ts";
import { deliver, json, readRequest } from "./http.ts";
import { createJira } from "./jira/jira.ts";
import type { JiraRegistration } from "./jira/registration.ts";
import type { Platform, PlatformName, PlatformTools } from "./platform.ts";
import { type DispatchDeps, dispatch } from "./platform-requests.ts";
import { createRequestLog } from "./request-log.ts";
import type { SlackRegistration } from "./slack/registration.ts";
import { createSlack } from "./slack/slack.ts";
import { openState, type State } from "./state.ts";

const LOOPBACK = "127.0.0.1";

/** How the platforms are started. */
export interface PlatformsOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly github: GithubRegistration;
  /** Without it there is no Slack. */
  readonly slack?: SlackRegistration;
  /** Without it there is no Jira. */
  readonly jira?: JiraRegistration;
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
  /** The `SLACK_URL`. */
  readonly slackUrl: string;
  /** The `JIRA_AUTH_URL`. */
  readonly jiraAuthUrl: string;
  /** The `JIRA_API_URL`. */
  readonly jiraApiUrl: string;
  readonly control: Control;
  close(): Promise<void>;
}

/** Starts the emulated platforms on loopback; a taken port rejects with Node's own `EADDRINUSE`. */
export async function startPlatforms(options: PlatformsOptions): Promise<Platforms> {
  const state = await openState(options.stateFile);
  const server = createServer();
  const url = await listen(server, options.port);

  const platforms = createPlatforms(options, url, state);
  const faults = createFaults();
  const requestLog = createRequestLog();
  const { onTimePassed } = options;
  const control = createControl({
    platforms,
    github: platforms.github.control,
    slack: platforms.slack?.control,
    jira: platforms.jira?.control,
    state,
    faults,
    requestLog,
    onTimePassed,
  });
  server.on("request", listener({ platforms, state, faults, requestLog, control }));

  return {
    url,
    githubUrl: `${url}/github`,
    githubApiUrl: `${url}/github/api`,
    slackUrl: `${url}/slack`,
    jiraAuthUrl: `${url}/jira`,
    jiraApiUrl: `${url}/jira/api`,
    control,
    async close() {
      await stop(server);
      const all: Platform[] = Object.values(platforms);
      await Promise.all(all.map((platform) => platform.close?.()));
      await state.saved();
    },
  };
}

/** Those that an app is registered with. */
function createPlatforms({ github, slack, jira }: PlatformsOptions, url: string, state: State) {
  function toolsOf(name: PlatformName): PlatformTools {
    return {
      url: `${url}/${name}`,
      clock: state.clock,
      tokens: state.openTokenBook(name),
      keep: (schema, initial) => state.openKept(name, schema, initial),
      saved: state.saved,
    };
  }

  return {
    github: createGithub(github, toolsOf("github")),
    ...(slack && { slack: createSlack(slack, toolsOf("slack")) }),
    ...(jira && { jira: createJira(jira, toolsOf("jira")) }),
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
