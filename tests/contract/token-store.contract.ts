import { describe, expect, test } from "vitest";
import type { StoredToken, TokenStore } from "../../core/ports/token-store.ts";
import { newInstallation, type Store } from "./installation-repository.contract.ts";

/** The promises of `TokenStore`, for every adapter to keep. */
export function testTokenStore(createStore: () => Promise<Store>): void {
  describe("the token store", () => {
    test("returns the token with what is needed to use it", async () => {
      const { installations, tokens } = await createStore();
      const { id, organizationId } = await installations.create(newInstallation());

      const token = await tokens.findToken({ platform: "github", organizationId });

      expect(token).toMatchObject({
        installationId: id,
        platform: "github",
        organizationId,
        organizationName: "Test Org",
        kind: "oauth_app",
        isActive: true,
        accessToken: "gho_FAKE1",
        hasRefreshToken: true,
        scopes: ["repo", "read:org"],
        expiresAt: new Date("2030-01-01T00:00:00Z"),
      });
      expect(await tokens.findToken({ id })).toMatchObject({ accessToken: "gho_FAKE1" });
    });

    test("returns the life that a token has left", async () => {
      const { installations, tokens } = await createStore();
      const tokenExpiresAt = new Date(Date.now() + 600_000);
      const expiring = await installations.create(newInstallation({ tokenExpiresAt }));
      const lasting = await installations.create(newInstallation({ tokenExpiresAt: null }));

      const token = await tokens.findToken({ id: expiring.id });

      expect(token?.lifeLeftSeconds).toBeGreaterThan(570);
      expect(token?.lifeLeftSeconds).toBeLessThanOrEqual(601);
      expect((await tokens.findToken({ id: lasting.id }))?.lifeLeftSeconds).toBeNull();
    });

    test("decrypts no token of an inactive installation", async () => {
      const { installations, tokens } = await createStore();
      const { id } = await installations.create(newInstallation());
      await installations.update(id, { isActive: false });

      expect(await tokens.findToken({ id })).toMatchObject({
        isActive: false,
        inactiveReason: "disabled",
        accessToken: null,
      });
    });

    test("returns the webhook secret by either key, active or not", async () => {
      const { installations, tokens } = await createStore();
      const { id, organizationId } = await installations.create(newInstallation());
      await installations.update(id, { isActive: false });

      expect(await tokens.findWebhookSecret({ id })).toBe("webhook-secret-1");
      expect(await tokens.findWebhookSecret({ platform: "github", organizationId })).toBe(
        "webhook-secret-1",
      );
      expect(await tokens.findWebhookSecret({ platform: "slack", organizationId })).toBeUndefined();
    });

    test("deactivates an installation with the reason and the platform's error", async () => {
      const { installations, tokens } = await createStore();
      const { id } = await installations.create(newInstallation());
      const token = await find(tokens, id);

      expect(await tokens.deactivate(token, "reauthorization_required", "token_expired")).toBe(
        true,
      );
      expect(await installations.find({ id })).toMatchObject({
        isActive: false,
        inactiveReason: "reauthorization_required",
        lastRefreshError: "token_expired",
      });
    });

    test("does not deactivate an installation whose tokens have changed, nor change another reason", async () => {
      const { installations, tokens } = await createStore();
      const input = newInstallation();
      const { installation } = await installations.upsert(input);
      const { id } = installation;
      const stale = await find(tokens, id);
      await installations.upsert(input);
      const isStaleDone = await tokens.deactivate(stale, "uninstalled", null);
      const afterReinstall = await installations.find({ id });

      await installations.update(id, { isActive: false });
      const current = await find(tokens, id);
      const isDisabledDone = await tokens.deactivate(current, "uninstalled", null);

      expect([isStaleDone, isDisabledDone]).toEqual([false, false]);
      expect(afterReinstall).toMatchObject({ isActive: true, lastRefreshError: null });
      expect(await installations.find({ id })).toMatchObject({ inactiveReason: "disabled" });
    });

    test("deactivates an installation once, and returns true to one of many callers", async () => {
      const { installations, tokens } = await createStore();
      const { id } = await installations.create(newInstallation());
      const token = await find(tokens, id);

      const ended = await Promise.all(
        Array.from({ length: 10 }, () => tokens.deactivate(token, "uninstalled", null)),
      );

      expect(ended.filter((isDone) => isDone)).toHaveLength(1);
    });
  });
}

async function find(tokens: TokenStore, id: string): Promise<StoredToken> {
  const token = await tokens.findToken({ id });
  if (!token) throw new Error("There is no such installation.");
  return token;
}
