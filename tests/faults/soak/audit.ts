import type postgres from "postgres";
import * as v from "valibot";
import type { Stack } from "../../../local/stack.ts";
import { ageLeases } from "../../support/race-installs.ts";
import type { Actors, Lookup } from "./actors.ts";
import type { Ledger } from "./ledger.ts";
import type { Organization } from "./organizations.ts";
import { proveOwner } from "./proof.ts";

/** Longer than a lease, and than a cool-down. */
const SETTLED_SECONDS = 31;

const Row = v.object({
  id: v.string(),
  platform: v.string(),
  organization: v.string(),
  isActive: v.boolean(),
  reason: v.nullable(v.string()),
  error: v.nullable(v.string()),
  value: v.nullable(v.number()),
});
type Row = v.InferOutput<typeof Row>;

export interface Audited {
  readonly stack: Stack;
  readonly sql: postgres.Sql;
  readonly actors: Actors;
  readonly organizations: readonly Organization[];
}

/** Compares the database, the responses to callers and the state of the platforms, while nothing happens. */
export async function audit(audited: Audited, ledger: Ledger): Promise<void> {
  const { sql, organizations } = audited;
  await ageLeases(sql, SETTLED_SECONDS);
  const rows = await readRows(sql);
  for (const organization of organizations) {
    const row = rows.find((candidate) => isOf(candidate, organization));
    compare(organization, row, ledger);
    organization.id = row?.id;
    if (row) await auditToken(audited, organization, row, ledger);
    organization.isUncertain = false;
    organization.possible = row?.value ? [row.value] : [];
  }
  await auditLedgers(sql, ledger);
}

async function readRows(sql: postgres.Sql): Promise<Row[]> {
  const rows = await sql`
    select
      id,
      platform,
      case platform when 'slack' then organization_id else organization_name end as organization,
      is_active as "isActive",
      inactive_reason as reason,
      last_refresh_error as error,
      (metadata ->> 'soak')::int as value
    from installations
  `;
  return v.parse(v.array(Row), [...rows]);
}

function isOf(row: Row, { platform, name }: Organization): boolean {
  const wanted = platform === "slack" ? `T${name.toUpperCase()}` : name;
  return row.platform === platform && row.organization === wanted;
}

/** Whatever was acknowledged must be there, and whatever was deleted must not. */
function compare(organization: Organization, row: Row | undefined, ledger: Ledger): void {
  const { name, id, isUncertain, possible } = organization;
  if (isUncertain) return;
  if (id !== undefined && row === undefined) ledger.violate(`The installation of ${name} is lost`);
  if (id !== undefined && row && row.id !== id) ledger.violate(`${name} has another id`);
  if (id === undefined && row) ledger.violate(`The deleted installation of ${name} is back`);
  if (row && possible.length > 0 && !possible.includes(row.value ?? 0)) {
    ledger.violate(`${name} has lost an update: ${row.value} is not of ${possible}`);
  }
}

/** An active installation answers a token that its platform takes for it, or the platform has ended it. */
async function auditToken(
  { stack, sql, actors }: Audited,
  organization: Organization,
  row: Row,
  ledger: Ledger,
): Promise<void> {
  const { name, platform, isEnded, isUncertain } = organization;
  const lookup = await actors.lookUp(organization);
  ledger.count(`audit ${lookup.ok ? "ok" : lookup.code}`);
  const outcome = lookup.ok ? await judge(stack, organization, lookup, ledger) : lookup.code;
  if (outcome === "good") {
    organization.isEnded = false;
    return;
  }
  const mayHaveEnded = isEnded || isUncertain;
  organization.isEnded = true;
  if (mayHaveEnded && outcome !== "wrong") {
    if (!/^(dead|installation_inactive|reauthorization_required)$/.test(outcome)) {
      ledger.violate(`${name} is ${outcome} though all is mended`);
    }
    return;
  }
  // A strict platform loses the grant whose new tokens did not reach us: then it says so, and so do we.
  const [now] = await sql<[{ error: string }?]>`
    select last_refresh_error as error from installations where id = ${row.id}
  `;
  const isLost = outcome === "reauthorization_required" && now?.error === "invalid_refresh_token";
  if (platform === "slack" && isLost) ledger.count("lost by a strict platform");
  else ledger.violate(`${name} is ${outcome} (${now?.error}) though nobody has ended its grant`);
}

async function judge(
  stack: Stack,
  { platform, name, id }: Organization,
  { answer }: Extract<Lookup, { ok: true }>,
  ledger: Ledger,
): Promise<"good" | "dead" | "wrong" | "unknown"> {
  ledger.own(answer.access_token, name);
  const owner = await proveOwner(stack, platform, answer.access_token);
  if (typeof owner === "string") return owner;
  const isRight = owner.organizationId === answer.organization_id && answer.installation_id === id;
  if (!isRight) ledger.violate(`${name} got a token of ${owner.organizationId}`);
  return isRight ? "good" : "wrong";
}

/** No lease outlives its holder, and each install has used up one state. */
async function auditLedgers(sql: postgres.Sql, { counts, violate }: Ledger): Promise<void> {
  const [row] = await sql<[{ leases: number; states: number }?]>`
    select
      (
        select count(*) from installations
        where refresh_lease_owner is not null and refresh_lease_until > clock_timestamp()
      )::int as leases,
      (select count(*) from consumed_states)::int as states
  `;
  const { leases = Number.NaN, states = Number.NaN } = row ?? {};
  const acknowledged = counts.get("install 200") ?? 0;
  const begun = counts.get("install begun") ?? 0;
  if (leases !== 0) violate(`${leases} leases are held by nobody`);
  if (!(states >= acknowledged && states <= begun)) {
    violate(`${states} states are used up by ${acknowledged} of ${begun} installs`);
  }
}
