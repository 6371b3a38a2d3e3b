import { createHash } from "node:crypto";
import { ServiceError } from "../../../core/errors.ts";
import type { DeliveryBodies } from "../../../core/ports/delivery-bodies.ts";

/** Stores bodies of deliveries in memory. Their URLs contain the body. */
export function createMemoryDeliveryBodies(): DeliveryBodies {
  const bodies = new Map<string, Uint8Array>();

  return {
    async put(key, body, sha256) {
      if (createHash("sha256").update(body).digest("hex") !== sha256) {
        throw new ServiceError("retry_later", "The body has another SHA-256.");
      }
      bodies.set(key, Uint8Array.from(body));
      return { bucket: "memory", key, bytes: body.byteLength, sha256 };
    },

    createUrl: async (key) =>
      `data:application/octet-stream;base64,${Buffer.from(bodies.get(key) ?? []).toString("base64")}`,
  };
}
