import * as v from "valibot";

/** The payload is ignored. */
export const MigrateRequest = v.unknown();
