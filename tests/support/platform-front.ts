import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll } from "vitest";
import { listen, readBody } from "../../local/http-server.ts";
import type { Stack } from "../../local/stack.ts";
import { type RacePlatform, TOKEN_PATH } from "./race-installs.ts";

const MAX_BODY_BYTES = 1_000_000;

/** A request that somebody waits for. */
interface Held {
  /** Resolves when it is held. */
  readonly arrived: Promise<void>;
  /** Lets it go on. */
  release(): void;
}

/** Stands between a process and the emulated platforms, and says when what gets through. */
export interface PlatformFront {
  /** The environment of a process that reaches the platforms this way. */
  readonly environment: NodeJS.ProcessEnv;
  /** Holds the next request for tokens: before the platform sees it, or its reply after. */
  hold(platform: RacePlatform, what: "request" | "reply"): Held;
  /** From now on, every reply comes so many milliseconds late. */
  delayReplies(milliseconds: number): void;
  /** When the last reply was sent, in milliseconds since the epoch. */
  repliedAt(): number;
}

interface Gate {
  readonly platform: RacePlatform;
  readonly what: "request" | "reply";
  readonly arrive: () => void;
  readonly open: Promise<void>;
}

/** Starts a front for the platforms of a stack, until the test file ends. */
export async function startPlatformFront({ platforms }: Stack): Promise<PlatformFront> {
  const gates: Gate[] = [];
  let delayMs = 0;
  let repliedAt = 0;

  const server = await listen(0, async (request, response) => {
    const gate = takeGate(gates, request.url ?? "/");
    const body = await readBody(request, MAX_BODY_BYTES);
    await waitAt(gate, "request");
    const reply = await forward(platforms.url, request, body);
    const text = await reply.text();
    await waitAt(gate, "reply");
    if (delayMs > 0) await sleep(delayMs);
    const contentType = reply.headers.get("content-type") ?? "text/plain";
    repliedAt = Date.now();
    response.writeHead(reply.status, { "content-type": contentType }).end(text);
  });
  afterAll(server.close);

  const environment = Object.entries(process.env).map(([name, value]) => {
    return [name, value?.replaceAll(platforms.url, server.url)];
  });
  return {
    environment: Object.fromEntries(environment),
    hold(platform, what) {
      const arrival = Promise.withResolvers<void>();
      const opening = Promise.withResolvers<void>();
      gates.push({ platform, what, arrive: arrival.resolve, open: opening.promise });
      return { arrived: arrival.promise, release: opening.resolve };
    },
    delayReplies(milliseconds) {
      delayMs = milliseconds;
    },
    repliedAt: () => repliedAt,
  };
}

/** The oldest gate that a request has to pass; it holds no other one. */
function takeGate(gates: Gate[], url: string): Gate | undefined {
  const index = gates.findIndex(({ platform }) => isTokenRequest(platform, url));
  return index < 0 ? undefined : gates.splice(index, 1)[0];
}

async function waitAt(gate: Gate | undefined, what: Gate["what"]): Promise<void> {
  if (gate?.what !== what) return;
  gate.arrive();
  await gate.open;
}

function forward(
  origin: string,
  { method = "GET", url = "/", headers }: IncomingMessage,
  body: Buffer | undefined,
): Promise<Response> {
  return fetch(origin + url, {
    method,
    headers: forwarded(headers),
    redirect: "manual",
    ...(method !== "GET" && body && { body: new Uint8Array(body) }),
  });
}

function isTokenRequest(platform: RacePlatform, url: string): boolean {
  const segment = `/${platform}`;
  return url.startsWith(segment) && TOKEN_PATH[platform].test(url.slice(segment.length));
}

function forwarded(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const names = ["accept", "authorization", "content-type", "x-github-api-version"];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return typeof value === "string" ? [[name, value]] : [];
    }),
  );
}
