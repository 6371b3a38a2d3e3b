import { invokeLocally } from "./invoke.ts";

const [platform, organizationId] = process.argv.slice(2);

if (platform === undefined || organizationId === undefined) {
  process.stderr.write("Usage: npm run lookup -- <platform> <organization_id>\n");
  process.exitCode = 2;
} else {
  await lookUp({ platform, organization_id: organizationId });
}

async function lookUp(request: object): Promise<void> {
  try {
    const { ok, payload } = await invokeLocally("token-lookup", request);
    process.stdout.write(`${JSON.stringify(payload, null, 2)}\n`);
    process.exitCode = ok ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
