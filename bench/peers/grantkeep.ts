import { randomBytes } from "node:crypto";
import { handler } from "../../functions/token-lookup.ts";
import { repositoryDeps } from "../../functions/wiring/dependencies.ts";
import { createLambdaContext } from "../../local/aws/lambda-context.ts";
import type { Grant, Peer } from "./peer.ts";

const FOR_EVER_MS = 3_600_000;

/** The handler of `token-lookup` as it is deployed, invoked as the runtime invokes it. */
export async function open(): Promise<Peer> {
  const { installations } = await repositoryDeps();
  // The runtime makes one for each invocation: that is not the handler's work.
  const context = createLambdaContext("token-lookup", FOR_EVER_MS);

  return {
    async store({ organizationId, expiresAt: tokenExpiresAt, ...tokens }: Grant) {
      await installations.create({
        platform: "slack",
        organizationId,
        organizationName: `Organization ${organizationId}`,
        kind: "slack_bot",
        providerInstallationId: null,
        ...tokens,
        tokenExpiresAt,
        refreshTokenExpiresAt: null,
        scopes: ["chat:write"],
        webhookSecret: randomBytes(32).toString("hex"),
        installedBy: "installer@example.com",
        installedById: null,
        metadata: {},
      });
      return organizationId;
    },

    async lookUp(organization_id) {
      const { access_token } = await handler({ platform: "slack", organization_id }, context);
      return access_token;
    },
  };
}
