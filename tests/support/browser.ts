import { type Browser, chromium } from "playwright-core";
import { unpackChromium } from "./chromium.ts";

/** Whether npm brings a browser for this machine: there, one that does not start is a failure. */
export const BRINGS_BROWSER = process.platform === "linux" && process.arch === "x64";

/** Starts a browser without a window: the one from npm, or else the Chrome that is installed. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch(BRINGS_BROWSER ? await unpackChromium() : { channel: "chrome" });
}
