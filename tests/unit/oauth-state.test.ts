import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeState,
  encodeState,
  hashOf,
  isBoundTo,
  type OAuthState,
  type StateContext,
} from "../../core/oauth-state.ts";
import { sealerOf } from "../support/keyrings.ts";

const context: StateContext = {
  audience: "https://grants.example.com",
  platform: "github",
  purpose: "callback",
};
const now = new Date("2026-11-22T12:00:00Z");
const state: OAuthState = {
  platform: "github",
  nonce: "0123456789abcdef0123456789abcdef",
  issuedAt: now.getTime() / 1000,
  cookieHash: hashOf("browser-secret"),
  redirectUri: "https://app.example.com/callback",
  metadata: { customer: "c-1" },
  link: null,
  claimedInstallationId: null,
};
const refused = expect.objectContaining({ code: "invalid_state" });

function later(seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

describe("the state", () => {
  test("keeps platform, redirect URI, nonce and metadata", async () => {
    const sealer = sealerOf();
    const encoded = await encodeState(sealer, context, state);

    expect(await decodeState(sealer, context, encoded, now)).toEqual(state);
  });

  test("cannot be read from outside", async () => {
    const encoded = await encodeState(sealerOf(), context, state);
    const bytes = Buffer.from(encoded.split(".").at(-1) ?? "", "base64url");

    expect(bytes.includes("app.example.com")).toBe(false);
  });

  test("fits into 2,048 characters with the longest redirect and metadata", async () => {
    const longest: OAuthState = {
      ...state,
      redirectUri: "https://app.example.com/".padEnd(512, "a"),
      metadata: { a: "b".repeat(503) },
      link: { id: "0".repeat(32), expiresAt: state.issuedAt },
    };

    expect((await encodeState(sealerOf(), context, longest)).length).toBeLessThanOrEqual(2048);
  });

  test("is good for 600 seconds and a clock that is 60 seconds off", async () => {
    const sealer = sealerOf();
    const encoded = await encodeState(sealer, context, state);
    const decode = (at: Date) => decodeState(sealer, context, encoded, at);

    expect(await decode(later(600))).toEqual(state);
    expect(await decode(later(-60))).toEqual(state);
    await expect(decode(later(601))).rejects.toEqual(refused);
    await expect(decode(later(-61))).rejects.toEqual(refused);
  });

  test.each([
    ["platform", { platform: "slack" }],
    ["deployment", { audience: "https://staging.example.com" }],
    ["purpose", { purpose: "setup" }],
  ] as const)("does not open for another %s", async (_, change) => {
    const sealer = sealerOf();
    const encoded = await encodeState(sealer, context, state);

    await expect(decodeState(sealer, { ...context, ...change }, encoded, now)).rejects.toEqual(
      refused,
    );
  });

  test("does not open under another ring", async () => {
    const encoded = await encodeState(sealerOf(), context, state);

    await expect(decodeState(sealerOf(), context, encoded, now)).rejects.toEqual(refused);
  });

  test("is refused with one code and one message, whatever is wrong with it", async () => {
    const sealer = sealerOf();
    const messages = new Set<unknown>();

    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.string({ minLength: 2000 })), async (encoded) => {
        const error: unknown = await decodeState(sealer, context, encoded, now).catch(
          (failure: unknown) => failure,
        );
        expect(error).toEqual(refused);
        messages.add(error instanceof Error && error.message);
      }),
    );
    expect(messages.size).toBe(1);
  });

  test("passes an outage of the key ring on as it is", async () => {
    const encoded = await encodeState(sealerOf(), context, state);
    const sealer = {
      ...sealerOf(),
      open: () => Promise.reject(new Error("out of order")),
    };

    await expect(decodeState(sealer, context, encoded, now)).rejects.toThrow("out of order");
  });

  test("is bound to one browser secret", () => {
    expect(isBoundTo(state.cookieHash, "browser-secret")).toBe(true);
    expect(isBoundTo(state.cookieHash, "browser-secres")).toBe(false);
    expect(isBoundTo("short", "browser-secret")).toBe(false);
  });
});
