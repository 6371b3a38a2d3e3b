import { expect, test } from "vitest";
import { readFlowCookie } from "../../core/install/flow-cookie.ts";
import { openInstallLink } from "../../core/install/install-link.ts";
import { decodeState } from "../../core/install/oauth-state.ts";
import { decodeCursor } from "../../core/installations/cursor.ts";
import { createKeyRing } from "../../core/sealing/keyring.ts";
import { openColumn, openWebhookSecret } from "../../core/sealing/sealed-columns.ts";
import { sealerOf } from "../support/keyrings.ts";

// Values that a release encrypted are in databases, in browsers and in links that were sent by mail: later
// releases must decrypt them. A change of the format needs a new version beside the old one.

const AUDIENCE = "https://grants.example.com";
const NONCE = "0123456789abcdef0123456789abcdef";
const SEALED_AT = new Date("2026-11-22T12:00:00Z");

const APP = {
  platform: "github",
  organizationId: "67890",
  kind: "github_app",
  providerInstallationId: "12345",
  clientId: "Iv1.client",
} as const;

const key = Buffer.from("grantkeep test key, not a secret").toString("base64");
const sealer = sealerOf(createKeyRing({ primary: "k1", keys: { k1: key } }));

test("a token that was sealed in 2026 opens", async () => {
  const sealed = "v1.k1.YTT6foG4MO2ge_VqRB0M5tmKDiflMoGejODTuZuxUVXdCbWxuL_-7Q";

  expect(await openColumn(sealer, "access_token", APP, sealed)).toBe("gho_FAKE1 ü");
});

test("a registration that was sealed in 2026 opens", async () => {
  const sealed = "v1.k1.9vYvq5F7mRn1H_8sC4LDCcX_V0_2P3kWNQz40g";

  expect(await openColumn(sealer, "registration", APP, sealed)).toBe("");
});

test("a webhook secret that was sealed in 2026 opens", async () => {
  const sealed = "v1.k1.j8LkS04mhjDYCUhxguAC1zrj-KSwzdcpfa--2F_hhMcQRsrpx3OSOnSARpLCTyzF";
  const row = { platform: "slack", organizationId: "T0" } as const;

  expect(await openWebhookSecret(sealer, row, sealed)).toBe("webhook-secret-FAKE1");
});

test("a state of the previous release can be decrypted", async () => {
  const sealed =
    "v1.k1.bjqBnpeAU1cLN_HQ2lWxynuF_XbZ2BQdE6kufUA_TUsLSXOBm4yA4tI_w-UtvIrl-Etg7CRaMB_aNzjKW39R_n9YXMVWDl-22E-Re8z6VQrWUGRWs3zIETYKOjKbloKMxhay4rAD3wBBYiNzlrfMOTaPwsusYrOTzH0nhrRcnaSzLVn2ZCXK2_4GA--bfj2aCEQoM6pRKlR_skgcodFUvzzPqn88coCM7KSd3UqPaW-alZHjOvAh1aXA4GG94nvyFvLGnu2qzYEnVZQYPCcmcg";
  const context = { audience: AUDIENCE, platform: "github", purpose: "callback" } as const;

  expect(await decodeState(sealer, context, sealed, SEALED_AT)).toEqual({
    platform: "github",
    nonce: NONCE,
    issuedAt: 1795348800,
    cookieHash: "hash",
    redirectUri: null,
    metadata: {},
    link: null,
    claimedInstallationId: null,
  });
});

test("a flow cookie of the previous release can be decrypted", async () => {
  const sealed =
    "v1.k1.j1YPAv7CP_7HJEuV_JDOvjrP8hQwl_5-zr1YCNH3NV65QcJJEc0aSXpYLb0D1TK7J9fApIH1YJxIZjRdFCEBT0oM4PczWyb_jRlb7egiKlZvfF-zlllqEvQx2DRP_gi-0NWhkO2X";

  expect(await readFlowCookie(sealer, NONCE, [`__Host-grantkeep-01234567=${sealed}`])).toEqual({
    browserSecret: "secret",
    codeVerifier: "verifier",
    issuedAt: 1795348800,
  });
});

test("an install link of last week's release can be decrypted", async () => {
  const sealed =
    "v1.k1.zCXmvpOMt4O95HDag99WrjG1_87yp2y3l0J-10SktqwzAsZthBKcUxojLEBVQ3gGJTj6gY7chHOxzGuV9MYHUoHjaQU0elf9cOsXgu5ZvUDpYqD0b1kROmhEl4nYR1vY75NwslVjOOJEt8jFbH9meSq8SiHW4A3PgAWkDu877rgpxNZBnV3AAEVE9si73kNoHH6G0KBiCyDphMRUReV6Xbr3uZAhXFwPfIOhy1rmgWArw6JnZ9yVFpwkLmyitI0fLHIKa0iCMZpEq-3QjQn4GZNLLFJxT04sUrIJiKzH9g";
  const deps = { stateSealer: sealer, publicUrl: AUDIENCE };

  expect(await openInstallLink(deps, sealed, SEALED_AT)).toEqual({
    id: `link-${NONCE}`,
    platform: "github",
    redirectUri: null,
    metadata: { customer: "c-1" },
    installationId: `inst-${NONCE}`,
    replaces: false,
    expiresAt: 1795348800,
  });
});

test("an install link of Grantkeep 0.2, which has no row, is refused", async () => {
  const sealed =
    "v1.k1._eTMKIZCSNUGuhg7VVJCGO7gz7V2sH_uuFcgXScpQdn21RZikxBOraUv2g8DWRCHamz10mxBJAG9e7O0kdMpVlncbN2yf33JE-JYlWb7mucnH_8kVjmEkyfqG_u_s-BPRFkcecy-F2H1jDjsjmZ69HCY2cBNLbO9uJkCd5G9iaxLg9kqbo7RLX7D6xGSmwSiQ4aRT-Uo1I2CPd6ytla29hw";
  const deps = { stateSealer: sealer, publicUrl: AUDIENCE };

  await expect(openInstallLink(deps, sealed, SEALED_AT)).rejects.toMatchObject({
    code: "invalid_state",
    reason: "link_unknown",
  });
});

test("a cursor of the previous release can be decrypted", async () => {
  const sealed =
    "v1.k1.a279E_k4QIJnxJJa3AxPR8JMmZjd3BKrJFDwaPXiIW08Hv_nif5vh3cK-WFNhhfSX9Q2HlwPh8JO1Um0sqhK9PQ";

  expect(await decodeCursor(sealer, { platform: "github", isActive: true }, sealed)).toBe(
    `inst-${NONCE}`,
  );
});
