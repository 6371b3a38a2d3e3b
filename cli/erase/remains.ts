import { PLATFORMS } from "../../core/platforms.ts";
import { MAX_LINK_SECONDS } from "../../core/ports/install-links.ts";
import { WAIT_SECONDS } from "../../core/ports/waiting-requests.ts";
import { RETENTION_DAYS } from "../../infra/retention.ts";
import type { ErasedInstallation, Remainder } from "./receipt.ts";

const DAY_SECONDS = 86_400;

/** Returns what is left of erased installations, by the settings that a stage is deployed with. */
export function findRemains(
  installations: readonly ErasedInstallation[],
  stage: string | undefined,
  now: Date,
): Remainder[] {
  const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1000).toISOString();
  const inDays = (days: number) => inSeconds(days * DAY_SECONDS);
  const atPlatforms = installations
    .filter(({ revocation }) => revocation !== "done")
    .map(({ id, platform, organization_id }) => ({
      where: nameOf(platform),
      what: `the bot may still have access to ${organization_id} (${id}): end it there by hand`,
      until: null,
    }));
  const stored = [
    {
      where: "database, deliveries",
      what: "ids of webhooks, without their content",
      until: inDays(RETENTION_DAYS.deliveries),
    },
    {
      where: "database, requests of members",
      what: "what a member requested and no owner approved, encrypted",
      until: inSeconds(WAIT_SECONDS),
    },
    {
      where: "database, install links",
      what: "the links that were made, encrypted",
      until: inSeconds(MAX_LINK_SECONDS),
    },
  ];
  if (stage === undefined) return [...atPlatforms, ...stored];
  const { backups, archive, deliveries, deadLetters, logs } = RETENTION_DAYS;
  return [
    ...atPlatforms,
    ...stored,
    {
      where: "database, backups",
      what: "the deleted rows; their tokens and secrets are encrypted",
      until: inDays(stage === "production" ? backups.production : backups.other),
    },
    {
      where: "CloudWatch Logs",
      what: "ids of organizations and installations, without names",
      until: inDays(logs),
    },
    {
      where: "archive of the event bus",
      what: "events with metadata, and webhooks with their bodies",
      until: inDays(archive),
    },
    {
      where: "bucket of deliveries",
      what: "bodies of webhooks that are too long for an event",
      until: inDays(deliveries),
    },
    {
      where: "dead-letter queues",
      what: "events that could not be processed",
      until: inDays(deadLetters),
    },
    { where: "your own systems", what: "what your bot has stored", until: null },
  ];
}

function nameOf(platform: string): string {
  const entry = Object.entries(PLATFORMS).find(([name]) => name === platform);
  return entry ? entry[1].displayName : platform;
}
