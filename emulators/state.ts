import * as v from "valibot";
import { createAtomicFile } from "./atomic-file.ts";
import { type Clock, createClock } from "./clock.ts";
import {
  type ClearableValue,
  createPersistedValue,
  type PersistedValue,
} from "./persisted-value.ts";
import type { PlatformName } from "./platforms.ts";
import { createEmulatedTokenStore, type EmulatedTokenStore, IssuedTokens } from "./token-store.ts";

const SavedState = v.object({
  passedSeconds: v.number(),
  tokens: v.record(v.string(), v.array(IssuedTokens)),
  kept: v.optional(v.record(v.string(), v.unknown()), {}),
});
type SavedState = v.InferOutput<typeof SavedState>;

const SavedStateText = v.pipe(v.string(), v.parseJson(), SavedState);

/** The state that survives a restart, so that the tokens in a client's database stay valid. */
export interface EmulatorState {
  readonly clock: Clock;
  /** Opens the token store of a platform. Call it once for each. */
  openTokenStore(platform: PlatformName): EmulatedTokenStore;
  /** Opens what a platform persists beside its tokens. Call it once for each. */
  openValue<Value>(
    platform: PlatformName,
    schema: v.GenericSchema<unknown, Value>,
    initial: Value,
  ): PersistedValue<Value>;
  /** Resolves when all changes so far are on disk. Writes that failed before are tried again. */
  flush(): Promise<void>;
  /** Deletes all tokens, restores the initial values and resets the clock. */
  reset(): void;
}

/** Opens the state of the last run. It is empty without a path, or if the file is invalid. */
export async function openState(path: string | undefined): Promise<EmulatorState> {
  const file = path === undefined ? undefined : createAtomicFile(path);
  const earlier = parseState(await file?.read());
  const clock = createClock(earlier.passedSeconds, onChange);
  const stores = new Map<PlatformName, EmulatedTokenStore>();
  const values = new Map<PlatformName, ClearableValue<unknown>>();
  const version = { current: 0, onDisk: 0 };

  function onChange(): void {
    version.current += 1;
  }

  return {
    clock,

    openTokenStore(platform) {
      const store = createEmulatedTokenStore(clock, earlier.tokens[platform] ?? [], onChange);
      stores.set(platform, store);
      return store;
    },

    openValue(platform, schema, initial) {
      const value = createPersistedValue(schema, earlier.kept[platform], { initial, onChange });
      values.set(platform, value);
      return value;
    },

    async flush() {
      const { current, onDisk } = version;
      if (!file || onDisk === current) return;
      await file.write(() => JSON.stringify(toSavedState(clock, stores, values)));
      version.onDisk = Math.max(version.onDisk, current);
    },

    reset() {
      clock.reset();
      for (const part of [...stores.values(), ...values.values()]) part.clear();
    },
  };
}

function parseState(text: string | undefined): SavedState {
  const parsed = v.safeParse(SavedStateText, text);
  return parsed.success ? parsed.output : { passedSeconds: 0, tokens: {}, kept: {} };
}

function toSavedState(
  clock: Clock,
  stores: ReadonlyMap<PlatformName, EmulatedTokenStore>,
  values: ReadonlyMap<PlatformName, PersistedValue<unknown>>,
): SavedState {
  const tokens: SavedState["tokens"] = {};
  for (const [platform, store] of stores) tokens[platform] = store.all();
  const kept: SavedState["kept"] = {};
  for (const [platform, value] of values) kept[platform] = value.get();
  return { passedSeconds: clock.passedSeconds(), tokens, kept };
}
