import * as v from "valibot";
import type { IssuedTokens } from "../token-store.ts";
import type { SlackContext } from "./context.ts";
import { slackError } from "./responses.ts";
import type { TokenHolder } from "./tokens.ts";

/** The holder of a live token, and what the token allows. */
export interface Caller extends TokenHolder {
  readonly scopes: readonly string[];
}

/** A request for a method with a live token; its fields are not checked. */
interface MethodCall {
  readonly tokens: IssuedTokens;
  readonly caller: Caller;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A method of the Web API. */
export interface SlackMethod {
  /** Returns the scopes that a request needs, all of them. */
  needs(fields: MethodCall["fields"]): readonly string[];
  run(slack: SlackContext, call: MethodCall): Response;
}

/** A JSON value: clients send it as text in a form, and as it is in JSON. */
export function jsonField<const Schema extends v.GenericSchema>(schema: Schema) {
  return v.union([schema, v.pipe(v.string(), v.parseJson(), schema)]);
}

/** The fields of a list, in text or as numbers. */
export const pageFields = {
  cursor: v.optional(v.string(), ""),
  limit: v.optional(v.pipe(v.unknown(), v.toNumber(), v.integer(), v.minValue(1)), 100),
};

/** Creates a method with checked fields. */
export function method<const Schema extends v.GenericSchema>(
  schema: Schema,
  needs: SlackMethod["needs"],
  run: (slack: SlackContext, fields: v.InferOutput<Schema>, caller: Caller) => Response,
): SlackMethod {
  return {
    needs,
    run(slack, { fields, caller }) {
      const parsed = v.safeParse(schema, fields);
      if (parsed.success) return run(slack, parsed.output, caller);
      const messages = parsed.issues.map(
        (issue) => `[ERROR] invalid field: ${v.getDotPath(issue) ?? ""}`,
      );
      return slackError("invalid_arguments", { response_metadata: { messages } });
    },
  };
}
