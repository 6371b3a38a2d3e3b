import * as v from "valibot";
import { WaitingRequestId } from "../../../core/ports/waiting-requests.ts";

export const WaitingQuery = v.strictObject({
  request: WaitingRequestId,
  lang: v.optional(v.string()),
});
