import { createLambdaContext } from "../../local/aws/lambda-context.ts";

const REMAINING_MS = 60_000;
const LIMIT = 200;

const { handler } = await import("../../functions/rotate-keys.ts");

// A sandbox of `rotate-keys` that re-encrypts everything part by part, and reports each part.
process.on("disconnect", () => process.exit());
let after: string | null = null;
do {
  const request = { ring: "token", step: "reseal", dry_run: false, limit: LIMIT };
  const event = { ...request, ...(after !== null && { after }) };
  const response = await handler(event, createLambdaContext("rotate-keys", REMAINING_MS));
  if (response.step !== "reseal") throw new Error(`Unexpected step: ${response.step}`);
  after = response.last_id;
  process.send?.("part");
} while (after !== null);
process.exit();
