import { describe, expect, test } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import { handleCallback } from "../../core/install/callback.ts";
import { callbackUrl } from "../../core/install/flow.ts";
import { createDeps, REDIRECT_URI, startFlow } from "../support/scripted-flow.ts";

describe("a flow", () => {
  test("redirects to the platform with the callback URL, a state and a PKCE challenge", async () => {
    const { deps } = createDeps();

    const { location } = await startFlow(deps);

    expect(location.searchParams.get("redirectUri")).toBe(callbackUrl(deps.publicUrl, "github"));
    expect(location.searchParams.get("codeChallenge")).toMatch(/^[\w-]{43}$/);
    expect(location.searchParams.get("state")).toMatch(/^v1\.k1\./);
  });

  test("exchanges the code with the verifier of the challenge, and stores the grant", async () => {
    const { deps, exchanges, installations } = createDeps();
    const { location, callback } = await startFlow(deps);

    const result = await handleCallback(deps, callback({ code: "code-1" }));

    expect(result).toMatchObject({ status: "success", redirectUri: null });
    const [exchange] = exchanges;
    const digest = await crypto.subtle.digest(
      "SHA-256",
      new TextEncoder().encode(exchange?.codeVerifier),
    );
    expect(Buffer.from(digest).toString("base64url")).toBe(
      location.searchParams.get("codeChallenge"),
    );
    expect(exchange).toMatchObject({
      code: "code-1",
      redirectUri: "https://grants.example.com/oauth/github/callback",
    });
    const key = { platform: "github", organizationId: "67890" } as const;
    expect(await installations.findToken(key)).toMatchObject({ accessToken: "gho_FAKE1" });
  });

  test("has its own state, challenge and cookie", async () => {
    const { deps } = createDeps();
    const flows = await Promise.all(Array.from({ length: 200 }, () => startFlow(deps)));

    const states = flows.map(({ location }) => location.searchParams.get("state"));
    const challenges = flows.map(({ location }) => location.searchParams.get("codeChallenge"));

    expect(new Set(states).size).toBe(200);
    expect(new Set(challenges).size).toBe(200);
  });

  test("is refused for a redirect that is not on the allow-list", async () => {
    const { deps } = createDeps();

    await expect(startFlow(deps, { redirectUri: "https://evil.example/" })).rejects.toMatchObject({
      code: "invalid_redirect_uri",
    });
  });

  test("is refused in a browser without its cookie, and its state is not consumed", async () => {
    const { deps, exchanges } = createDeps();
    const { callback } = await startFlow(deps);
    const stolen = { ...callback({ code: "code-1" }), cookies: [] };

    await expect(handleCallback(deps, stolen)).rejects.toMatchObject({ code: "invalid_state" });
    expect(exchanges).toHaveLength(0);
    expect(await handleCallback(deps, callback({ code: "code-1" }))).toMatchObject({
      status: "success",
    });
  });

  test("can be completed once", async () => {
    const { deps, exchanges } = createDeps();
    const { callback } = await startFlow(deps);
    await handleCallback(deps, callback({ code: "code-1" }));

    await expect(handleCallback(deps, callback({ code: "code-1" }))).rejects.toMatchObject({
      code: "invalid_state",
    });
    expect(exchanges).toHaveLength(1);
  });

  test("is refused if its redirect was removed from the allow-list meanwhile", async () => {
    const { deps, exchanges } = createDeps();
    const { callback } = await startFlow(deps, { redirectUri: REDIRECT_URI });

    const stricter = { ...deps, redirectUris: new Set<string>() };

    await expect(handleCallback(stricter, callback({ code: "code-1" }))).rejects.toMatchObject({
      code: "invalid_redirect_uri",
    });
    expect(exchanges).toHaveLength(0);
  });

  test.each([
    ["access_denied", "access_denied"],
    ["redirect_uri_mismatch", "authorization_failed"],
    ["application_suspended", "authorization_failed"],
    ["temporarily_unavailable", "authorization_failed"],
    ["<script>", "authorization_failed"],
  ])(
    "that the platform ends with %s returns %s, and its state is consumed",
    async (error, code) => {
      const { deps, exchanges } = createDeps();
      const { callback } = await startFlow(deps, { redirectUri: REDIRECT_URI });

      const result = await handleCallback(deps, callback({ error }));

      expect(result).toMatchObject({ status: "error", redirectUri: REDIRECT_URI, error: { code } });
      expect(result.cookies).toHaveLength(1);
      expect(exchanges).toHaveLength(0);
      await expect(handleCallback(deps, callback({ error }))).rejects.toMatchObject({
        code: "invalid_state",
      });
    },
  );

  test.each([
    ["no code", {}],
    ["an empty code", { code: "" }],
    ["an endless code", { code: "c".repeat(1025) }],
  ])("with %s is refused and can still be completed", async (_, parameters) => {
    const { deps, exchanges } = createDeps();
    const { callback } = await startFlow(deps);

    const result = await handleCallback(deps, callback(parameters));

    expect(result).toMatchObject({ status: "error", error: { code: "invalid_request" } });
    expect(exchanges).toHaveLength(0);
    expect(await handleCallback(deps, callback({ code: "code-1" }))).toMatchObject({
      status: "success",
    });
  });

  test("accepts the issuer of the platform, and no other", async () => {
    const { deps, exchanges } = createDeps();
    const { callback } = await startFlow(deps);

    const other = await handleCallback(deps, callback({ code: "c", iss: "https://evil.example" }));
    const same = await handleCallback(
      deps,
      callback({ code: "c", iss: "https://github.com/login/oauth" }),
    );

    expect(other).toMatchObject({ status: "error", error: { code: "invalid_request" } });
    expect(same).toMatchObject({ status: "success" });
    expect(exchanges).toHaveLength(1);
  });

  test("that fails at the platform stores nothing and returns its error", async () => {
    const { deps, installations } = createDeps({
      exchange: () => Promise.reject(new ServiceError("exchange_failed", "No token.")),
    });
    const { callback } = await startFlow(deps);

    const result = await handleCallback(deps, callback({ code: "code-1" }));

    expect(result).toMatchObject({ status: "error", error: { code: "exchange_failed" } });
    expect((await installations.list({}, { limit: 1 })).items).toHaveLength(0);
  });

  test("that fails unexpectedly returns server_error without details", async () => {
    const { deps } = createDeps({ exchange: () => Promise.reject(new Error("gho_FAKE1")) });
    const { callback } = await startFlow(deps);

    const result = await handleCallback(deps, callback({ code: "code-1" }));

    expect(result).toMatchObject({ status: "error", error: { code: "server_error" } });
    expect(JSON.stringify(result)).not.toContain("gho_FAKE1");
  });
});
