import { beforeEach, describe, expect } from "vitest";
import { test } from "../support/browser-test.ts";
import { DEVICES, startWalk, startWalkStack } from "../support/walk.ts";

const stack = await startWalkStack();
const { sql } = stack.database;
const START = `${stack.url}/?platform=jira`;

beforeEach(async () => {
  await sql`delete from installations`;
});

const connectedTo = (site: string) => `\u2068${site}\u2069`;

describe.each(DEVICES)("Jira on a $name", (device) => {
  test("without a site, with one, and with several", async ({ visit }) => {
    const person = await startWalk(stack, device, visit, START);
    const { page, words, names, see, follow, press, comeBack } = person;
    const jira = names("jira");
    const consentAs = async (account: string, button: "Accept" | "Cancel" = "Accept") => {
      await follow(words.continueTo(jira));
      await page.getByRole("radio", { name: account }).check();
      await press(button);
      await comeBack();
    };

    await see(words.add(jira), "21 Jira");
    await consentAs("Zoe Adler", "Cancel");
    await see(words.failures.cancelled.title(jira), "22 Jira cancelled");
    await page.goto(START);
    await consentAs("Zoe Adler");
    await see(words.failures.noSite.title(jira), "23 no site");
    await page.goto(START);
    await consentAs("Noah Berg");
    await see(words.connected.title("Patchwork", connectedTo("Acme")), "24 one site");
    await page.goto(START);
    await consentAs("Mia Krystof");
    await see(words.chooseSite.title, "25 several sites");
    await page.getByRole("button", { name: "Globex" }).click();
    await see(words.connected.title("Patchwork", connectedTo("Globex")), "26 the chosen site");

    const rows = await sql`select organization_name as name from installations order by 1`;
    expect(rows).toEqual([{ name: "Acme" }, { name: "Globex" }]);
    expect(person.complaints).toEqual([]);
  });
});
