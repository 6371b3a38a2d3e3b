import { afterEach, expect, test } from "vitest";
import { importInstallation } from "../cases/imported.ts";
import { runCommand, startCommandStack } from "../support/commands.ts";
import { readLink } from "../support/install-links.ts";

const { stack, environment } = await startCommandStack();
const link = (...options: string[]) => runCommand(["link", ...options], environment);
const create = async (...options: string[]) =>
  JSON.parse((await link("create", "--json", ...options)).stdout);

afterEach(async () => {
  await stack.database.sql`truncate installations, install_links`;
});

test("creates a link, and prints its URL alone", async () => {
  const { code, stdout, stderr } = await link("create", "--platform", "slack");

  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^${stack.url}/\\?link=v1\\.\\S+\\n$`));
  expect(stderr).toMatch(/^link-[0-9a-f]{32} expires \S+\. It can be used once\.\n$/);
});

test("passes metadata, the time and the redirect", async () => {
  const { id, expires_at } = await create(
    ...["--platform", "slack", "--expires", "2h", "--replace"],
    ...["--metadata", "customer=42", "--metadata", "display_name=Acme = One"],
  );

  const stored = await readLink(stack, id);
  expect(stored.on_conflict).toBe("replace");
  expect(stored.metadata).toEqual({ customer: "42", display_name: "Acme = One" });
  const seconds = (Date.parse(expires_at) - Date.parse(stored.created_at)) / 1000;
  expect(seconds).toBeGreaterThan(7_190);
  expect(seconds).toBeLessThan(7_202);
  const refused = await link(
    "create",
    "--platform",
    "slack",
    "--redirect-uri",
    "https://a.example",
  );
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toContain("(invalid_redirect_uri)");
});

test("creates a reconnect link for the platform of the installation", async () => {
  const installation = await importInstallation(stack);

  const { id } = await create("--installation", installation);

  expect(await readLink(stack, id)).toMatchObject({
    platform: "github",
    installation_id: installation,
  });
});

test("lists links, newest first, and ends one", async () => {
  const [one, other] = [
    await create("--platform", "slack", "--metadata", "display_name=Acme"),
    await create("--platform", "jira"),
  ];

  const ended = await link("end", one.id);
  const listed = await link();
  const newest = await link("list", "--limit", "1", "--json");

  expect(ended).toMatchObject({ code: 0, stdout: `${one.id} is ended.\n` });
  const [headings, first, second, ...rest] = listed.stdout.trimEnd().split("\n");
  expect(headings).toMatch(/^STATUS +PLATFORM +CUSTOMER +CREATED +EXPIRES +USED BY +ID$/);
  expect(first).toMatch(new RegExp(`^open +jira .+ ${other.id}$`));
  expect(second).toMatch(new RegExp(`^ended +slack +Acme .+ ${one.id}$`));
  expect(rest).toEqual([]);
  expect(JSON.parse(newest.stdout).items).toHaveLength(1);
  expect(newest.stderr).toBe("There are more than 1 install links.\n");
});

test("says that there are no links", async () => {
  expect(await link()).toEqual({ code: 0, stdout: "", stderr: "There are no install links.\n" });
});
