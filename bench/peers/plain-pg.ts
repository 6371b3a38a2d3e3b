import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from "node:crypto";
import pg from "pg";
import * as v from "valibot";
import { exampleApps } from "../../emulators/platforms.ts";
import type { Peer } from "./peer.ts";

const TokenResponse = v.object({
  ok: v.literal(true),
  access_token: v.string(),
  refresh_token: v.string(),
  expires_in: v.number(),
});

/**
 * Opens what an engineer writes in an afternoon: select, decrypt, refresh if expired, update. Written as the
 * guides of pg and Node show, or tuned with a named statement and a `KeyObject`.
 */
export async function open({ isTuned }: { isTuned: boolean }): Promise<Peer> {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1 });
  const bytes = Buffer.from(process.env.TOKEN_KEY ?? "", "base64");
  const key = isTuned ? createSecretKey(bytes) : bytes;
  await pool.query(`
    create table if not exists tokens (
      organization_id text primary key,
      access_token text not null,
      refresh_token text not null,
      expires_at timestamptz not null
    )
  `);

  function encrypt(text: string): string {
    const iv = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: 16 });
    const box = [iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()];
    return Buffer.concat(box).toString("base64");
  }

  function decrypt(text: string): string {
    const box = Buffer.from(text, "base64");
    const decipher = createDecipheriv("aes-256-gcm", key, box.subarray(0, 12), {
      authTagLength: 16,
    });
    decipher.setAuthTag(box.subarray(-16));
    return decipher.update(box.subarray(12, -16), undefined, "utf8") + decipher.final("utf8");
  }

  async function refresh(refreshToken: string) {
    const { clientId: client_id, clientSecret: client_secret } = exampleApps.slack;
    const response = await fetch(`${process.env.SLACK_URL}/api/oauth.v2.access`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "refresh_token",
        refresh_token: refreshToken,
        client_id,
        client_secret,
      }),
    });
    return v.parse(TokenResponse, await response.json());
  }

  return {
    async store({ organizationId, accessToken, refreshToken, expiresAt }) {
      await pool.query("insert into tokens values ($1, $2, $3, $4)", [
        organizationId,
        encrypt(accessToken),
        encrypt(refreshToken),
        expiresAt,
      ]);
      return organizationId;
    },

    async lookUp(organizationId) {
      const { rows } = await pool.query({
        ...(isTuned && { name: "find-token" }),
        text: "select access_token, refresh_token, expires_at from tokens where organization_id = $1",
        values: [organizationId],
      });
      const [row] = rows;
      if (!row) throw new Error("Organization not found.");
      if (row.expires_at > new Date()) return decrypt(row.access_token);

      const tokens = await refresh(decrypt(row.refresh_token));
      await pool.query(
        `update tokens set access_token = $2, refresh_token = $3,
          expires_at = now() + make_interval(secs => $4) where organization_id = $1`,
        [
          organizationId,
          encrypt(tokens.access_token),
          encrypt(tokens.refresh_token),
          tokens.expires_in,
        ],
      );
      return tokens.access_token;
    },
  };
}
