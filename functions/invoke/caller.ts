import * as v from "valibot";
import { type CallerLimits, UNLIMITED } from "../../core/configuration/callers.ts";
import { notAllowed } from "../../core/tokens/caller-limits.ts";

/** The alias or version that a function was invoked by is the last part of the ARN. */
const FUNCTION_ARN =
  /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}(?::(?<qualifier>\$LATEST|[\w-]{1,128}))?$/;

const Qualifier = v.pipe(
  v.string(),
  v.regex(FUNCTION_ARN),
  v.transform((arn) => FUNCTION_ARN.exec(arn)?.groups?.qualifier),
);

/** An invocation without a qualifier, and one of `$LATEST`, which IAM allows to nobody who may invoke only an alias. */
const LATEST = "$LATEST";

/** In place of the alias in an ARN that is not one. The configuration cannot have this caller. */
const UNKNOWN = "$unknown";

/** The limits of the callers, by their aliases. */
export type Callers = ReadonlyMap<string, CallerLimits>;

/**
 * Returns the alias that a function was invoked by: `live` without one, and `$unknown` for an ARN that is not one.
 *
 * The alias is what IAM has checked, and the caller cannot change it. Nothing in a payload says who sent it.
 *
 * @see [Lambda aliases](https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html)
 */
export function readAlias(invokedFunctionArn: string): string {
  if (invokedFunctionArn !== last.arn) {
    last = { arn: invokedFunctionArn, alias: parseAlias(invokedFunctionArn) };
  }
  return last.alias;
}

/** Nearly all invocations of a process have the same ARN. */
let last = { arn: "", alias: UNKNOWN };

function parseAlias(invokedFunctionArn: string): string {
  const parsed = v.safeParse(Qualifier, invokedFunctionArn);
  if (!parsed.success) return UNKNOWN;
  const { output: qualifier } = parsed;
  return qualifier === undefined || qualifier === LATEST ? UNLIMITED : qualifier;
}

/**
 * Returns the limits of the caller with an alias; `undefined` for `live`, which may have every token.
 *
 * @throws {ServiceError} `not_allowed` if the configuration has no such caller
 */
export function findLimits(callers: Callers, alias: string): CallerLimits | undefined {
  if (alias === UNLIMITED) return undefined;
  const limits = callers.get(alias);
  if (limits) return limits;
  throw notAllowed("alias", "The alias of this invocation is not a caller of the configuration.");
}
