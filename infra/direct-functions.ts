/** A function that is invoked by name (`lambda:InvokeFunction`): it has no URL and no route. */
export interface DirectFunction {
  readonly name: string;
  readonly handler: `${string}.handler`;
}

export const directFunctions: readonly DirectFunction[] = [
  { name: "token-lookup", handler: "functions/token-lookup.handler" },
  { name: "webhook-secret", handler: "functions/webhook-secret.handler" },
  { name: "health-check", handler: "functions/health-check.handler" },
  { name: "rotate-keys", handler: "functions/rotate-keys.handler" },
  { name: "sweep", handler: "functions/sweep.handler" },
  { name: "import", handler: "functions/import.handler" },
  { name: "export", handler: "functions/export.handler" },
];
