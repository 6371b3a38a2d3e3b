import type { KeyRingDocument } from "../sealing/keyring.ts";

/** A ring as its secret holds it now. */
export interface StoredKeyRing {
  readonly document: KeyRingDocument;
  /** Names this very content of the secret. */
  readonly version: string;
  readonly changedAt: Date;
}

/** The port to the secret of one ring. */
export interface KeyRingStore {
  /** @throws {ServiceError} `retry_later`, `server_error` */
  read(): Promise<StoredKeyRing>;
  /**
   * Puts a ring in the place of the one that was read.
   *
   * @throws {ServiceError} `retry_later` when somebody else has replaced it since, `server_error`
   */
  replace(read: StoredKeyRing, document: KeyRingDocument): Promise<StoredKeyRing>;
}
