import { randomBytes } from "node:crypto";
import { exampleApps } from "../../emulators/platforms.ts";
import { updateDeps } from "../../functions/wiring/dependencies.ts";
import { tokenLookupDeps } from "../../functions/wiring/lookups.ts";
import { createLambdaContext } from "../../local/aws/lambda-context.ts";
import type { Grant, Peer } from "./peer.ts";

const TIMEOUT_MS = 3_600_000;

const FIRST_VERSION = 1;

/** As the first lookup of an installation stores them, so that no other one asks the platform. */
const PLATFORM_FIELDS = { botUserId: "U0BOT", botId: "B0BOT", appId: "A0APP" };

/** Opens the deployed handler of `token-lookup`, invoked in the same way as by the Lambda runtime. */
export async function open(): Promise<Peer> {
  const { handler } = await import("../../functions/token-lookup.ts");
  const { installations } = await updateDeps();
  const { tokens: tokenStore } = await tokenLookupDeps();
  // The runtime creates the context of each invocation, which is not part of the handler.
  const context = createLambdaContext("token-lookup", TIMEOUT_MS);

  return {
    async store({ organizationId, expiresAt: tokenExpiresAt, ...tokens }: Grant) {
      const { installation } = await installations.create({
        platform: "slack",
        organizationId,
        organizationName: `Organization ${organizationId}`,
        kind: "slack_bot",
        providerInstallationId: null,
        clientId: exampleApps.slack.clientId,
        ...tokens,
        tokenExpiresAt,
        refreshTokenExpiresAt: null,
        scopes: ["chat:write"],
        webhookSecret: randomBytes(32).toString("hex"),
        installedBy: "installer@example.com",
        installedById: null,
        metadata: {},
      });
      // Not by a lookup: PostgreSQL would keep the plan that it made while the table was nearly empty.
      const fence = { installationId: installation.id, tokenVersion: FIRST_VERSION };
      await tokenStore.storePlatformFields(fence, PLATFORM_FIELDS);
      return organizationId;
    },

    async lookUp(organization_id) {
      const { access_token } = await handler({ platform: "slack", organization_id }, context);
      return access_token;
    },
  };
}
