import { createHash } from "node:crypto";
import { GrantkeepError } from "./errors.ts";
import { parseBotEvent } from "./event-shape.ts";
import { parseJson } from "./json.ts";
import type { Platform } from "./token.ts";

/** An event of Grantkeep's bus. */
export type BotEvent = DeliveryEvent | InstallationEvent;

/** A delivery of a platform, which Grantkeep put on the bus after it verified the signature. */
export interface DeliveryEvent {
  readonly kind: "delivery";
  /** The platform's id of the delivery, equal in each copy. */
  readonly id: string;
  /** `github.issues`, `slack.app_mention`, `jira.issue_updated`; `….unclaimed` without an installation. */
  readonly type: string;
  readonly platform: Platform;
  /** The platform's name of the event: `issues`. */
  readonly event: string;
  /** The action, if the platform sends it apart from the name: `opened`. */
  readonly action: string | null;
  /** With which the token is looked up. `null` if the organization has no installation. */
  readonly installationId: string | null;
  readonly organizationId: string | null;
  readonly organizationName: string | null;
  /** The metadata of the install link, such as the id of your customer. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly receivedAt: Date;
  /** As the platform sent it. `undefined` if it is too large for the bus: read it with {@link readBody}. */
  readonly body: unknown;
  readonly bodyUrl: string | null;
  readonly bodyRef: BodyRef | null;
}

/** Reports that an installation was created, changed or ended. */
export interface InstallationEvent {
  readonly kind: "installation";
  /** Equal in each copy. */
  readonly id: string;
  /** `installation.created`, `installation.uninstalled`, `installation.reauthorization_required` and others. */
  readonly type: string;
  readonly platform: Platform;
  readonly installationId: string;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly occurredAt: Date;
  /** All fields of the event, by their names on the bus. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Where a large body is stored, for seven days. */
export interface BodyRef {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Reads an object of S3 with the role of the bot. */
export type GetObject = (ref: BodyRef) => Promise<Uint8Array | string>;

/** Keeps the ids of events that were handled. */
export interface SeenEvents {
  /** Returns whether the id is new, and keeps it. */
  add(id: string): boolean | Promise<boolean>;
  /** Drops the id, since its handler failed. */
  delete(id: string): void | Promise<void>;
}

/** Options of {@link onEvent}. */
export interface OnEventOptions {
  /** Default: the last 10,000 ids, in memory, which does not cover several Lambdas. */
  readonly seen?: SeenEvents | undefined;
}

const MAX_SEEN = 10_000;

/**
 * Returns the event in what EventBridge, or local mode by `BOT_URL`, sent.
 *
 * @example
 * ```ts
 * const event = parseEvent(await request.json());
 * if (event.kind === "delivery" && event.type === "github.issues") await triage(event);
 * ```
 *
 * @throws {GrantkeepError} `invalid_event`
 */
export function parseEvent(input: unknown): BotEvent {
  const event = parseBotEvent(input);
  if (!event) throw new GrantkeepError("invalid_event", "This is not an event of Grantkeep.");
  return event;
}

/**
 * Returns a Lambda handler that gets each event once: an event may come twice, with the same id. If the handler throws,
 * the next copy is handled again.
 *
 * @example
 * ```ts
 * export const handler = onEvent(async (event) => {
 *   if (event.kind !== "delivery" || event.type !== "slack.app_mention") return;
 *   await reply(event.installationId, await readBody(event));
 * });
 * ```
 */
export function onEvent(
  handle: (event: BotEvent) => Promise<void>,
  { seen = createSeenEvents() }: OnEventOptions = {},
): (input: unknown) => Promise<void> {
  return async (input) => {
    const event = parseEvent(input);
    if (!(await seen.add(event.id))) return;
    try {
      await handle(event);
    } catch (error) {
      await seen.delete(event.id);
      throw error;
    }
  };
}

/** Creates a memory of the last events of this process. */
export function createSeenEvents(max: number = MAX_SEEN): SeenEvents {
  const ids = new Set<string>();
  return {
    add(id) {
      if (ids.has(id)) return false;
      ids.add(id);
      const [oldest] = ids.size > max ? ids : [];
      if (oldest !== undefined) ids.delete(oldest);
      return true;
    },
    delete(id) {
      ids.delete(id);
    },
  };
}

/**
 * Returns the body of a delivery. Fetches a large one by its URL, which is good for 15 minutes, or from S3 by `getObject`,
 * and compares its SHA-256.
 *
 * @example
 * ```ts
 * const body = await readBody(event, async ({ bucket, key }) => {
 *   const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
 *   return (await Body?.transformToByteArray()) ?? "";
 * });
 * ```
 *
 * @throws {GrantkeepError} `body_unavailable`
 */
export async function readBody(event: DeliveryEvent, getObject?: GetObject): Promise<unknown> {
  const { bodyRef, bodyUrl } = event;
  if (!bodyRef) return event.body;
  const bytes = (bodyUrl && (await fetchBytes(bodyUrl))) ?? (await getObject?.(bodyRef));
  if (bytes && createHash("sha256").update(bytes).digest("hex") === bodyRef.sha256) {
    return parseJson(typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("utf8"));
  }
  throw new GrantkeepError("body_unavailable", "The body of the event cannot be read.");
}

/** Returns the content of a URL, or `undefined` if it has expired. */
async function fetchBytes(url: string): Promise<Uint8Array | undefined> {
  const response = await fetch(url).catch(() => undefined);
  if (!response?.ok) return undefined;
  return new Uint8Array(await response.arrayBuffer());
}
