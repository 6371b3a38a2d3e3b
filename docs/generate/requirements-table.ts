import type { Trigger } from "../../infra/function-definition.ts";
import { functionTable } from "../../infra/function-table.ts";
import { requirementsOf } from "../../infra/requirements.ts";
import { methodsOf } from "../../infra/route-methods.ts";
import { table } from "./markdown.ts";

/** Returns the table of what invokes each function, and of its limits. */
export function triggersTable(): string {
  const rows = functionTable.map(({ name, trigger, timeoutSeconds, memoryMb, access }) => [
    `\`${name}\``,
    describeTrigger(trigger),
    `${timeoutSeconds} s`,
    `${memoryMb} MB`,
    `${access.reservedConcurrency}`,
  ]);
  return table(["Function", "Invoked by", "Timeout", "Memory", "Reserved concurrency"], rows);
}

/** Returns the table of the variables and the permissions of each function. */
export function requirementsTable(): string {
  const rows = functionTable.map(({ name, access }) => {
    const { variables, permissions } = requirementsOf(access);
    const byAction = Map.groupBy(permissions, ({ action }) => action);
    const allowed = [...byAction].map(
      ([action, entries]) =>
        `\`${action}\`: ${entries.map(({ resource }) => resource.replace(/^secret (?!with)/, "")).join(", ")}`,
    );
    return [
      `\`${name}\``,
      Object.keys(variables)
        .map((variable) => `\`${variable}\``)
        .join(" "),
      allowed.join("; "),
    ];
  });
  return table(["Function", "Environment variables", "Permissions"], rows);
}

function describeTrigger(trigger: Trigger): string {
  switch (trigger.type) {
    case "route": {
      const methods = methodsOf(trigger).join(", ");
      const auth = trigger.auth === "iam" ? "IAM" : "no authorizer";
      return `\`${methods} ${trigger.path}\`, ${auth}`;
    }
    case "schedule":
      return `a schedule: \`${trigger.rate}\``;
    case "events":
      return `a rule of the event bus, for \`${trigger.source}\``;
    case "invoke":
      return trigger.versioned ? "callers, by the alias `live`" : "operators";
    case "deploy":
      return "each deploy, before the other functions are updated";
  }
}
