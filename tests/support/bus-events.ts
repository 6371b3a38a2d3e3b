import * as v from "valibot";
import type { Stack } from "../../local/stack.ts";

const Detail = v.looseObject({ installation_id: v.string(), reason: v.optional(v.string()) });

/** What a bot hears of one installation, oldest first: each with its reason, if it has one. */
export function eventsOf({ aws }: Stack, installationId: string): string[] {
  return aws.events.flatMap(({ detailType, detail }) => {
    const { installation_id: id, reason } = v.parse(Detail, detail);
    if (id !== installationId) return [];
    return [reason === undefined ? detailType : `${detailType} (${reason})`];
  });
}
