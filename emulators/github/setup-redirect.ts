import { setTimeout as sleep } from "node:timers/promises";
import { redirectTo } from "../http.ts";
import type { GithubAppContext } from "./context.ts";
import type { EmulatedInstallation } from "./records.ts";

/** A receiver that does not respond delays the browser by this time only. */
const MAX_WAIT_MS = 2_000;

/**
 * Redirects to the setup URL, whose parameters are a claim only. The webhooks of the change arrive before
 * the browser, unless they are held back.
 *
 * @see [About the setup URL](https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/about-the-setup-url)
 */
export async function redirectToSetup(
  { app, webhooks }: GithubAppContext,
  action: "install" | "update" | "request",
  { installation, state }: { installation?: EmulatedInstallation; state: string | null },
): Promise<Response> {
  await Promise.race([webhooks.settled(), sleep(MAX_WAIT_MS, undefined, { ref: false })]);
  const installation_id = installation ? String(installation.id) : null;
  return redirectTo(app.setupUrl, { installation_id, setup_action: action, state });
}
