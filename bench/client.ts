import type { InvokeCommand } from "@aws-sdk/client-lambda";
import { createGrantkeep, type TokenOptions } from "../clients/typescript/src/grantkeep.ts";
import { atMost, type Benchmark, type Section } from "./section.ts";
import { quantile, shuffled } from "./support/statistics.ts";

const ORGANIZATIONS = 500;
const ROUNDS = 400;
const WARM_UP_ROUNDS = 40;
const MAX_P50_MICROSECONDS = 5;

const VARIANTS: readonly { readonly name: string; readonly options: TokenOptions }[] = [
  { name: "plain", options: {} },
  {
    name: "narrowed to two repositories and two permissions",
    options: {
      repositories: ["hello-world", "dotfiles"],
      permissions: { issues: "write", contents: "read" },
    },
  },
];

/** Measures tokens that the TypeScript client has in memory. */
export const client: Benchmark = {
  id: "client",

  async measure(progress) {
    const rows: string[][] = [];
    const checks: Section["checks"][number][] = [];
    for (const { name, options } of VARIANTS) {
      progress(name);
      const { microseconds, invokes } = await measureCached(options);
      const [p50, p99] = [quantile(microseconds, 0.5), quantile(microseconds, 0.99)];
      rows.push([name, p50.toFixed(2), p99.toFixed(2), String(invokes)]);
      checks.push(atMost(`p50 of a cached token in µs, ${name}`, p50, MAX_P50_MICROSECONDS));
      checks.push(atMost(`invokes for cached tokens, ${name}`, invokes, 0));
    }
    return {
      title: "A token that the client has in memory",
      method: `The TypeScript client looks up the tokens of ${ORGANIZATIONS} organizations in random order, all of which it has looked up before, ${ROUNDS} times each. The time is that of one \`await grantkeep.token(…)\`.`,
      tables: [{ columns: ["lookup", "p50 in µs", "p99 in µs", "invokes"], rows }],
      checks,
    };
  },
};

async function measureCached(options: TokenOptions) {
  let invokes = 0;
  const lambda = {
    async send({ input }: InvokeCommand) {
      invokes += 1;
      const { organization_id } = JSON.parse(Buffer.from(bytesOf(input.Payload)).toString("utf8"));
      return { $metadata: {}, Payload: toPayload(organization_id) };
    },
  };
  const grantkeep = createGrantkeep({ functionName: "token-lookup:live", client: lambda });
  const keys = Array.from({ length: ORGANIZATIONS }, (_, index) => ({
    platform: "github" as const,
    organizationId: index + 1,
  }));
  for (const key of keys) await grantkeep.token(key, options);
  invokes = 0;

  const microseconds: number[] = [];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const key of shuffled(keys)) {
      const startedAt = process.hrtime.bigint();
      await grantkeep.token(key, options);
      const nanoseconds = Number(process.hrtime.bigint() - startedAt);
      if (round >= 0) microseconds.push(nanoseconds / 1000);
    }
  }
  return { microseconds, invokes };
}

function bytesOf(payload: unknown): Uint8Array {
  return payload instanceof Uint8Array ? payload : new Uint8Array();
}

function toPayload(organizationId: string) {
  const text = JSON.stringify({
    installation_id: "inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b",
    platform: "github",
    organization_id: organizationId,
    organization_name: "octo-org",
    access_token: `ghs_${organizationId}`,
    token_type: "bearer",
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    grant_ends_at: null,
    scopes: [],
    missing_scopes: [],
    api_base_url: "https://api.github.com",
  });
  return Object.assign(Buffer.from(text), { transformToString: () => text });
}
