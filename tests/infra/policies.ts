import * as v from "valibot";
import type { Deployment, Resource } from "./deployment.ts";

const Document = v.object({
  Statement: v.array(
    v.object({
      Effect: v.string(),
      Action: v.array(v.string()),
      Resource: v.array(v.string()),
    }),
  ),
});
export type Statement = v.InferOutput<typeof Document>["Statement"][number];

const RoleInputs = v.object({
  inlinePolicies: v.optional(v.array(v.object({ policy: v.string() })), []),
  managedPolicyArns: v.optional(v.array(v.string()), []),
});

/** Returns the statements of a role's inline policies. */
export function statementsOf(role: Resource): Statement[] {
  const { inlinePolicies } = v.parse(RoleInputs, role.inputs);
  return inlinePolicies.flatMap(({ policy }) => parsePolicy(policy));
}

/** Returns the names of the managed policies that a role attaches. */
export function managedPoliciesOf(role: Resource): string[] {
  const { managedPolicyArns } = v.parse(RoleInputs, role.inputs);
  return managedPolicyArns.map((arn) => arn.replace(/^.*\//, "")).sort();
}

/** Returns the statements of a policy document. */
export function parsePolicy(json: unknown): Statement[] {
  return v.parse(v.pipe(v.string(), v.parseJson(), Document), json).Statement;
}

/** Returns the functions of a deployment with their names within the stage and their roles. */
export function functionsOf(deployment: Deployment, stage: string) {
  return deployment.ofType("aws:lambda/function:Function").map((resource) => {
    const { name } = v.parse(v.object({ name: v.string() }), resource.inputs);
    const role = deployment.one("aws:iam/role:Role", resource.name.replace(/Function$/, "Role"));
    return { id: name.replace(`grantkeep-${stage}-`, ""), resource, role };
  });
}
