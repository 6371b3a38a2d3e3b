import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ErrorCode, ServiceError } from "../../core/errors.ts";
import { authorize } from "../../core/install/authorize.ts";
import { type CallbackDeps, handleCallback } from "../../core/install/callback.ts";
import {
  createInstallLink,
  openInstallLink,
  openLinkPage,
} from "../../core/install/install-link.ts";
import { decodeState } from "../../core/install/oauth-state.ts";
import { anyText, forAll, spoiled } from "../support/properties.ts";
import {
  createDeps,
  createScriptedProvider,
  REDIRECT_URI,
  startFlow,
} from "../support/scripted-flow.ts";

const { deps } = createDeps();

function open(link: string, by = deps, now = new Date()) {
  return openInstallLink(by, link, now);
}

async function finish(deps: CallbackDeps, link: string): Promise<void> {
  const { callback } = await startFlow(deps, { link });
  await handleCallback(deps, callback({ code: "code-1" }));
}

describe("an install link", () => {
  async function linkFor(deps: CallbackDeps, metadata: Record<string, string> = {}) {
    const { url } = await createInstallLink(deps, {
      platform: "github",
      redirectUri: REDIRECT_URI,
      metadata,
      installationId: undefined,
      replaces: false,
      expiresInSeconds: 60,
    });
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
    const link = await linkFor(deps, { customer: "c-1" });
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

  test("is still valid after the exchange or the store failed", async () => {
    const failures = ["provider_unavailable", "installation_not_verified"] as const;
    const { deps, exchanges, installations } = createDeps();
    const [provider] = deps.providers;
    const link = await linkFor(deps);
    for (const code of failures) {
      const exchange = () => Promise.reject(new ServiceError(code, "Refused."));
      const failing = { ...deps, providers: provider ? [{ ...provider, exchange }] : [] };
      const { callback } = await startFlow(failing, { link });
      expect(await handleCallback(failing, callback({ code: "c" }))).toMatchObject({
        error: { code },
      });
    }
    const upsert = () => Promise.reject(new ServiceError("retry_later", "Away."));
    const away = { ...deps, installations: { ...installations, upsert } };
    const { callback } = await startFlow(away, { link });
    expect(await handleCallback(away, callback({ code: "c" }))).toMatchObject({
      error: { code: "retry_later" },
    });

    const again = await startFlow(deps, { link });

    expect(await handleCallback(deps, again.callback({ code: "c" }))).toMatchObject({
      status: "success",
    });
    expect(exchanges).toHaveLength(2);
  });

  test("redeems one code at a time: a second flow is refused before its exchange", async () => {
    const { deps, exchanges } = createDeps();
    const link = await linkFor(deps);
    const { callback } = await startFlow(deps, { link });
    const { id } = await open(link, deps);
    await deps.links.claim(id, { flow: "another flow", seconds: 30 });

    const refused = await handleCallback(deps, callback({ code: "c" }));

    expect(refused).toMatchObject({ error: { code: "retry_later" } });
    expect(exchanges).toEqual([]);
  });

  test("is shown as valid while the database is away, and only then", async () => {
    const { deps } = createDeps();
    const link = await linkFor(deps);
    const failing = (code: ErrorCode) => ({
      ...deps,
      links: { ...deps.links, find: () => Promise.reject(new ServiceError(code, "Away.")) },
    });

    const page = await openLinkPage(failing("retry_later"), { sealed: link, cookies: [] });
    const broken = openLinkPage(failing("decryption_failed"), { sealed: link, cookies: [] });

    expect(page.link).toMatchObject({ platform: "github" });
    await expect(broken).rejects.toMatchObject({ code: "decryption_failed" });
  });

  test.each(["used", "ended", "unknown"])("that is %s has no page", async (reason) => {
    const { deps } = createDeps();
    const link = await linkFor(deps);
    const { id } = await open(link, deps);
    if (reason === "used") await finish(deps, link);
    if (reason === "ended") await deps.links.end(id);
    const links = reason === "unknown" ? createDeps().deps.links : deps.links;

    const page = openLinkPage({ ...deps, links }, { sealed: link, cookies: [] });

    await expect(page).rejects.toMatchObject({ code: "invalid_state", reason: `link_${reason}` });
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
        { platform: "slack", redirectUri: undefined, link, nonce: undefined, cookies: [] },
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
    const late = open(link, deps, new Date((expiresAt + seconds) * 1000));

    if (isGood) expect(await late).toMatchObject({ expiresAt });
    else
      await expect(late).rejects.toMatchObject({ code: "invalid_state", reason: "link_expired" });
  });
});
