import type { KeyRingDocument } from "../sealing/keyring.ts";

/** A key ring as it is currently stored in its secret. */
export interface StoredKeyRing {
  readonly document: KeyRingDocument;
  /** The version of the secret. */
  readonly version: string;
  readonly changedAt: Date;
}

/** The port to the secret of one key ring. */
export interface KeyRingStore {
  /** @throws {ServiceError} `retry_later`, `server_error` */
  read(): Promise<StoredKeyRing>;
  /**
   * Replaces the key ring that was read.
   *
   * @throws {ServiceError} `retry_later` if it was replaced since it was read, `server_error`
   */
  replace(read: StoredKeyRing, document: KeyRingDocument): Promise<StoredKeyRing>;
}
