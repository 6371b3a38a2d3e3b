import * as v from "valibot";
import { InstallLinkCreated, InstallLinkItem } from "../../functions/http/responses.ts";
import type { Stack } from "../../local/stack.ts";
import type { BrowserSession } from "./browser-session.ts";
import { callApi } from "./stack.ts";

/** Creates an install link as the operator of a bot does. */
export async function createLink(stack: Stack, body: object): Promise<InstallLinkCreated> {
  const reply = await callApi(stack, "POST", "/install-links", body);
  return v.parse(InstallLinkCreated, await reply.json());
}

/** Reads an install link. */
export async function readLink(stack: Stack, id: string): Promise<InstallLinkItem> {
  const reply = await callApi(stack, "GET", `/install-links/${id}`);
  return v.parse(InstallLinkItem, await reply.json());
}

/** Opens the page of a link, and returns the path of its button. */
export async function openLink(session: BrowserSession, url: string): Promise<string> {
  const page = await (await session.get(url)).text();
  const [, href = ""] = /href="(oauth\/[^"]+)"/.exec(page) ?? [];
  return `/${href.replace(/&(?:amp|#38);/g, "&")}`;
}
