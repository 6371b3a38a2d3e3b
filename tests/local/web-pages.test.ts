import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import { startAws } from "../../local/aws/endpoint.ts";
import { sendRaw } from "./raw-request.ts";

const PATH = "/2015-03-31/functions/nothing/invocations";

const invoked: unknown[] = [];
const aws = await startAws({
  port: 0,
  caller: LOCAL_CALLER,
  secrets: new Map(),
  functions: new Map([
    ["nothing", { load: async () => async (event) => void invoked.push(event), timeoutMs: 1_000 }],
  ]),
});
const { port } = new URL(aws.url);

afterAll(aws.close);
afterEach(() => void invoked.splice(0));

/** Sends a request that is signed with the key of local mode, which every page can know. */
async function send(host: string, headers: Record<string, string> = {}) {
  const signer = new SignatureV4({
    service: "lambda",
    region: "us-east-1",
    credentials: LOCAL_CALLER,
    sha256: Sha256,
  });
  const signed = await signer.sign({
    method: "POST",
    protocol: "http:",
    hostname: host,
    path: PATH,
    headers: { host },
  });
  return sendRaw(aws.url + PATH, { method: "POST", headers: { ...signed.headers, ...headers } });
}

describe("B15 the AWS endpoint", () => {
  test.each(["127.0.0.1", "localhost", "LOCALHOST"])("responds to the host %s", async (name) => {
    expect(await send(`${name}:${port}`)).toMatchObject({ statusCode: 200 });
    expect(invoked).toHaveLength(1);
  });

  test.each([
    ["with another name", `evil.example:${port}`],
    ["with another port", "127.0.0.1:1"],
    ["without a port", "127.0.0.1"],
    ["with a name that begins like its own", `127.0.0.1.evil.example:${port}`],
    ["with its own as the user", `127.0.0.1:${port}@evil.example`],
    ["with an address that it does not listen on", `[::1]:${port}`],
  ])("refuses a host %s", async (_, host) => {
    const response = await send(host);

    expect(response.statusCode).toBe(403);
    expect(JSON.parse(response.body)).toEqual({
      __type: "AccessDeniedException",
      message: `This endpoint has another address: ${aws.url}`,
    });
    expect(invoked).toEqual([]);
  });

  test.each([
    ["another", "http://evil.example"],
    ["its own", aws.url],
    ["an opaque", "null"],
  ])("refuses a request with %s origin", async (_, origin) => {
    const response = await send(`127.0.0.1:${port}`, { origin });

    expect(response.statusCode).toBe(403);
    expect(JSON.parse(response.body).message).toBe("Web pages cannot use this endpoint.");
    expect(response.headers).not.toHaveProperty("access-control-allow-origin");
    expect(invoked).toEqual([]);
  });
});
