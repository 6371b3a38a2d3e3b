import { generateKeyPairSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { exampleRegistrations, PlatformName } from "../../emulators/platforms.ts";
import { start } from "./emulated-github.ts";

const FOLDERS = ["", ...PlatformName.options.map((name) => `${name}/`)];
const files = FOLDERS.map((folder) =>
  readFile(new URL(`../../emulators/${folder}README.md`, import.meta.url), "utf8"),
);
const README = (await Promise.all(files)).join("\n");

/** `curl`, with a method, a body, and the URL of the emulators in their READMEs. */
const COMMAND = /^curl (?:-X (\w+) )?(?:-d '([^']+)' )?http:\/\/127\.0\.0\.1:3002(\S+)/;

const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

test("every curl command in the READMEs of the emulators works", async () => {
  const lines = README.split("\n").filter((line) => line.startsWith("curl "));
  const commands = lines.filter((line) => !line.includes("<")).map((line) => COMMAND.exec(line));
  // Nothing listens there, so webhooks and events fail at once.
  const emulators = await start({}, exampleRegistrations("http://127.0.0.1:1", publicKey));

  const failed = [];
  for (const [command = "", method, body, path = ""] of commands.filter(
    (found) => found !== null,
  )) {
    const response = await fetch(emulators.url + path, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      ...(body !== undefined && { body }),
    });
    if (!response.ok) failed.push(`${response.status} ${command}: ${await response.text()}`);
  }

  expect(failed).toEqual([]);
  expect(commands).not.toContain(null);
  expect(lines.length - commands.length).toBe(7);
});

test("every action in GET /_control has an example in a README", async () => {
  const emulators = await start({}, exampleRegistrations("http://127.0.0.1:1", publicKey));

  const help = await (await fetch(`${emulators.url}/_control`)).text();

  const actions = [...help.matchAll(/^\w+ +(\/_control\S*)/gm)].map(([, path = ""]) => path);
  const missing = actions.filter((path) => !README.includes(path.replace("{id}", "<event id>")));
  expect(actions.length).toBeGreaterThan(20);
  expect(missing).toEqual([]);
});
