import * as v from "valibot";

/** An order to a process: deliveries of one installation, with a constant number in flight, for some time. */
export const Order = v.object({
  installationId: v.number(),
  inFlight: v.number(),
  milliseconds: v.number(),
});
export type Order = v.InferOutput<typeof Order>;

/** The result of an order. */
export const Load = v.object({
  milliseconds: v.array(v.number()),
  perSecond: v.number(),
  /** The CPU time of the process for each delivery, without the database and the bus. */
  cpuMicros: v.number(),
  /** The statuses other than 202. */
  failures: v.array(v.number()),
});
export type Load = v.InferOutput<typeof Load>;
