import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import * as v from "valibot";
import { InvokeFailure } from "../../functions/invoke/responses.ts";
import { ACCOUNT_ID, REGION } from "../../local/aws/account.ts";
import { listen, type Respond, readBody } from "../../local/http-server.ts";

const PREFIX = "/2018-06-01/runtime";
const COMPLETED = /^\/invocation\/(?<id>[^/]+)\/(?<kind>response|error)$/;
const MAX_BODY_BYTES = 6 * 1024 * 1024;

const FunctionError = v.object({ ...InvokeFailure.entries, trace: v.array(v.string()) });

/** A function error, as its caller receives it. */
export type FunctionError = v.InferOutput<typeof FunctionError>;

/** The result of an invocation. */
export type Outcome =
  | { readonly ok: true; readonly payload: unknown }
  | { readonly ok: false; readonly error: FunctionError };

export interface RuntimeApi {
  /** The value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  /** Resolves when the runtime requests its first event, or with the error of the init phase. */
  readonly initialized: Promise<FunctionError | undefined>;
  /** Passes an event to the runtime, with a timeout. */
  invoke(event: unknown, timeoutMs: number): Promise<Outcome>;
  close(): Promise<void>;
}

/**
 * Starts the Runtime API of one sandbox, which handles one event at a time.
 *
 * @see [Lambda runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html)
 */
export async function startRuntimeApi(functionName: string): Promise<RuntimeApi> {
  const initialized = Promise.withResolvers<FunctionError | undefined>();
  const pending = new Map<string, (outcome: Outcome) => void>();
  let idle = Promise.withResolvers<ServerResponse>();
  let turn: Promise<unknown> = Promise.resolve();

  const respond: Respond = async (request, response) => {
    const path = (request.url ?? "").replace(PREFIX, "");
    if (path === "/invocation/next") {
      initialized.resolve(undefined);
      return idle.resolve(response);
    }

    const body: unknown = JSON.parse(`${await readBody(request, MAX_BODY_BYTES)}`);
    if (path === "/init/error") initialized.resolve(v.parse(FunctionError, body));
    const { id = "", kind } = COMPLETED.exec(path)?.groups ?? {};
    pending.get(id)?.(
      kind === "response"
        ? { ok: true, payload: body }
        : { ok: false, error: v.parse(FunctionError, body) },
    );
    pending.delete(id);
    response.writeHead(202, { "content-type": "application/json" }).end("{}");
  };
  // A sandbox may be frozen for minutes, and needs its connection afterwards.
  const server = await listen(0, respond, { keepAliveTimeout: 0 });

  async function deliver(event: unknown, timeoutMs: number): Promise<Outcome> {
    const response = await idle.promise;
    idle = Promise.withResolvers();
    const id = randomUUID();
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    pending.set(id, resolve);
    response.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": id,
      "lambda-runtime-deadline-ms": `${Date.now() + timeoutMs}`,
      "lambda-runtime-invoked-function-arn": `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${functionName}`,
    });
    response.end(JSON.stringify(event ?? null));
    return promise;
  }

  return {
    address: new URL(server.url).host,
    initialized: initialized.promise,
    invoke(event, timeoutMs) {
      const outcome = turn.then(() => deliver(event, timeoutMs));
      turn = outcome;
      return outcome;
    },
    close: server.close,
  };
}
