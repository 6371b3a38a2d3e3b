import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeState,
  encodeState,
  hashOf,
  isBoundTo,
  type OAuthState,
  type StateContext,
} from "../../core/install/oauth-state.ts";
import { sealerOf } from "../support/keyrings.ts";
import { anyText, forAll, spoiled } from "../support/properties.ts";

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
const refused = expect.objectContaining({
  code: "invalid_state",
  message:
    "This install link is not valid: it was used before, has expired, or was opened in another browser.",
});

const sealer = sealerOf();
/** The 2,048 characters without `v1.k1.`, iv and tag. */
const MAX_PLAINTEXT_BYTES = 1503;

const contexts: fc.Arbitrary<StateContext> = fc.record({
  audience: fc.constantFrom("https://grants.example.com", "https://staging.example.com"),
  platform: fc.constantFrom("github", "slack", "jira"),
  purpose: fc.constantFrom("callback", "setup"),
});

const hex = fc.string({
  unit: fc.constantFrom(..."0123456789abcdef"),
  minLength: 32,
  maxLength: 32,
});

const states: fc.Arbitrary<OAuthState> = fc.record({
  platform: fc.constantFrom("github", "slack", "jira"),
  nonce: hex,
  issuedAt: fc.nat(),
  cookieHash: fc.string({ maxLength: 43 }),
  redirectUri: fc.option(fc.string({ maxLength: 300 })),
  metadata: fc.dictionary(
    fc.stringMatching(/^[a-z0-9][a-z0-9_]{0,9}$/),
    fc.string({ maxLength: 20 }),
    {
      maxKeys: 5,
      noNullPrototype: true,
    },
  ),
  link: fc.option(
    fc.record({
      id: hex.map((digits) => `link-${digits}`),
      installationId: fc.option(hex.map((digits) => `inst-${digits}`)),
      replaces: fc.boolean(),
    }),
  ),
  claimedInstallationId: fc.option(fc.stringMatching(/^[1-9][0-9]{0,18}$/)),
});

