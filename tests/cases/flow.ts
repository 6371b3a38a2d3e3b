import * as v from "valibot";
import { FlowCookie, readFlowCookie } from "../../core/install/flow-cookie.ts";
import {
  decodeState,
  encodeState,
  type OAuthState,
  type StateContext,
} from "../../core/install/oauth-state.ts";
import { createKeyRing } from "../../core/sealing/keyring.ts";
import { createSealer, type Sealer } from "../../core/sealing/sealer.ts";
import {
  type BrowserSession,
  type ConsentOptions,
  consent,
  openSession,
} from "../support/browser-session.ts";
import { REDIRECT_URI, type TestStack } from "../support/stack.ts";
import type { Conventions } from "./assertions.ts";
import { readKeyRing } from "./known-secrets.ts";

const OneCookie = v.strictTuple([v.tuple([v.string(), v.string()])]);

/** A flow whose installer has decided, and whose callback was not opened yet. */
export interface Flow {
  readonly session: BrowserSession;
  readonly callback: string;
  readonly state: string;
  /** Empty when the installer cancelled. */
  readonly code: string;
  /** The `name=value` that the browser holds for this flow. */
  readonly cookie: string;
}

export interface FlowOptions extends ConsentOptions {
  /** `null` for a flow without one. */
  readonly redirectUri?: string | null;
}

/** Starts flows, plants their secrets, and forges states as only the owner of the ring can. */
export interface Flows {
  readonly sealer: Sealer;
  start(options?: FlowOptions): Promise<Flow>;
  /** The content of the state of a flow. */
  read(flow: Flow): Promise<OAuthState>;
  /** The callback of a flow whose state says something else, or was sealed for something else. */
  reseal(
    flow: Flow,
    changes: Partial<OAuthState>,
    context?: Partial<StateContext>,
  ): Promise<string>;
}

/** Makes the flows of a stack. */
export async function createFlows(stack: TestStack, plant: Conventions["plant"]): Promise<Flows> {
  const ring = createKeyRing(await readKeyRing(stack, "state-keyring"));
  const sealer = createSealer(async () => ring);
  const context: StateContext = { audience: stack.url, platform: "github", purpose: "callback" };
  const read = ({ state }: Pick<Flow, "state">) => decodeState(sealer, context, state, new Date());

  return {
    sealer,
    read,

    async start({ redirectUri = REDIRECT_URI, ...options } = {}) {
      const session = openSession();
      const query =
        redirectUri === null ? "" : `?${new URLSearchParams({ redirect_uri: redirectUri })}`;
      const callback = await consent(stack, session, `/oauth/github/authorize${query}`, options);
      const { searchParams } = new URL(callback);
      const code = searchParams.get("code") ?? "";
      const state = searchParams.get("state") ?? "";
      const [[name, value]] = v.parse(OneCookie, [...session.cookies]);
      const cookie = `${name}=${value}`;

      const { nonce } = await read({ state });
      const opened = v.parse(FlowCookie, await readFlowCookie(sealer, nonce, [cookie]));
      const { browserSecret, codeVerifier } = opened;
      const secrets = { code, state, cookie: value, browserSecret, codeVerifier };
      for (const [name, secret] of Object.entries(secrets)) plant(name, secret);
      return { session, callback, state, code, cookie };
    },

    async reseal(flow, changes, other = {}) {
      const state = { ...(await read(flow)), ...changes };
      const encoded = await encodeState(sealer, { ...context, ...other }, state);
      return withParameters(flow.callback, { state: encoded });
    },
  };
}

/** The URL with parameters replaced; `null` leaves one out. */
export function withParameters(
  url: string,
  parameters: Readonly<Record<string, string | null>>,
): string {
  const changed = new URL(url);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === null) changed.searchParams.delete(name);
    else changed.searchParams.set(name, value);
  }
  return changed.href;
}
