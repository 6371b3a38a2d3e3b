import * as v from "valibot";
import type { Emulators } from "../../emulators/server.ts";
import { call, install, startSlack } from "./emulated-slack.ts";

/** The scopes of all methods that a bot calls here. */
export const ALL_SCOPES = [
  ..."chat:write channels:read channels:history channels:join im:read im:history".split(" "),
  ..."users:read users:read.email".split(" "),
].join(",");

/** The channel that the app was added to. */
export const BOTS = "C0BOT0ACME";

/** A channel that the app was not added to. */
export const GENERAL = "C0GEN0ACME";

/** A message, as far as it identifies itself. */
export const Posted = v.object({ ts: v.string() });

/** Starts Slack and installs the app in a workspace. */
export async function startInstalled(scope = ALL_SCOPES) {
  const emulators = await startSlack();
  const { access_token } = await install(emulators, "T0ACME", { scope });
  return { emulators, token: access_token ?? "none" };
}

/** Posts to the channel of the bot, and returns the time of the message. */
export async function post(
  emulators: Emulators,
  token: string,
  fields: Record<string, string>,
): Promise<string> {
  const all = { channel: BOTS, ...fields };
  return v.parse(Posted, await call(emulators, "chat.postMessage", token, all)).ts;
}

/** Posts on the page of that channel. */
export function postAsPerson({ slackUrl }: Emulators, text: string): Promise<Response> {
  return fetch(`${slackUrl}/client/T0ACME/${BOTS}`, {
    method: "POST",
    body: new URLSearchParams({ user: "U0ADA", text }),
    redirect: "manual",
  });
}
