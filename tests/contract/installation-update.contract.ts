import { describe, expect, test } from "vitest";
import { newInstallation, type Store } from "./installation-repository.contract.ts";

/** The promises of `InstallationRepository.update`, for every adapter to keep. */
export function testInstallationUpdate(createStore: () => Promise<Store>): void {
  describe("update", () => {
    test("changes the fields of the patch and nothing else", async () => {
      const { installations } = await createStore();
      const created = await installations.create(newInstallation({ metadata: { a: 1 } }));

      const updated = await installations.update(created.id, { organizationName: "New Name" });

      expect(updated).toEqual({
        ...created,
        organizationName: "New Name",
        updatedAt: expect.any(Date),
      });
    });

    test("returns the row for an empty patch, unchanged", async () => {
      const { installations } = await createStore();
      const created = await installations.create(newInstallation());

      expect(await installations.update(created.id, {})).toEqual(created);
    });

    test("returns undefined for an unknown id", async () => {
      const { installations } = await createStore();
      const id = `inst-${"0".repeat(32)}`;

      expect(await installations.update(id, { organizationName: "New Name" })).toBeUndefined();
      expect(await installations.update(id, {})).toBeUndefined();
    });

    test("replaces the whole metadata and all scopes", async () => {
      const { installations } = await createStore();
      const { id } = await installations.create(newInstallation({ metadata: { a: 1, b: 2 } }));

      const updated = await installations.update(id, { metadata: { c: 3 }, scopes: [] });

      expect(updated).toMatchObject({ metadata: { c: 3 }, scopes: [] });
      expect(updated?.metadata).not.toHaveProperty("a");
    });

    test("deletes the expiry with a new access token, and keeps the refresh token", async () => {
      const { installations, tokens } = await createStore();
      const { id } = await installations.create(newInstallation());

      const updated = await installations.update(id, { accessToken: "gho_FAKE2" });

      expect(updated).toMatchObject({ tokenExpiresAt: null, hasRefreshToken: true });
      expect((await tokens.findToken({ id }))?.accessToken).toBe("gho_FAKE2");
    });

    test("stores the expiry of a new access token", async () => {
      const { installations } = await createStore();
      const { id } = await installations.create(newInstallation());
      const tokenExpiresAt = new Date("2031-01-01T00:00:00Z");

      const updated = await installations.update(id, { accessToken: "gho_FAKE2", tokenExpiresAt });

      expect(updated?.tokenExpiresAt).toEqual(tokenExpiresAt);
    });

    test("deletes the refresh token and the expiry with null", async () => {
      const { installations } = await createStore();
      const { id } = await installations.create(newInstallation());

      const updated = await installations.update(id, { refreshToken: null, tokenExpiresAt: null });

      expect(updated).toMatchObject({ hasRefreshToken: false, tokenExpiresAt: null });
    });

    test("increments the version with every change of the tokens", async () => {
      const { installations, tokens } = await createStore();
      const { id } = await installations.create(newInstallation());
      const before = await tokens.findToken({ id });

      await installations.update(id, { organizationName: "New Name" });
      const renamed = await tokens.findToken({ id });
      await installations.update(id, { refreshToken: "ghr_FAKE2" });
      const changed = await tokens.findToken({ id });

      expect(renamed?.tokenVersion).toBe(before?.tokenVersion);
      expect(changed?.tokenVersion).toBeGreaterThan(before?.tokenVersion ?? 0);
    });

    test("deactivates with the reason disabled, and activates whatever the reason was", async () => {
      const { installations } = await createStore();
      const { id } = await installations.create(newInstallation());

      const disabled = await installations.update(id, { isActive: false });
      const enabled = await installations.update(id, { isActive: true });

      expect(disabled).toMatchObject({ isActive: false, inactiveReason: "disabled" });
      expect(enabled).toMatchObject({ isActive: true, inactiveReason: null });
    });

    test("activates an ended grant with new tokens, and not a disabled one", async () => {
      const { installations, tokens } = await createStore();
      const ended = await installations.create(newInstallation());
      const disabled = await installations.create(newInstallation());
      const token = await tokens.findToken({ id: ended.id });
      if (token) await tokens.deactivate(token, "reauthorization_required", "token_expired");
      await installations.update(disabled.id, { isActive: false });

      const healed = await installations.update(ended.id, { accessToken: "gho_FAKE2" });
      const still = await installations.update(disabled.id, { accessToken: "gho_FAKE2" });

      expect(healed).toMatchObject({
        isActive: true,
        inactiveReason: null,
        lastRefreshError: null,
      });
      expect(still).toMatchObject({ isActive: false, inactiveReason: "disabled" });
    });
  });
}
