import type { Emulators, EmulatorsOptions } from "../../emulators/server.ts";
import { callApi, mint, startApp as startGithubApp } from "./emulated-github-app.ts";

type Permissions = Record<string, "read" | "write">;

interface Install {
  readonly account: string;
  readonly repositories?: string[];
  readonly permissions?: Permissions;
}

/** Starts the emulators with a GitHub App that can do all that the emulated repositories offer. */
export function startApp(options: Partial<EmulatorsOptions> = {}): Promise<Emulators> {
  const permissions = {
    metadata: "read",
    contents: "write",
    issues: "write",
    pull_requests: "write",
    checks: "write",
  } as const;
  return startGithubApp({ permissions }, {}, options);
}

/** Returns an installation token for octo-org, where the App is installed unless it is already. */
export async function botToken(
  emulators: Emulators,
  install: Install = { account: "octo-org" },
  permissions?: Permissions,
): Promise<string> {
  const { github } = emulators.control;
  const [known = await github.install(install)] = github.installations();
  const { token } = await mint(emulators, known.id, permissions && { permissions });
  return token;
}

/** Calls a path of octo-org/api. */
export function callRepository(
  emulators: Emulators,
  method: Parameters<typeof callApi>[1],
  path: string,
  options: { bearer: string; body?: object | undefined },
): Promise<Response> {
  const { bearer, body } = options;
  const call = { bearer, ...(body && { body }) };
  return callApi(emulators, method, `/repos/octo-org/api${path}`, call);
}

/** Returns the JSON of a response. */
export async function readJson(response: Response | Promise<Response>): Promise<unknown> {
  return (await response).json();
}
