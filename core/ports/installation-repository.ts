import type {
  Installation,
  InstallationCreate,
  InstallationFilter,
  InstallationKey,
  InstallationUpdate,
} from "../installation.ts";

/** A page of a list: rows with an id below `before`, newest first. */
interface PageRequest {
  readonly limit: number;
  readonly before?: string | undefined;
}

interface Page {
  readonly items: readonly Installation[];
  /** Whether there are older rows than the last of `items`. */
  readonly hasMore: boolean;
}

/** The part of the port that needs no key ring. */
export interface InstallationReader {
  find(key: InstallationKey): Promise<Installation | undefined>;
  /** Newest first, by id; the cost of a page does not grow with its number. */
  list(filter: InstallationFilter, page: PageRequest): Promise<Page>;
}

/**
 * The port that keeps installations. Tokens and secrets go in and never come out: see `TokenStore`.
 *
 * Every method may be called again after a lost reply without doing harm, and all throw `retry_later`
 * when the store does not answer in time.
 */
export interface InstallationRepository extends InstallationReader {
  /** @throws {ServiceError} `duplicate_installation` when the organization has one on this platform. */
  create(input: InstallationCreate): Promise<Installation>;
  /**
   * Stores a finished install in one atomic step. When the organization has an installation already, that
   * one keeps its id, webhook secret, `installedAt` and metadata (the new is merged over it), gets the
   * new tokens, and is active again; `created` is false then.
   */
  upsert(input: InstallationCreate): Promise<{ installation: Installation; created: boolean }>;
  /** The updated installation, unchanged for an empty patch; `undefined` when there is none. */
  update(id: string, patch: InstallationUpdate): Promise<Installation | undefined>;
  /** The deleted installation as it was at last; `undefined` when there was none. */
  delete(id: string): Promise<Installation | undefined>;
}
