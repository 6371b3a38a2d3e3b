import * as v from "valibot";

/**
 * The step that connects the App after a member requested it: `approve`, an owner's approval on GitHub; `confirm`, the
 * approval and the confirmation of an owner on our page, which shows for whom.
 */
export const RequestMode = v.picklist(["approve", "confirm"], "must be approve or confirm.");
export type RequestMode = v.InferOutput<typeof RequestMode>;
