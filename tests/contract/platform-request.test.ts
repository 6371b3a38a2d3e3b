import https from "node:https";
import { expect, onTestFinished, test } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import { requestPlatform } from "../../core/providers/request.ts";
import { listenOnLoopback } from "../../emulators/loopback-server.ts";
import { listen } from "../../local/http-server.ts";
import { createCertificateAuthority } from "../support/certificates.ts";

/** Sends a request that fails, and returns its error. */
async function failureOf(url: string, limits: { limitMs?: number; maxBodyBytes?: number } = {}) {
  const { signal } = new AbortController();
  const error: unknown = await requestPlatform({
    platform: "slack",
    url: new URL(url),
    method: "POST",
    signal,
    ...limits,
  }).catch((reason: unknown) => reason);
  if (!(error instanceof ServiceError)) throw new Error("It did not fail with a ServiceError.");
  return error;
}

/** A server that responds with a text after some time, and counts its requests. */
async function serve(text: string, { status = 200, delayMs = 0 } = {}) {
  let requests = 0;
  const server = await listen(0, async (_, response) => {
    requests += 1;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    response.writeHead(status).end(text);
  });
  onTestFinished(server.close);
  return { url: server.url, requests: () => requests };
}

test("a connection that is refused had no effect", async () => {
  const server = await listen(0, async () => {});
  await server.close();

  expect(await failureOf(server.url)).toMatchObject({
    code: "provider_unavailable",
    reason: "Error ECONNREFUSED",
    outcome: "none",
  });
});

test("a name without an address had no effect", async () => {
  expect(await failureOf("http://platform.invalid/")).toMatchObject({
    code: "provider_unavailable",
    reason: expect.stringMatching(/^Error (ENOTFOUND|EAI_AGAIN)$/),
    outcome: "none",
  });
});

test("a server whose certificate is not trusted was sent nothing", async () => {
  let requests = 0;
  const certificate = createCertificateAuthority("An unknown CA").issue("127.0.0.1");
  const server = https.createServer(certificate, (_, response) => {
    requests += 1;
    response.end("{}");
  });
  const { port } = new URL(await listenOnLoopback(server, 0));
  onTestFinished(() => void server.close());

  expect(await failureOf(`https://127.0.0.1:${port}/`)).toMatchObject({
    code: "provider_unavailable",
    outcome: "none",
  });
  expect(requests).toBe(0);
});

test("a response that comes after the time limit may have had an effect", async () => {
  const { url, requests } = await serve("{}", { delayMs: 400 });

  expect(await failureOf(url, { limitMs: 200 })).toMatchObject({
    code: "provider_unavailable",
    reason: "TimeoutError",
    outcome: "unknown",
  });
  expect(requests()).toBe(1);
});

test.each([
  [200, "unknown"],
  [400, "none"],
])(
  "a body with status %i that is longer than the limit is not read: %s",
  async (status, outcome) => {
    const { url } = await serve(JSON.stringify("x".repeat(2000)), { status });

    expect(await failureOf(url, { maxBodyBytes: 1000 })).toMatchObject({
      code: "provider_error",
      reason: "too_large",
      outcome,
    });
  },
);
