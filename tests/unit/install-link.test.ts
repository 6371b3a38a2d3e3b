import { describe, expect, test } from "vitest";
import { authorize } from "../../core/authorize.ts";
import { type InstallDeps, install } from "../../core/install.ts";
import { createInstallLink } from "../../core/install-link.ts";
import {
  createDeps,
  createScriptedProvider,
  REDIRECT_URI,
  startFlow,
} from "../support/scripted-flow.ts";

describe("an install link", () => {
  async function linkFor(deps: InstallDeps, metadata: Record<string, string> = {}) {
    const request = { platform: "github", redirectUri: REDIRECT_URI, metadata } as const;
    const { url } = await createInstallLink(deps, { ...request, expiresInSeconds: 60 });
    return new URL(url).searchParams.get("link") ?? "";
  }

  test("carries redirect and metadata into the installation", async () => {
    const { deps } = createDeps();
    const link = await linkFor(deps, { customer: "c-1" });
    const { callback } = await startFlow(deps, { link });

    const outcome = await install(deps, callback({ code: "code-1" }));

    expect(outcome).toMatchObject({
      status: "success",
      redirectUri: REDIRECT_URI,
      installation: { metadata: { customer: "c-1" } },
    });
  });

  test("can be opened any number of times, and ends in one install", async () => {
    const { deps, exchanges } = createDeps();
    const link = await linkFor(deps);
    const [one, other] = [await startFlow(deps, { link }), await startFlow(deps, { link })];

    expect(await install(deps, one.callback({ code: "c" }))).toMatchObject({ status: "success" });
    await expect(install(deps, other.callback({ code: "c" }))).rejects.toMatchObject({
      code: "invalid_state",
    });
    expect(exchanges).toHaveLength(1);
  });

  test("is still good after a customer cancelled", async () => {
    const { deps } = createDeps();
    const link = await linkFor(deps);
    const cancelled = await startFlow(deps, { link });
    await install(deps, cancelled.callback({ error: "access_denied" }));

    const again = await startFlow(deps, { link });

    expect(await install(deps, again.callback({ code: "c" }))).toMatchObject({ status: "success" });
  });

  test("takes no redirect beside its own, and is for one platform", async () => {
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

  test.each(["", "x", "v1.k1.AAAA", "v1.k9.AAAA", "a".repeat(3000)])("is not %j", async (link) => {
    const { deps } = createDeps();

    await expect(startFlow(deps, { link })).rejects.toMatchObject({ code: "invalid_state" });
  });
});
