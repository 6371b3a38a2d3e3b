import { createHash } from "node:crypto";
import { GrantkeepError } from "./errors.ts";
import { parseBotEvent } from "./event-shape.ts";
import { parseJson } from "./json.ts";
import type { Platform } from "./token.ts";

/** A delivery of a platform, as Grantkeep put it on the bus after it verified the signature. */
export interface BotEvent {
  /** `github.issues`, `slack.app_mention`, `jira.issue_updated`; `….unclaimed` without an installation. */
  readonly type: string;
  readonly platform: Platform;
  /** The platform's name of the event: `issues`. */
  readonly event: string;
  /** The action, if the platform sends it apart from the name: `opened`. */
  readonly action: string | null;
  /** Equal in each copy of the delivery. */
  readonly deliveryId: string;
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

/** Where a large body is stored, for seven days. */
export interface BodyRef {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Reads an object of S3 with the role of the bot. */
export type GetObject = (ref: BodyRef) => Promise<Uint8Array | string>;

/** Keeps the ids of deliveries that were handled. */
export interface SeenDeliveries {
  /** Returns whether the id is new, and keeps it. */
  add(deliveryId: string): boolean | Promise<boolean>;
  /** Drops the id, since its handler failed. */
  delete(deliveryId: string): void | Promise<void>;
}

/** Options of {@link onEvent}. */
export interface OnEventOptions {
  /** Default: the last 10,000 ids, in memory, which does not cover several Lambdas. */
  readonly seen?: SeenDeliveries | undefined;
}

const MAX_SEEN = 10_000;

/**
 * Returns the event in what EventBridge, or local mode by `BOT_URL`, sent.
 *
 * @example
 * ```ts
 * const event = parseEvent(await request.json());
 * if (event.type === "github.issues" && event.action === "opened") await triage(event);
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
 * Returns a Lambda handler that gets each delivery once: a delivery may come twice, with the same id. If the handler
 * throws, the next copy is handled again.
 *
 * @example
 * ```ts
 * export const handler = onEvent(async (event) => {
 *   const body = await readBody(event);
 *   await reply(event.installationId, body);
 * });
 * ```
 */
export function onEvent(
  handle: (event: BotEvent) => Promise<void>,
  { seen = createSeenDeliveries() }: OnEventOptions = {},
): (input: unknown) => Promise<void> {
  return async (input) => {
    const event = parseEvent(input);
    if (!(await seen.add(event.deliveryId))) return;
    try {
      await handle(event);
    } catch (error) {
      await seen.delete(event.deliveryId);
      throw error;
    }
  };
}

/** Creates a memory of the last deliveries of this process. */
export function createSeenDeliveries(max: number = MAX_SEEN): SeenDeliveries {
  const ids = new Set<string>();
  return {
    add(deliveryId) {
      if (ids.has(deliveryId)) return false;
      ids.add(deliveryId);
      const [oldest] = ids.size > max ? ids : [];
      if (oldest !== undefined) ids.delete(oldest);
      return true;
    },
    delete(deliveryId) {
      ids.delete(deliveryId);
    },
  };
}

/**
 * Returns the body of an event. Fetches a large one by its URL, which is good for 15 minutes, or from S3 by `getObject`,
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
export async function readBody(event: BotEvent, getObject?: GetObject): Promise<unknown> {
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
