import { generateKeyPair, type KeyObject, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import * as v from "valibot";
import { onTestFinished } from "vitest";
import type {
  GithubAppRegistration,
  GithubRegistration,
} from "../../emulators/github/registration.ts";
import type { Emulators, EmulatorsOptions } from "../../emulators/server.ts";
import { install as authorize, locationOf, start } from "./emulated-github.ts";

export const SETUP = "http://127.0.0.1:3000/oauth/github/setup";

export const APP_ID = 111;

const makeKeys = promisify(generateKeyPair);
const KEYS = await makeKeys("rsa", { modulusLength: 2048 });

const REGISTRATION: GithubAppRegistration = {
  appId: APP_ID,
  slug: "grantkeep",
  publicKey: KEYS.publicKey,
  setupUrl: SETUP,
};

const Minted = v.object({ token: v.string(), expires_at: v.string() });

/** A webhook that a receiver got. */
export interface ReceivedWebhook {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Starts the emulators with a GitHub App for one test. */
export function startApp(
  app: Partial<GithubAppRegistration> = {},
  registration: Partial<GithubRegistration> = {},
  options: Partial<EmulatorsOptions> = {},
): Promise<Emulators> {
  return start({ ...registration, app: { ...REGISTRATION, ...app } }, options);
}

/** Creates a key that is not the App's. */
export async function makeForeignKey(): Promise<KeyObject> {
  const { privateKey } = await makeKeys("rsa", { modulusLength: 2048 });
  return privateKey;
}

/** Creates a JWT of the App that is valid for nine minutes, with changes to claims, header or key. */
export function appJwt(
  claims: object = {},
  { header = {}, key = KEYS.privateKey }: { header?: object; key?: KeyObject } = {},
): string {
  const now = Math.floor(Date.now() / 1000);
  const head = encode({ alg: "RS256", typ: "JWT", ...header });
  const payload = encode({ iss: APP_ID, iat: now - 60, exp: now + 540, ...claims });
  const signature = sign("sha256", Buffer.from(`${head}.${payload}`), key);
  return `${head}.${payload}.${signature.toString("base64url")}`;
}

/** Calls the REST API with a bearer token, by default the App's JWT. */
export function callApi(
  { githubApiUrl }: Emulators,
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  { bearer = appJwt(), body, headers }: CallOptions = {},
): Promise<Response> {
  return fetch(githubApiUrl + path, {
    method,
    headers: { authorization: `Bearer ${bearer}`, ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
}

/** The fields of a form, of which there can be several with one name. */
type Fields = readonly (readonly [string, string])[];

interface CallOptions {
  readonly bearer?: string;
  readonly body?: object;
  readonly headers?: Record<string, string>;
}

/** Mints an installation token. */
export async function mint(emulators: Emulators, id: number, body?: object) {
  const path = `/app/installations/${id}/access_tokens`;
  const response = await callApi(emulators, "POST", path, body && { body });
  return v.parse(Minted, await response.json());
}

/** Returns a user token for an account. */
export async function userToken(emulators: Emulators, login: string): Promise<string> {
  const { access_token } = await authorize(emulators, { login });
  return access_token;
}

/** Opens the page on which a person chooses repositories. */
export function openInstall(
  { githubUrl }: Emulators,
  parameters: Record<string, string>,
): Promise<Response> {
  const query = new URLSearchParams(parameters);
  return fetch(`${githubUrl}/apps/grantkeep/installations/new/permissions?${query}`);
}

/** Opens that page, or the settings if the App is installed already, and sends its form. */
export async function clickInstall(
  emulators: Emulators,
  parameters: Record<string, string>,
  choices?: Fields,
): Promise<Response> {
  return clickPage(await openInstall(emulators, parameters), choices);
}

/** Sends the form of a page. */
export async function clickPage(
  page: Response,
  choices: Fields = [["selection", "all"]],
): Promise<Response> {
  const text = await page.text();
  const [, action = ""] = /method="post" action="([^"]+)"/.exec(text) ?? [];
  const [, request = ""] = /name="request" value="(\w+)"/.exec(text) ?? [];
  const fields = [["request", request], ...choices, ["decision", "go"]] as const;
  return post(new URL(action, page.url), fields);
}

/** Sends the form of an install. */
export function postInstall({ githubUrl }: Emulators, fields: Fields): Promise<Response> {
  return post(new URL(`${githubUrl}/apps/grantkeep/installations/new`), fields);
}

function post(url: URL, fields: Fields): Promise<Response> {
  const body = new URLSearchParams();
  for (const [name, value] of fields) body.append(name, value);
  return fetch(url, { method: "POST", body, redirect: "manual" });
}

/** Returns the parameters of the setup URL that a response redirects to. */
export function setupParameters(response: Response): Record<string, string> {
  return Object.fromEntries(locationOf(response).searchParams);
}

/** Starts a receiver of webhooks that returns a status. */
export async function startReceiver(status = 202) {
  const received: ReceivedWebhook[] = [];
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        received.push({ headers: request.headers, body });
        response.writeHead(status, { location: "/elsewhere" }).end();
      },
      () => response.destroy(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = v.parse(v.object({ port: v.number() }), server.address());
  return { url: `http://127.0.0.1:${port}/webhooks/github`, received };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
