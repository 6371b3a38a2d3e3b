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

/** What a role allows by itself. */
export function statementsOf(role: Resource): Statement[] {
  const { inlinePolicies } = v.parse(RoleInputs, role.inputs);
  return inlinePolicies.flatMap(({ policy }) => parsePolicy(policy));
}

/** The names of the policies of AWS that a role attaches. */
export function managedPoliciesOf(role: Resource): string[] {
  const { managedPolicyArns } = v.parse(RoleInputs, role.inputs);
  return managedPolicyArns.map((arn) => arn.replace(/^.*\//, "")).sort();
}

/** The statements of a policy document. */
export function parsePolicy(json: unknown): Statement[] {
  return v.parse(v.pipe(v.string(), v.parseJson(), Document), json).Statement;
}

/** The functions of a deployment by their names within the stage, each with its role. */
export function functionsOf(deployment: Deployment, stage: string) {
  return deployment.ofType("aws:lambda/function:Function").map((resource) => {
    const { name } = v.parse(v.object({ name: v.string() }), resource.inputs);
    const role = deployment.one("aws:iam/role:Role", resource.name.replace(/Function$/, "Role"));
    return { id: name.replace(`grantkeep-${stage}-`, ""), resource, role };
  });
}
