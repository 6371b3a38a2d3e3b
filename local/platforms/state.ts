import * as v from "valibot";
import { createAtomicFile } from "./atomic-file.ts";
import { type Clock, createClock } from "./clock.ts";
import type { PlatformName } from "./platform.ts";
import { createTokenBook, IssuedTokens, type TokenBook } from "./token-book.ts";

const SavedState = v.object({
  passedSeconds: v.number(),
  tokens: v.record(v.string(), v.array(IssuedTokens)),
});
type SavedState = v.InferOutput<typeof SavedState>;

const SavedStateText = v.pipe(v.string(), v.parseJson(), SavedState);

/** What outlives a restart: the database is kept between runs, so its tokens must go on working. */
export interface State {
  readonly clock: Clock;
  /** The token book of a platform, which asks for it once. */
  openTokenBook(platform: PlatformName): TokenBook;
  /** Resolves when all changes so far are on disk, for which it tries again what failed before. */
  saved(): Promise<void>;
  /** Forgets all tokens and puts the clock right. */
  reset(): void;
}

/** Opens the state of the last run; without a path, or if the file is corrupt, it starts empty. */
export async function openState(path: string | undefined): Promise<State> {
  const file = path === undefined ? undefined : createAtomicFile(path);
  const earlier = parseState(await file?.read());
  const clock = createClock(earlier.passedSeconds, onChange);
  const books = new Map<PlatformName, TokenBook>();
  let version = 0;
  let versionOnDisk = 0;

  function onChange(): void {
    version += 1;
  }

  return {
    clock,

    openTokenBook(platform) {
      const book = createTokenBook(clock, earlier.tokens[platform] ?? [], onChange);
      books.set(platform, book);
      return book;
    },

    async saved() {
      if (!file || versionOnDisk === version) return;
      const wanted = version;
      await file.write(() => JSON.stringify(toSavedState(clock, books)));
      versionOnDisk = Math.max(versionOnDisk, wanted);
    },

    reset() {
      clock.reset();
      for (const book of books.values()) book.clear();
    },
  };
}

function parseState(text: string | undefined): SavedState {
  const parsed = v.safeParse(SavedStateText, text);
  return parsed.success ? parsed.output : { passedSeconds: 0, tokens: {} };
}

function toSavedState(clock: Clock, books: ReadonlyMap<PlatformName, TokenBook>): SavedState {
  const tokens: SavedState["tokens"] = {};
  for (const [platform, book] of books) tokens[platform] = book.all();
  return { passedSeconds: clock.passedSeconds(), tokens };
}
