import { expect, test } from "vitest";
import { locationOf, openSession } from "../support/browser-session.ts";
import { metricLines, sumsOf } from "../support/metrics.ts";
import { OUTSIDER_METRICS } from "../support/outsider-metrics.ts";
import { startTestStack } from "../support/stack.ts";

const stack = await startTestStack();

/** Opens a callback with these parameters and a state, which anybody gets from `authorize`. */
async function openCallback(platform: string, parameters: Record<string, string>) {
  const session = openSession();
  const page = locationOf(await session.get(`${stack.url}/oauth/${platform}/authorize`));
  const state = new URL(page).searchParams.get("state") ?? "";
  const query = new URLSearchParams({ ...parameters, state });
  return session.get(`${stack.url}/oauth/${platform}/callback?${query}`);
}

const ATTACKS: readonly (readonly [number, () => Promise<Response>])[] = [
  [100, () => openCallback("slack", { error: "invalid_scope" })],
  [10, () => openCallback("github", { error: "access_denied" })],
  [10, () => openCallback("github", { error: "application_suspended" })],
  [10, () => openCallback("github", { error: "redirect_uri_mismatch" })],
  [10, () => openCallback("github", { error: "server_error" })],
  [10, () => openCallback("slack", { error: "temporarily_unavailable" })],
  [10, () => openCallback("slack", { error: "made_up" })],
  [10, () => openCallback("github", { code: "made-up" })],
  [10, () => openCallback("slack", { code: "made-up" })],
  [10, () => openCallback("github", { code: "x", iss: "https://evil.example" })],
  [10, () => openCallback("github", { code: "\0" })],
  [10, () => fetch(`${stack.url}/oauth/github/callback?code=x&state=y`)],
  [10, () => fetch(`${stack.url}/oauth/gitlab/authorize`)],
  [10, () => fetch(`${stack.url}/webhooks/slack`, { method: "POST", body: "{}" })],
];

test("B7 what anybody can send is no 5xx, and is counted where no alarm looks", async () => {
  const written = stack.output().length;
  const statuses: number[] = [];
  for (const [times, send] of ATTACKS) {
    for (let time = 0; time < times; time += 1) statuses.push((await send()).status);
  }

  expect(statuses.filter((status) => status >= 500)).toEqual([]);
  const counted = sumsOf(metricLines(stack.output().slice(written)));
  expect(new Set(counted)).toEqual(new Set(OUTSIDER_METRICS));
});
