import * as v from "valibot";

/**
 * Who may connect a GitHub App that is installed on an organization: `owner`, its owners; `installer`, also the person
 * who installed the App there, as the signed webhook names this person.
 */
export const Ownership = v.picklist(["owner", "installer"], "must be owner or installer.");
export type Ownership = v.InferOutput<typeof Ownership>;
