import { describe, expect, test, vi } from "vitest";
import { type FlowReturn, type FlowStart, proveFlow, startFlow } from "../../core/install/flow.ts";
import { createFlowCookie } from "../../core/install/flow-cookie.ts";
import { sealerOf } from "../support/keyrings.ts";

const sealer = sealerOf();
const deps = { stateSealer: sealer, publicUrl: "https://grants.example.com" };

const WANTED: FlowStart = {
  platform: "github",
  purpose: "callback",
  intent: {
    redirectUri: "https://app.example.com/",
    metadata: { customer: "c-1" },
    link: null,
    claimedInstallationId: null,
  },
  cookies: [],
};

const refusedFor = (reason: string) => expect.objectContaining({ code: "invalid_state", reason });

/** A started flow, and the request with which its browser returns from the platform. */
async function start(change: Partial<FlowStart> = {}) {
  const wanted = { ...WANTED, ...change };
  const flow = await startFlow(deps, wanted);
  const cookie = flow.cookies.at(-1)?.split(";", 1).join() ?? "";
  const back: FlowReturn = {
    platform: wanted.platform,
    purpose: wanted.purpose,
    encodedState: flow.state,
    cookies: [cookie],
  };
  return { ...flow, cookie, back };
}

describe("a flow", () => {
  test.each(["callback", "setup"] as const)(
    "returns to its %s in its own browser, with its whole intent",
    async (purpose) => {
      const { back, codeChallenge } = await start({ purpose });

      const { state, cookie } = await proveFlow(deps, back);

      const digest = await crypto.subtle.digest("SHA-256", Buffer.from(cookie.codeVerifier));
      expect(state).toMatchObject({ platform: "github", ...WANTED.intent });
      expect(state.nonce).toMatch(/^[0-9a-f]{32}$/);
      expect(Buffer.from(digest).toString("base64url")).toBe(codeChallenge);
      expect(cookie.browserSecret).toMatch(/^[\w-]{43}$/);
    },
  );

  test("is refused in a browser without its cookie", async () => {
    const { back } = await start();
    const { cookie: other } = await start();

    for (const cookies of [[], [other], ["a=b"]]) {
      await expect(proveFlow(deps, { ...back, cookies })).rejects.toEqual(refusedFor("no_cookie"));
    }
  });

  test("is refused with a cookie of its name and another browser's secret", async () => {
    const { back } = await start();
    const { state } = await proveFlow(deps, back);
    const stranger = { browserSecret: "s".repeat(43), codeVerifier: "v".repeat(43), issuedAt: 0 };
    const header = await createFlowCookie(sealer, state.nonce, stranger, 600);

    const stolen = { ...back, cookies: [header.split(";", 1).join()] };

    await expect(proveFlow(deps, stolen)).rejects.toEqual(refusedFor("other_browser"));
  });

  test.each([
    ["platform", { platform: "slack" }],
    ["purpose", { purpose: "setup" }],
  ] as const)("is refused if it returns to another %s", async (_, change) => {
    const { back } = await start();

    await expect(proveFlow(deps, { ...back, ...change })).rejects.toEqual(refusedFor("not_ours"));
  });

  test("is refused by another deployment with the same keys", async () => {
    const { back } = await start();
    const staging = { ...deps, publicUrl: "https://staging.example.com" };

    await expect(proveFlow(staging, back)).rejects.toEqual(refusedFor("not_ours"));
  });

  test.each([
    ["callback", 600],
    ["setup", 3600],
  ] as const)("of a %s expires after %i seconds, with its cookie", async (purpose, life) => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-22T12:00:00Z") });
    try {
      const { back, cookies } = await start({ purpose });
      vi.setSystemTime(Date.now() + life * 1000);
      const proven = await proveFlow(deps, back);
      vi.setSystemTime(Date.now() + 1000);

      expect(proven.state.issuedAt).toBe(Date.parse("2026-11-22T12:00:00Z") / 1000);
      expect(proven.cookie.issuedAt).toBe(proven.state.issuedAt);
      expect(cookies.at(-1)).toContain(`; Max-Age=${life};`);
      await expect(proveFlow(deps, back)).rejects.toEqual(refusedFor("expired"));
    } finally {
      vi.useRealTimers();
    }
  });

  test("expires old cookies when it starts", async () => {
    const cookies = ["aaaaaaaa", "bbbbbbbb", "cccccccc", "dddddddd"].map(
      (flow) => `__Host-grantkeep-${flow}=old`,
    );

    const { cookies: set } = await start({ cookies });

    expect(set.map((header) => header.includes("Max-Age=0"))).toEqual([true, false]);
  });
});
