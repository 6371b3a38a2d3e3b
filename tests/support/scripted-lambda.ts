import type { InvokeCommand, InvokeCommandOutput } from "@aws-sdk/client-lambda";
import * as v from "valibot";
import { vi } from "vitest";
import { platformResponses, type ScriptedResponse } from "./client-cases.ts";

/** An invoke as the Lambda API received it, with the time since the start of the case. */
interface ReceivedInvoke {
  readonly functionName: string | undefined;
  readonly qualifier: string | undefined;
  readonly request: unknown;
  readonly atMs: number;
}

interface ScriptedLambda {
  readonly invokes: readonly ReceivedInvoke[];
  send(
    command: InvokeCommand,
    options?: { readonly abortSignal?: AbortSignal },
  ): Promise<InvokeCommandOutput>;
}

const FAILURES = {
  throttled: { name: "TooManyRequestsException", $metadata: { httpStatusCode: 429 } },
  service_error: { name: "ServiceException", $metadata: { httpStatusCode: 500 } },
  access_denied: { name: "AccessDeniedException", $metadata: { httpStatusCode: 403 } },
  function_not_found: { name: "ResourceNotFoundException", $metadata: { httpStatusCode: 404 } },
  connection_reset: { code: "ECONNRESET", $metadata: { attempts: 1 } },
  connection_refused: { code: "ECONNREFUSED", $metadata: { attempts: 1 } },
  timeout: { name: "TimeoutError", $metadata: { attempts: 1 } },
} as const;

/** Creates a Lambda API that returns the responses in their order, on vitest's fake clock. */
export function createScriptedLambda(responses: readonly ScriptedResponse[]): ScriptedLambda {
  const start = performance.now();
  const invokes: ReceivedInvoke[] = [];
  return {
    invokes,
    async send({ input }, options) {
      const response = responses[invokes.length];
      invokes.push({
        functionName: input.FunctionName,
        qualifier: input.Qualifier,
        request: JSON.parse(
          new TextDecoder().decode(v.parse(v.instance(Uint8Array), input.Payload)),
        ),
        atMs: performance.now() - start,
      });
      if (!response) throw new Error(`The case has no response to invoke ${invokes.length}.`);
      if (response.after_ms > 0) await pass(response.after_ms, options?.abortSignal);
      if (response.jump_ms !== 0) vi.setSystemTime(Date.now() + response.jump_ms);
      if ("raise" in response) throw Object.assign(new Error("?"), FAILURES[response.raise]);
      return { $metadata: {}, StatusCode: 200, ...toOutput(response) };
    },
  };
}

function toOutput(response: Exclude<ScriptedResponse, { raise: unknown }>) {
  if ("payload_text" in response) return { Payload: bytes(response.payload_text) };
  if ("payload" in response) return { Payload: bytes(JSON.stringify(response.payload)) };
  if ("function_error" in response) {
    const { errorType, errorMessage } = response.function_error;
    const text = typeof errorMessage === "string" ? errorMessage : JSON.stringify(errorMessage);
    return {
      FunctionError: "Unhandled",
      Payload: bytes(JSON.stringify({ errorType, errorMessage: text, trace: [] })),
    };
  }
  const { platform = "github" } = response.token;
  const { expires_in_seconds: seconds, ...fields } = {
    ...(platformResponses[String(platform)] ?? platformResponses.github),
    ...response.token,
  };
  const expiry = typeof seconds === "number" ? Date.now() + seconds * 1000 : null;
  const expiresAt = expiry === null ? null : new Date(expiry).toISOString();
  return { Payload: bytes(JSON.stringify({ expires_at: expiresAt, ...fields })) };
}

function pass(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(Object.assign(new Error("Request aborted"), { name: "AbortError" }));
    });
  });
}

function bytes(text: string) {
  return Object.assign(Buffer.from(text), { transformToString: () => text });
}
