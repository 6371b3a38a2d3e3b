import * as v from "valibot";
import { createAtomicFile } from "./atomic-file.ts";
import { type Clock, createClock } from "./clock.ts";
import { createKept, type Kept, type KeptInFile } from "./persisted-value.ts";
import type { PlatformName } from "./platform.ts";
import { createTokenBook, IssuedTokens, type TokenBook } from "./token-store.ts";

const SavedState = v.object({
  passedSeconds: v.number(),
  tokens: v.record(v.string(), v.array(IssuedTokens)),
  kept: v.optional(v.record(v.string(), v.unknown()), {}),
});
type SavedState = v.InferOutput<typeof SavedState>;

const SavedStateText = v.pipe(v.string(), v.parseJson(), SavedState);

/** What outlives a restart: the database is kept between runs, so its tokens must go on working. */
export interface State {
  readonly clock: Clock;
  /** The token book of a platform, which asks for it once. */
  openTokenBook(platform: PlatformName): TokenBook;
  /** What a platform keeps beside tokens, for which it asks once. */
  openKept<Value>(
    platform: PlatformName,
    schema: v.GenericSchema<unknown, Value>,
    initial: Value,
  ): Kept<Value>;
  /** Resolves when all changes so far are on disk, for which it tries again what failed before. */
  saved(): Promise<void>;
  /** Forgets all tokens and all that is kept, and puts the clock right. */
  reset(): void;
}

/** Opens the state of the last run; without a path, or if the file is corrupt, it starts empty. */
export async function openState(path: string | undefined): Promise<State> {
  const file = path === undefined ? undefined : createAtomicFile(path);
  const earlier = parseState(await file?.read());
  const clock = createClock(earlier.passedSeconds, onChange);
  const books = new Map<PlatformName, TokenBook>();
  const kept = new Map<PlatformName, KeptInFile<unknown>>();
  const version = { current: 0, onDisk: 0 };

  function onChange(): void {
    version.current += 1;
  }

  return {
    clock,

    openTokenBook(platform) {
      const book = createTokenBook(clock, earlier.tokens[platform] ?? [], onChange);
      books.set(platform, book);
      return book;
    },

    openKept(platform, schema, initial) {
      const value = createKept(schema, earlier.kept[platform], { initial, onChange });
      kept.set(platform, value);
      return value;
    },

    async saved() {
      const { current, onDisk } = version;
      if (!file || onDisk === current) return;
      await file.write(() => JSON.stringify(toSavedState(clock, books, kept)));
      version.onDisk = Math.max(version.onDisk, current);
    },

    reset() {
      clock.reset();
      for (const part of [...books.values(), ...kept.values()]) part.clear();
    },
  };
}

function parseState(text: string | undefined): SavedState {
  const parsed = v.safeParse(SavedStateText, text);
  return parsed.success ? parsed.output : { passedSeconds: 0, tokens: {}, kept: {} };
}

function toSavedState(
  clock: Clock,
  books: ReadonlyMap<PlatformName, TokenBook>,
  keptValues: ReadonlyMap<PlatformName, Kept<unknown>>,
): SavedState {
  const tokens: SavedState["tokens"] = {};
  for (const [platform, book] of books) tokens[platform] = book.all();
  const kept: SavedState["kept"] = {};
  for (const [platform, value] of keptValues) kept[platform] = value.get();
  return { passedSeconds: clock.passedSeconds(), tokens, kept };
}
