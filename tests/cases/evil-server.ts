import { afterAll } from "vitest";
import { listen } from "../../local/http-server.ts";

/** Another host, which no request may ever reach. */
export interface EvilServer {
  readonly url: string;
  /** How many requests it has seen. */
  requests(): number;
}

/** Starts a server that counts its visitors, until the test file ends. */
export async function startEvilServer(): Promise<EvilServer> {
  let requests = 0;
  const server = await listen(0, async (_request, response) => {
    requests += 1;
    response.end("{}");
  });
  afterAll(server.close);
  return { url: server.url, requests: () => requests };
}
