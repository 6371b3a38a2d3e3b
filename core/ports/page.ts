/** Requests a page of a list that is sorted by id, newest first: the items with an id below `before`. */
export interface PageRequest {
  readonly limit: number;
  readonly before?: string | undefined;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Whether there are items older than the last of `items`. */
  readonly hasMore: boolean;
}
