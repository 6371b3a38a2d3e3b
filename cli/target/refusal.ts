import type { InvokedFunction } from "../../functions/invoke/contract.ts";

/** The policy of the deploy that allows to invoke a function; `undefined` if none does. */
const POLICIES: Readonly<Record<InvokedFunction, string | undefined>> = {
  "token-lookup": "token-lookup-invoke",
  "webhook-secret": "webhook-secret-invoke",
  "health-check": "operator",
  check: "operator",
  "rotate-keys": "operator",
  sweep: "operator",
  tick: "operator",
  // These return or replace the tokens of all installations, or change the schema.
  import: undefined,
  export: undefined,
  migrate: undefined,
};

/** A request to a route that API Gateway refused: the credentials do not allow it. */
export class RefusedRequest extends Error {}

/** An invocation that IAM refused. */
export class RefusedInvocation extends Error {}

/** Returns whether IAM refused a call. */
export function isRefused(error: unknown): boolean {
  if (error instanceof RefusedRequest) return true;
  return error instanceof Error && /^AccessDenied(Exception)?$/.test(error.name);
}

/** Creates the error for a request that IAM refused. `nameOf` returns the name of a resource of the stage. */
export function refusedRequest(
  method: string,
  path: string,
  nameOf: (id: string) => string,
): Error {
  const policies = method === "GET" ? ["operator-read", "operator"] : ["operator"];
  const names = policies.map(nameOf).join(" or ");
  return new Error(`AWS refused ${method} ${path}: the credentials need the policy ${names}.`);
}

/** Creates the error for something that policies for operators allow to read, and that IAM refused. */
export function refusedRead(
  what: string,
  nameOf: (id: string) => string,
  policies: readonly string[] = ["operator-read", "operator"],
): Error {
  const names = policies.map(nameOf).join(" or ");
  return new Error(`AWS refused to read ${what}: the credentials need the policy ${names}.`);
}

/** Creates the error for an invocation that IAM refused. */
export function refusedInvocation(
  functionName: InvokedFunction,
  nameOf: (id: string) => string,
): Error {
  const policy = POLICIES[functionName];
  const needed =
    policy === undefined
      ? `no policy of Grantkeep allows it. The credentials need lambda:InvokeFunction on ${nameOf(functionName)}.`
      : `the credentials need the policy ${nameOf(policy)}.`;
  return new RefusedInvocation(`AWS refused to invoke ${functionName}: ${needed}`);
}
