import { afterEach, beforeEach, describe, expect, vi } from "vitest";
import { test } from "../support/browser-test.ts";
import { createLink } from "../support/install-links.ts";
import { callApi } from "../support/stack.ts";
import { DEVICES, startWalk, startWalkStack } from "../support/walk.ts";

const stack = await startWalkStack();
const { sql } = stack.database;

const METADATA = { customer: "c-1", display_name: "Acme Robotics GmbH" };
const WEEK_MS = 7 * 86_400_000;

const linkOf = (metadata: Record<string, string> = METADATA) =>
  createLink(stack, { platform: "slack", metadata });

beforeEach(async () => {
  await sql`delete from installations`;
});

afterEach(() => vi.useRealTimers());

describe.each(DEVICES)("an install link on a $name", (device) => {
  test("that was cancelled starts again, installs once, and is used then", async ({ visit }) => {
    const { url } = await linkOf();
    const person = await startWalk(stack, device, visit, url);
    const { page, words, names, see, follow, press, comeBack } = person;
    const slack = names("slack");

    await follow(words.continueTo(slack));
    await press("Cancel");
    await comeBack();
    await see(words.failures.cancelled.title(slack), "11 cancelled");
    await follow(words.startAgain);
    await see(words.add(slack), "12 the same link");
    await follow(words.continueTo(slack));
    await press("Allow");
    await comeBack();
    await see(words.connected.title("Patchwork", "\u2068Acme\u2069"), "13 connected");
    const callback = page.url();
    await page.goto(url);
    await see(words.failures.linkUsed.title(slack), "14 link used");
    const other = await startWalk(stack, device, visit, callback);
    await other.see(words.failures.otherBrowser.title(slack), "15 other browser");

    expect(await sql`select metadata from installations`).toEqual([{ metadata: METADATA }]);
    expect(person.complaints).toEqual([]);
  });

  test("that has expired, was ended, is incomplete or is for another organization says so", async ({
    visit,
  }) => {
    const link = await linkOf();
    const ended = await linkOf();
    await callApi(stack, "DELETE", `/install-links/${ended.id}`);
    const { page, words, names, see, follow, press, comeBack } = await startWalk(
      stack,
      device,
      visit,
      ended.url,
    );
    const slack = names("slack");

    await see(words.failures.linkEnded.title(slack), "16 link ended");
    await page.goto(`${link.url}x`);
    await see(words.failures.linkForged.title(slack), "17 link incomplete");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + WEEK_MS });
    await page.goto(link.url);
    await see(words.failures.linkExpired.title(slack), "18 link expired");
    vi.useRealTimers();
    await page.goto(`${stack.url}/oauth/slack/callback?code=c0de&state=v1.forged`);
    await see(words.failures.forged.title(slack), "19 forged");
    await page.goto(link.url);
    await follow(words.continueTo(slack));
    await press("Allow");
    await comeBack();
    await page.goto((await linkOf({ customer: "c-2" })).url);
    await follow(words.continueTo(slack));
    await press("Allow");
    await comeBack();
    await see(words.failures.boundElsewhere.title(slack), "20 bound elsewhere");

    expect(await sql`select metadata from installations`).toEqual([{ metadata: METADATA }]);
  });
});
