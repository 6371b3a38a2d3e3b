import { afterAll } from "vitest";
import { listen, readBody } from "../../local/http-server.ts";

const MAX_BYTES = 10_000_000;

/** A request that a bot got. */
interface BotRequest {
  readonly method: string | undefined;
  readonly contentType: string | undefined;
  readonly event: unknown;
}

export interface RecordingBot {
  readonly url: string;
  /** The requests that it got, oldest first. */
  readonly requests: BotRequest[];
  /** Makes it return these statuses to the next requests, and 200 after them. */
  respond(...statuses: number[]): void;
}

/** Starts a bot that keeps each event that is posted to it. */
export async function startRecordingBot(): Promise<RecordingBot> {
  const requests: BotRequest[] = [];
  let next: number[] = [];
  const server = await listen(0, async (request, response) => {
    const body = await readBody(request, MAX_BYTES);
    const { method, headers } = request;
    const event: unknown = JSON.parse(body?.toString() ?? "null");
    requests.push({ method, contentType: headers["content-type"], event });
    response.writeHead(next.shift() ?? 200).end();
  });
  afterAll(server.close);
  return {
    url: server.url,
    requests,
    respond(...statuses) {
      next = statuses;
    },
  };
}
