import type { OAuthProvider, StoredGrant, TokenSet } from "../../core/ports/provider.ts";
import type { RefreshLease } from "../../core/ports/refresh-leases.ts";
import { CALL_FAULTS, REFRESH_FAULTS, type Reply, toReply, unavailable } from "./call-faults.ts";
import type { IssuedPair } from "./issued-tokens.ts";
import { type PlatformModel, type PlatformRules, toTokenSet } from "./platform.ts";
import type { Process, Scheduler } from "./scheduler.ts";

/** A response that takes longer lets others go on. */
const SOON_MS = 1_000;

const RESPONSE_FAULTS = ["crash", "pause"];

/** A refresh as it was sent. */
export interface Send {
  readonly process: Process;
  readonly lease: RefreshLease;
  /** The version of the tokens that the caller has read, and found to be too old. */
  readonly decidedOn: number;
  /** When the caller gives up, in epoch milliseconds. */
  readonly limit: number;
  readonly invocation: number;
  /** The number of the step in which it was sent. */
  step: number;
  isDone: boolean;
  /** The tokens that the platform issued. */
  pair?: IssuedPair;
}

/** The last lease that a process took for an organization. */
export type HeldLease = Pick<Send, "lease" | "decidedOn">;

/** The state that the calls of all processes share. */
export interface CallContext {
  readonly scheduler: Scheduler;
  readonly model: PlatformModel;
  /** Returns when a call gives up, in epoch milliseconds. */
  limitOf(signal: AbortSignal): number;
  /** Checks a refresh that is sent, before the platform does its work. */
  onSend(send: Send): void;
}

interface Call<Result> {
  readonly name: string;
  readonly faults: readonly string[];
  readonly signal: AbortSignal;
  work(): Result;
  /** Runs when the request is sent, before the platform does its work. */
  onSent?(): void;
}

/** Makes every call of a process to its platform two steps: the platform's work, and the response. */
export function createSteppedProvider(
  { scheduler, model, limitOf, onSend }: CallContext,
  process: Process,
  getLease: (organizationId: string) => HeldLease | undefined,
): OAuthProvider {
  const { rules, provider } = model;

  async function call<Result>(request: Call<Result>): Promise<Result> {
    const { name, faults, work } = request;
    const limit = limitOf(request.signal);
    const sending = { name, readyAt: scheduler.now(), isWaiting: false, faults };
    const reply = await scheduler.step<Reply<Result>>(process, sending, ({ resolve }, fault) => {
      if (fault !== "not sent" && scheduler.now() < limit) request.onSent?.();
      const reply = toReply(scheduler, fault, limit, work);
      if (fault !== "crash after") resolve(reply);
    });
    const readyAt = Math.min(reply.at, limit);
    const isWaiting = readyAt > scheduler.now() + SOON_MS;
    const response = { name: `${name}: response`, readyAt, isWaiting, faults: RESPONSE_FAULTS };
    return scheduler.step<Result>(process, response, ({ resolve, reject }) => {
      try {
        const isLate = scheduler.now() > limit || reply.at > limit;
        // The platform was too slow, or the process stood still, so that its own time-out came first.
        if (isLate) {
          scheduler.noteDelay(process);
          throw unavailable("time-out", "unknown");
        }
        resolve(reply.settle());
      } catch (error) {
        reject(error);
      }
    });
  }

  async function refresh(grant: StoredGrant): Promise<TokenSet> {
    const held = getLease(grant.organizationId);
    if (!held) throw new Error("A refresh was started without a lease.");
    const { lease, decidedOn } = held;
    const { signal } = grant;
    const { invocation } = process;
    const limit = limitOf(signal);
    const send: Send = { process, invocation, lease, decidedOn, limit, step: 0, isDone: false };
    let sentAt = 0;
    const onSent = () => {
      sentAt = scheduler.now();
      send.step = scheduler.stepCount();
      onSend(send);
    };
    const work = () => {
      send.pair = rules.refresh(grant, { askedFor: lease.accessToken, sentAt });
      return toTokenSet(send.pair, scheduler.now());
    };
    try {
      return await call({ name: "refresh", faults: REFRESH_FAULTS, signal, work, onSent });
    } finally {
      send.isDone = true;
    }
  }

  const { narrow, ...others } = provider;
  return {
    ...others,
    refresh,
    check(grant) {
      const { signal } = grant;
      return call({ name: "check", faults: CALL_FAULTS, signal, work: () => rules.check(grant) });
    },
    revoke(grant) {
      const { signal } = grant;
      const faults = [...CALL_FAULTS, "cut"];
      return call({ name: "revoke", faults, signal, work: () => rules.revoke(grant) });
    },
    ...(narrow && {
      narrow(grant) {
        const work = () => toTokenSet(narrowWith(rules, grant), scheduler.now());
        const { signal } = grant;
        return call({ name: "narrow", faults: [...CALL_FAULTS, "429"], signal, work });
      },
    }),
  };
}

function narrowWith({ narrow }: PlatformRules, grant: StoredGrant): IssuedPair {
  if (!narrow) throw new Error("The platform of the model cannot narrow tokens.");
  return narrow(grant);
}
