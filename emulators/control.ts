import * as v from "valibot";
import { type FaultQueue, FaultRule } from "./faults.ts";
import type { EmulatedPlatform } from "./platform.ts";
import type { PlatformControls, PlatformName } from "./platforms.ts";
import type { LoggedRequest, RequestLog } from "./request-log.ts";
import type { EmulatorState } from "./state.ts";

/** Controls the emulators from outside the roles of a client and a user. */
export interface EmulatorControl extends PlatformControls {
  /** Makes all tokens and codes older by some seconds, after `onTimePassed` did so elsewhere. */
  letTimePass(seconds: number): Promise<void>;
  /** Returns by how many seconds the clock was advanced in total. */
  passedSeconds(): number;
  addFault(rule: v.InferInput<typeof FaultRule>): void;
  clearFaults(): void;
  /** Returns the newest requests to the platforms, oldest first. */
  requests(): LoggedRequest[];
  /** Revokes all tokens of an account, as if its owner had removed the app, and counts them. */
  revoke(platform: PlatformName, account: string): Promise<number>;
  /** Deletes tokens, codes, faults and logged requests, and resets the clock. */
  reset(): Promise<void>;
}

/** The parts of the emulators that the control changes. */
export interface ControlDeps {
  readonly platforms: Readonly<Partial<Record<PlatformName, EmulatedPlatform>>>;
  readonly controls: PlatformControls;
  readonly state: EmulatorState;
  readonly faults: FaultQueue;
  readonly requestLog: RequestLog;
  readonly onTimePassed?: ((seconds: number) => Promise<void>) | undefined;
}

/** Creates the control that the control API and the tests use. */
export function createControl(deps: ControlDeps): EmulatorControl {
  const { platforms, controls, state, faults, requestLog, onTimePassed } = deps;

  return {
    ...controls,

    async letTimePass(seconds) {
      // In this order a client may believe that a live token has expired, but not the opposite.
      await onTimePassed?.(seconds);
      state.clock.advance(seconds);
      await state.flush();
    },

    passedSeconds: () => state.clock.passedSeconds(),

    addFault: (rule) => faults.add(v.parse(FaultRule, rule)),
    clearFaults: () => faults.clear(),
    requests: () => requestLog.list(),

    async revoke(platform, account) {
      const count = platforms[platform]?.revoke(account) ?? 0;
      await state.flush();
      return count;
    },

    async reset() {
      for (const platform of Object.values(platforms)) platform.clearPendingFlows();
      faults.clear();
      requestLog.clear();
      state.reset();
      await state.flush();
    },
  };
}
