import * as v from "valibot";
import { FaultRule, type Faults } from "./faults.ts";
import type { GithubControl } from "./github/control.ts";
import type { JiraControl } from "./jira/control.ts";
import type { Platform, PlatformName } from "./platform.ts";
import type { RequestLog, SeenRequest } from "./request-log.ts";
import type { SlackControl } from "./slack/control.ts";
import type { State } from "./state.ts";

/** What can be done to the platforms from outside the roles of a client and a user. */
export interface Control {
  /** Makes all tokens and codes older by so much; `onTimePassed` does the same to the database. */
  letTimePass(seconds: number): Promise<void>;
  /** How long time has been let pass in all. */
  passedSeconds(): number;
  addFault(rule: v.InferInput<typeof FaultRule>): void;
  clearFaults(): void;
  /** The newest requests to the platforms, oldest first. */
  requests(): SeenRequest[];
  /** Ends all tokens of an account, as if its owner had removed the app, and counts them. */
  revoke(platform: PlatformName, login: string): Promise<number>;
  /** Forgets tokens, codes, faults, requests and passed time. */
  reset(): Promise<void>;
  /** What only GitHub has. */
  readonly github: GithubControl;
  /** What only Slack has; `undefined` if no app is registered there. */
  readonly slack: SlackControl | undefined;
  /** What only Jira has; `undefined` if no app is registered there. */
  readonly jira: JiraControl | undefined;
}

/** What control reaches into; without `onTimePassed`, time passes for the platforms alone. */
export interface ControlDeps {
  readonly platforms: Readonly<Partial<Record<PlatformName, Platform>>>;
  readonly github: GithubControl;
  readonly slack?: SlackControl | undefined;
  readonly jira?: JiraControl | undefined;
  readonly state: State;
  readonly faults: Faults;
  readonly requestLog: RequestLog;
  readonly onTimePassed?: ((seconds: number) => Promise<void>) | undefined;
}

/** The control object behind the control API and the tests. */
export function createControl(deps: ControlDeps): Control {
  const { platforms, state, faults, requestLog, onTimePassed, github, slack, jira } = deps;

  return {
    github,
    slack,
    jira,

    async letTimePass(seconds) {
      // First the others: a token may look dead to them while it lives, never the other way round.
      await onTimePassed?.(seconds);
      state.clock.letPass(seconds);
      await state.saved();
    },

    passedSeconds: () => state.clock.passedSeconds(),

    addFault: (rule) => faults.add(v.parse(FaultRule, rule)),
    clearFaults: () => faults.clear(),
    requests: () => requestLog.list(),

    async revoke(platform, login) {
      const count = platforms[platform]?.revoke(login) ?? 0;
      await state.saved();
      return count;
    },

    async reset() {
      for (const platform of Object.values(platforms)) platform.forgetFlows();
      faults.clear();
      requestLog.clear();
      state.reset();
      await state.saved();
    },
  };
}
