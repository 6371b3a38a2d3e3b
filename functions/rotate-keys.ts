import {
  type RotationResult,
  type RotationStep,
  rotateKeys,
} from "../core/operations/rotate-keys.ts";
import { directFunction, type Invocation } from "./invoke/direct-function.ts";
import { RotateKeysRequest } from "./invoke/requests/rotate-keys.ts";
import type { RotateKeysResponse } from "./invoke/responses.ts";
import { keyRotationDeps } from "./wiring/dependencies.ts";

const deps = await keyRotationDeps();

/** Invoked as `rotate-keys`: takes one step of a key rotation. No request or response contains a key. */
export const handler = directFunction(
  "KeyRotations",
  RotateKeysRequest,
  async (request, context): Promise<Invocation<RotateKeysResponse>> => {
    const remainingMs = () => context.getRemainingTimeInMillis();
    const time = { now: new Date(), remainingMs };
    const result = await rotateKeys(deps[request.ring], toStep(request), time);
    return { response: toResponse(request.ring, result), audit: {} };
  },
);

function toStep(request: RotateKeysRequest): RotationStep {
  const { step } = request;
  if (step === "status") return { step, after: request.after ?? null };

  const { dry_run: dryRun } = request;
  if (step === "add") return { step, dryRun };
  if (step === "reseal") {
    return { step, after: request.after ?? null, limit: request.limit, dryRun };
  }
  return { step, keyId: request.key_id, dryRun };
}

function toResponse(ring: RotateKeysRequest["ring"], result: RotationResult): RotateKeysResponse {
  if (result.step === "status") {
    return {
      step: result.step,
      ring,
      primary: result.primary,
      keys: [...result.keyIds],
      changed_at: result.changedAt.toISOString(),
      promote_at: result.promoteAt.toISOString(),
      remove_at: result.removeAt.toISOString(),
      sealed: Object.fromEntries(result.counts),
      last_id: result.lastId,
    };
  }

  const { step, dryRun } = result;
  if (step !== "reseal") return { step, ring, dry_run: dryRun, key_id: result.keyId };
  return {
    step,
    ring: "token",
    dry_run: dryRun,
    resealed: result.resealed,
    changed: result.changed,
    unreadable: [...result.unreadable],
    last_id: result.lastId,
  };
}
