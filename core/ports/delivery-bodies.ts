/** A body in the bucket, as an event names it in place of the body. */
export interface BodyReference {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** The port to the bucket for bodies of deliveries that are too long for the event bus. */
export interface DeliveryBodies {
  /**
   * Stores a body, whose SHA-256 the bucket verifies. A body under the same key is replaced.
   *
   * @throws {ServiceError} `retry_later`
   */
  put(key: string, body: Uint8Array, sha256: string): Promise<BodyReference>;
  /** Returns a URL from which anybody can get the body for 15 minutes. */
  createUrl(key: string): Promise<string>;
}
