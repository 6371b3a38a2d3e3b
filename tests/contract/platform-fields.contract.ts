import { describe, expect, test } from "vitest";
import { type CreateStores, newInstallation, plant, read, toInstall } from "./stores.ts";

const FIELDS = { botId: "B0BOT", isEnterpriseInstall: false, siteUrl: "https://acme.example" };

/** The contract of `TokenStore.storePlatformFields`, for every adapter. */
export function testPlatformFields(createStores: CreateStores): void {
  describe("storePlatformFields", () => {
    test("stores what a lookup returns with the token from then on", async () => {
      const { tokens, token, id } = await plant(createStores);

      await tokens.storePlatformFields(token, FIELDS);

      expect(token.platformFields).toBeNull();
      expect(await read(tokens, id)).toEqual({
        ...token,
        platformFields: FIELDS,
        readAt: expect.any(Date),
        lifeLeftSeconds: expect.any(Number),
      });
    });

    test("has no effect after the tokens changed", async () => {
      const { installations, tokens, token, id } = await plant(createStores);
      await installations.update(id, { accessToken: "gho_FAKE2" });

      await tokens.storePlatformFields(token, FIELDS);

      expect((await read(tokens, id)).platformFields).toBeNull();
    });

    test.each(["an install", "a new access token"])(
      "are not those of the new grant after %s",
      async (change) => {
        const { installations, tokens, token, id, input } = await plant(createStores);
        await tokens.storePlatformFields(token, FIELDS);

        if (change === "an install") await installations.upsert(toInstall(newInstallation(input)));
        else await installations.update(id, { accessToken: "gho_FAKE2" });

        expect((await read(tokens, id)).platformFields).toBeNull();
      },
    );
  });
}
