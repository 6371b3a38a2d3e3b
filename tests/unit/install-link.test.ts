import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { authorize } from "../../core/install/authorize.ts";
import { type CallbackDeps, handleCallback } from "../../core/install/callback.ts";
import { createInstallLink, openInstallLink } from "../../core/install/install-link.ts";
import { decodeState } from "../../core/install/oauth-state.ts";
import { anyText, forAll, spoiled } from "../support/properties.ts";
import {
  createDeps,
  createScriptedProvider,
  REDIRECT_URI,
  startFlow,
} from "../support/scripted-flow.ts";

const { deps } = createDeps();

function open(link: string, now = new Date()) {
  return openInstallLink(deps, link, now);
}

describe("an install link", () => {
  async function linkFor(deps: CallbackDeps, metadata: Record<string, string> = {}) {
    const request = { platform: "github", redirectUri: REDIRECT_URI, metadata } as const;
    const { url } = await createInstallLink(deps, { ...request, expiresInSeconds: 60 });
    return new URL(url).searchParams.get("link") ?? "";
  }

  test("passes its redirect and metadata to the installation", async () => {
    const { deps } = createDeps();
    const link = await linkFor(deps, { customer: "c-1" });
    const { callback } = await startFlow(deps, { link });

    const result = await handleCallback(deps, callback({ code: "code-1" }));

    expect(result).toMatchObject({
      status: "success",
      redirectUri: REDIRECT_URI,
      installation: { metadata: { customer: "c-1" } },
    });
  });

  test("can be opened any number of times and used for one install", async () => {
    const { deps, exchanges } = createDeps();
    const link = await linkFor(deps);
    const [one, other] = [await startFlow(deps, { link }), await startFlow(deps, { link })];

    expect(await handleCallback(deps, one.callback({ code: "c" }))).toMatchObject({
      status: "success",
    });
    await expect(handleCallback(deps, other.callback({ code: "c" }))).rejects.toMatchObject({
      code: "invalid_state",
    });
    expect(exchanges).toHaveLength(1);
  });

  test("is still valid after a customer cancelled", async () => {
    const { deps } = createDeps();
    const link = await linkFor(deps);
    const cancelled = await startFlow(deps, { link });
    await handleCallback(deps, cancelled.callback({ error: "access_denied" }));

    const again = await startFlow(deps, { link });

    expect(await handleCallback(deps, again.callback({ code: "c" }))).toMatchObject({
      status: "success",
    });
  });

  test("accepts no other redirect and no other platform", async () => {
    const { deps } = createDeps();
    const link = await linkFor(deps);
    const providers = [...deps.providers, createScriptedProvider({ platform: "slack" }).provider];

    await expect(startFlow(deps, { link, redirectUri: REDIRECT_URI })).rejects.toMatchObject({
      code: "invalid_request",
    });
    await expect(
      authorize(
        { ...deps, providers },
        { platform: "slack", redirectUri: undefined, link, cookies: [] },
      ),
    ).rejects.toMatchObject({ code: "invalid_request" });
  });

  test("cannot be forged", () =>
    forAll(fc.oneof(anyText, fc.constant("v1.k1.".padEnd(3000, "A"))), (link) =>
      expect(open(link)).rejects.toMatchObject({ code: "invalid_state" }),
    ));

  test("is refused if it was changed, and by another deployment", async () => {
    const link = await linkFor(deps);
    const staging = { ...deps, publicUrl: "https://staging.example.com" };

    await forAll(spoiled(link), (changed) =>
      expect(open(changed)).rejects.toMatchObject({ code: "invalid_state" }),
    );
    await expect(openInstallLink(staging, link, new Date())).rejects.toMatchObject({
      code: "invalid_state",
    });
  });

  test("is not accepted as a state, nor a state as a link", async () => {
    const link = await linkFor(deps);
    const { location } = await startFlow(deps, { link });
    const state = location.searchParams.get("state") ?? "";
    const context = { audience: deps.publicUrl, platform: "github", purpose: "callback" } as const;

    await expect(open(state)).rejects.toMatchObject({ code: "invalid_state" });
    await expect(decodeState(deps.stateSealer, context, link, new Date())).rejects.toMatchObject({
      code: "invalid_state",
    });
  });

  test.each([
    ["good", 0, true],
    ["over", 1, false],
  ])("is %s %i seconds after it expires", async (_, seconds, isGood) => {
    const link = await linkFor(deps);
    const { expiresAt } = await open(link);
    const late = open(link, new Date((expiresAt + seconds) * 1000));

    if (isGood) expect(await late).toMatchObject({ expiresAt });
    else
      await expect(late).rejects.toMatchObject({ code: "invalid_state", reason: "link_expired" });
  });
});