function later(seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

describe("the state", () => {
  test("keeps its contents, for every platform and purpose", () =>
    forAll(fc.tuple(states, contexts), async ([state, context]) => {
      const encoded = await encodeState(sealer, context, state);
      const soon = new Date(state.issuedAt * 1000);

      expect(await decodeState(sealer, context, encoded, soon)).toEqual(state);
    }));

  test("cannot be read without the keys", async () => {
    const encoded = await encodeState(sealerOf(), context, state);
    const bytes = Buffer.from(encoded.split(".").at(-1) ?? "", "base64url");

    expect(bytes.includes("app.example.com")).toBe(false);
  });

  test("fits into 2,048 characters with the longest redirect and metadata", async () => {
    const longest: OAuthState = {
      ...state,
      redirectUri: "https://app.example.com/".padEnd(512, "a"),
      metadata: { a: "b".repeat(503) },
      link: {
        id: `link-${"0".repeat(32)}`,
        installationId: `inst-${"0".repeat(32)}`,
        replaces: false,
      },
      claimedInstallationId: "9".repeat(19),
    };

    expect((await encodeState(sealer, context, longest)).length).toBeLessThanOrEqual(2048);
  });

  test("is limited to 2,048 characters", async () => {
    const withRedirect = (length: number) => ({ ...state, redirectUri: "a".repeat(length) });
    const { length } = JSON.stringify(withRedirect(0));
    const longest = withRedirect(MAX_PLAINTEXT_BYTES - length);
    const encoded = await encodeState(sealer, context, longest);

    expect(encoded).toHaveLength(2048);
    expect(await decodeState(sealer, context, encoded, now)).toEqual(longest);
    await expect(
      encodeState(sealer, context, withRedirect(MAX_PLAINTEXT_BYTES - length + 1)),
    ).rejects.toMatchObject({
      code: "invalid_request",
      message: "The redirect_uri and metadata are too long together.",
    });
  });

  test.each([
    ["callback", 600],
    ["setup", 3600],
  ] as const)(
    "of a %s is valid for %i seconds, with a clock skew of 60 seconds",
    async (purpose, life) => {
      const encoded = await encodeState(sealer, { ...context, purpose }, state);
      const decode = (at: Date) => decodeState(sealer, { ...context, purpose }, encoded, at);

      expect(await decode(later(life))).toEqual(state);
      expect(await decode(later(-60))).toEqual(state);
      await expect(decode(later(life + 1))).rejects.toEqual(refused);
      await expect(decode(later(-61))).rejects.toEqual(refused);
    },
  );

  test("is valid by its age alone, whenever it was created", () =>
    forAll(fc.tuple(contexts, fc.integer({ min: -100_000, max: 100_000 })), async ([made, age]) => {
      const life = made.purpose === "setup" ? 3600 : 600;
      const encoded = await encodeState(sealer, made, state);
      const decoded = decodeState(sealer, made, encoded, later(age));

      if (age >= -60 && age <= life) expect(await decoded).toEqual(state);
      else await expect(decoded).rejects.toEqual(refused);
    }));

  test("can be decrypted only in its own context", () =>
    forAll(fc.tuple(contexts, contexts), async ([made, asked]) => {
      fc.pre(JSON.stringify(made) !== JSON.stringify(asked));
      const encoded = await encodeState(sealer, made, state);

      await expect(decodeState(sealer, asked, encoded, now)).rejects.toEqual(refused);
    }));

  test("cannot be decrypted with another key ring", async () => {
    const encoded = await encodeState(sealerOf(), context, state);

    await expect(decodeState(sealer, context, encoded, now)).rejects.toEqual(refused);
  });

  test("cannot be decrypted after a change", async () => {
    const encoded = await encodeState(sealer, context, state);

    await forAll(spoiled(encoded), (changed) =>
      expect(decodeState(sealer, context, changed, now)).rejects.toEqual(refused),
    );
  });

  test("cannot be forged", () =>
    forAll(fc.oneof(anyText, fc.constant("v1.k1.".padEnd(3000, "A"))), (encoded) =>
      expect(decodeState(sealer, context, encoded, now)).rejects.toEqual(refused),
    ));

  test.each([
    ["missing", () => undefined],
    ["missing", () => ""],
    ["too_long", (encoded: string) => encoded.padEnd(2049, "A")],
    ["not_ours", (encoded: string) => encoded.padEnd(2048, "A")],
  ])("logs that it is %s, and returns the same message", async (reason, change) => {
    const changed = change(await encodeState(sealer, context, state));

    await expect(decodeState(sealer, context, changed, now)).rejects.toMatchObject({ reason });
  });

  test.each([
    ["expired", 601],
    ["from_the_future", -61],
  ])("logs that it is %s, and returns the same message", async (reason, seconds) => {
    const encoded = await encodeState(sealer, context, state);

    await expect(decodeState(sealer, context, encoded, later(seconds))).rejects.toMatchObject({
      reason,
    });
  });

  test.each([
    ["a nonce in upper case", { nonce: state.nonce.toUpperCase() }],
    ["a nonce that is too long", { nonce: `${state.nonce}0` }],
    ["another field", { admin: true }],
    ["an age that is no number", { issuedAt: "now" }],
    ["an odd installation", { claimedInstallationId: "0" }],
  ])("is refused with %s, although it was encrypted here", async (_, change) => {
    const binding = ["state", context.purpose, context.audience, context.platform];
    const text = JSON.stringify({ ...state, ...change });
    const encoded = await sealer.seal({ purpose: "state", binding }, text);

    await expect(decodeState(sealer, context, encoded, now)).rejects.toThrow("Invalid");
  });

  test("passes on the error of a key ring that cannot be loaded", async () => {
    const encoded = await encodeState(sealer, context, state);
    const broken = { ...sealer, open: () => Promise.reject(new Error("out of order")) };

    await expect(decodeState(broken, context, encoded, now)).rejects.toThrow("out of order");
  });

  test("is bound to one browser secret", () => {
    expect(isBoundTo(state.cookieHash, "browser-secret")).toBe(true);
    expect(isBoundTo(state.cookieHash, "browser-secres")).toBe(false);
    expect(isBoundTo("short", "browser-secret")).toBe(false);
  });
});
