import * as v from "valibot";
import { InstallationId } from "../core/installation.ts";
import {
  addKey,
  countStored,
  dueDates,
  type KeyRotationDeps,
  promoteKey,
  removeKey,
  resealStored,
} from "../core/operations/rotate-keys.ts";
import { KeyId } from "../core/sealing/keyring.ts";
import { directFunction } from "./invoke/direct-function.ts";
import { keyRotationDeps } from "./wiring/dependencies.ts";

const Ring = v.picklist(["token", "state"]);
/** `false` does it; otherwise all is checked and nothing is changed. */
const DryRun = v.optional(v.boolean(), true);
/** `last_id` of the answer before: where to go on. */
const After = v.optional(InstallationId);
const Limit = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000));

const RotateKeysRequest = v.variant("step", [
  v.strictObject({ step: v.literal("status"), ring: Ring, after: After }),
  v.strictObject({ step: v.literal("add"), ring: Ring, dry_run: DryRun }),
  v.strictObject({ step: v.literal("promote"), ring: Ring, key_id: KeyId, dry_run: DryRun }),
  v.strictObject({
    step: v.literal("reseal"),
    // What the ring of states has sealed is out in the world, and ends by itself.
    ring: v.literal("token"),
    after: After,
    limit: v.optional(Limit, 10_000),
    dry_run: DryRun,
  }),
  v.strictObject({ step: v.literal("remove"), ring: Ring, key_id: KeyId, dry_run: DryRun }),
]);
type RotateKeysRequest = v.InferOutput<typeof RotateKeysRequest>;

const rotations = await keyRotationDeps();

/** Invoked as `rotate-keys`: one step of a key rotation. No key ever is in a request or an answer. */
export const handler = directFunction(
  "KeyRotations",
  RotateKeysRequest,
  async (request, context) => {
    const remainingMs = () => context.getRemainingTimeInMillis();
    const answer = await take(request, remainingMs);
    return { answer, audit: {} };
  },
);

async function take(request: RotateKeysRequest, remainingMs: () => number) {
  const { step, ring } = request;
  const deps = rotations[ring];
  if (step === "status")
    return { step, ring, ...(await describe(deps, request.after, remainingMs)) };

  const dryRun = request.dry_run;
  const options = { dryRun, now: new Date(), remainingMs };
  const taken = { step, ring, dry_run: dryRun };
  if (step === "reseal") {
    const range = { after: request.after ?? null, limit: request.limit };
    const { lastId, ...result } = await resealStored(deps, { ...range, ...options });
    return { ...taken, ...result, last_id: lastId };
  }
  if (step === "add") return { ...taken, key_id: await addKey(deps, options) };
  if (step === "promote") await promoteKey(deps, request.key_id, options);
  else await removeKey(deps, request.key_id, options);
  return { ...taken, key_id: request.key_id };
}

/** The ring without its keys, and how many stored values each of them opens, in a part of the rows. */
async function describe(
  deps: KeyRotationDeps,
  after: string | undefined,
  remainingMs: () => number,
) {
  const ring = await deps.ring.read();
  const { promoteAt, removeAt } = dueDates(deps, ring);
  const { counts, lastId } = await countStored(deps, { after: after ?? null, remainingMs });
  return {
    primary: ring.document.primary,
    keys: Object.keys(ring.document.keys),
    changed_at: ring.changedAt.toISOString(),
    promote_at: promoteAt.toISOString(),
    remove_at: removeAt.toISOString(),
    sealed: Object.fromEntries(counts),
    last_id: lastId,
  };
}
