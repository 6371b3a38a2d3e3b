import type { Configuration } from "../../configuration/configuration.ts";
import type { Platform } from "../../installation.ts";
import { PLATFORMS } from "../../platforms.ts";
import type { OAuthProvider } from "../../ports/provider.ts";
import type { PlatformTraffic } from "../../ports/stage-facts.ts";
import type { RegistrationCheck } from "../../providers/registration-check.ts";
import type { StageCheck } from "../../stage-check.ts";
import {
  checkCallback,
  checkCredentials,
  checkScopes,
  fetchAuthorization,
  tryCredentials,
} from "./app.ts";
import { isOwnClockOff, type OtherClock } from "./clock.ts";
import { checkDeliveries } from "./deliveries.ts";
import { guard, unchecked } from "./guard.ts";
import { checkPlatformSecret, type ReadNamedSecret } from "./secrets.ts";

export interface PlatformCheckDeps {
  readonly platforms: Configuration["platforms"];
  readonly registrations: Readonly<Record<Platform, RegistrationCheck>>;
  readonly publicUrl: string;
  readonly readSecret: ReadNamedSecret;
  /** Returns the provider of a platform; `undefined` if it is not configured. */
  readonly findProvider: (platform: Platform) => OAuthProvider | undefined;
}

/** The checks of one platform, and its clock if the platform sent its time. */
interface PlatformResult {
  readonly checks: readonly StageCheck[];
  readonly clock: OtherClock | undefined;
}

/** Checks the secret, the app, the callback and the webhooks of one platform, as far as each can be checked. */
export async function checkPlatform(
  deps: PlatformCheckDeps,
  platform: Platform,
  traffic: Omit<PlatformTraffic, "platform"> | undefined,
  signal: AbortSignal,
): Promise<PlatformResult> {
  const { platforms, registrations, publicUrl, readSecret } = deps;
  const registration = registrations[platform];
  const { check: secret, text } = await checkPlatformSecret(
    readSecret,
    platform,
    registration,
    platforms,
  ).catch((error: unknown) => ({ check: unchecked(`${platform}-secret`, error), text: undefined }));
  const provider = deps.findProvider(platform);
  if (text === undefined || !provider) return { checks: [secret], clock: undefined };

  const app = {
    platform,
    provider,
    redirectUri: `${publicUrl}/oauth/${platform}/callback`,
    signal,
  };
  const [refusal, page] = await Promise.all([tryCredentials(app), fetchAuthorization(app)]);
  const credentials = checkCredentials(platform, refusal);
  const callback = await guard(`${platform}-callback`, () =>
    checkCallback(app, registration, page, refusal),
  );
  const clock = page?.clockAheadMs === undefined ? undefined : toClock(platform, page.clockAheadMs);
  const { refusedScopes } = registration;
  const scopes = refusedScopes ? [checkScopes(platform, refusedScopes, page)] : [];
  const checks = [secret, credentials, callback, ...scopes];
  // With a wrong client or a wrong clock, the platform refuses the further requests too.
  if (credentials.status === "problem" || (clock && isOwnClockOff([clock])))
    return { checks, clock };

  const input = { platforms, readSecret: async () => text, publicUrl, signal };
  const registered = registration.checkRegistration
    ? await registration
        .checkRegistration(input)
        .catch((error: unknown) => [unchecked(`${platform}-app`, error)])
    : [];
  const isWebhookWrong = registered.some(({ status }) => status === "problem");
  if (!traffic || isWebhookWrong || !registration.sendsWebhooks(platforms)) {
    return { checks: [...checks, ...registered], clock };
  }
  const deliveries = await guard(`${platform}-deliveries`, () =>
    checkDeliveries(platform, traffic, provider.deliveryHistory, { now: new Date(), signal }),
  );
  return { checks: [...checks, ...registered, deliveries], clock };
}

function toClock(platform: Platform, aheadMs: number): OtherClock {
  return { source: PLATFORMS[platform].displayName, aheadMs };
}
