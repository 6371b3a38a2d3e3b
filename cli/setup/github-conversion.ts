import * as v from "valibot";

const TIMEOUT_MS = 15_000;

/** The App as its registration returns it, once. */
const ConvertedApp = v.object({
  id: v.pipe(v.number(), v.integer(), v.transform(String)),
  slug: v.string(),
  name: v.string(),
  owner: v.object({ login: v.string() }),
  client_id: v.string(),
  client_secret: v.string(),
  webhook_secret: v.string(),
  pem: v.string(),
});
export type ConvertedApp = v.InferOutput<typeof ConvertedApp>;

/**
 * Exchanges the code of a manifest for the App and its secrets. A code can be used once, within an hour.
 *
 * @see [Create a GitHub App from a manifest](https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest)
 * @throws {Error} with a sentence that does not quote the code or the response
 */
export async function convertManifestCode(apiUrl: string, code: string): Promise<ConvertedApp> {
  const response = await fetch(`${apiUrl}/app-manifests/${encodeURIComponent(code)}/conversions`, {
    method: "POST",
    headers: { accept: "application/vnd.github+json", "user-agent": "grantkeep" },
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => {
    throw new Error(
      `GitHub registered the App, but ${new URL(apiUrl).host} did not respond. ${AGAIN}`,
    );
  });
  const body: unknown = await response.json().catch(() => undefined);
  const app = v.safeParse(ConvertedApp, body);
  if (app.success) return app.output;
  throw new Error(
    `GitHub did not return the secrets of the App (HTTP ${response.status}). ${AGAIN}`,
  );
}

const AGAIN =
  "Delete the App on GitHub if it is among your GitHub Apps, and run the command again.";
