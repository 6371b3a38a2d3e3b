import { v7 as uuid } from "uuid";

/**
 * A new installation id; later ids sort after earlier ones.
 *
 * @see RFC 9562, section 5.7 (UUIDv7)
 */
export function createInstallationId(): string {
  return `inst-${uuid().replaceAll("-", "")}`;
}
