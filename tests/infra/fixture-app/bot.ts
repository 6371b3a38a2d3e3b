import { createGrantkeep } from "@grantkeep/client";
import { Resource } from "sst";

const grantkeep = createGrantkeep(Resource.Grants);

/** Returns the name of the workspace's bot user, which a token is of. */
export async function handler(event: { team: string }): Promise<string | null> {
  const token = await grantkeep.token({ platform: "slack", organizationId: event.team });
  return token.botUserId;
}
