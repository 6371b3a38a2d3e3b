import { PassThrough, Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import {
  isInteractive,
  promptCredentials,
  readCredentialsFrom,
} from "../../cli/setup/credentials.ts";

const FIELDS = {
  client_id: { label: "Client ID", pattern: /^\d+$/ },
  client_secret: { label: "Client Secret", isSecret: true },
} as const;

const SECRET = "canary-secret";

/** A terminal at which a person types lines, each when it is asked for. */
function openTerminal(lines: readonly string[]) {
  const terminal = { input: new PassThrough(), output: new PassThrough() };
  const left = [...lines];
  let shown = "";
  terminal.output.on("data", async (chunk) => {
    shown += chunk;
    if (!String(chunk).includes(": ")) return;
    // The prompt is shown before the line is awaited.
    await turn();
    const line = left.shift();
    if (line !== undefined) terminal.input.write(`${line}\r`);
  });
  return { terminal, shown: () => shown };
}

describe("on a terminal", () => {
  test("a secret is read and not shown", async () => {
    const { terminal, shown } = openTerminal(["42", SECRET]);

    const values = await promptCredentials(terminal)(FIELDS);

    expect(values).toEqual({ client_id: "42", client_secret: SECRET });
    expect(shown()).toContain("Client Secret (not shown): ");
    expect(shown()).toContain("42");
    expect(shown()).not.toContain(SECRET);
    expect(shown()).not.toContain("canary");
  });

  test("a value that is malformed is named, and not quoted", async () => {
    const { terminal } = openTerminal([SECRET]);

    const values = promptCredentials(terminal)(FIELDS);

    await expect(values).rejects.toThrow(
      "The Client ID is missing or malformed. Nothing was stored.",
    );
  });

  test("Ctrl-C cancels", async () => {
    const { terminal } = openTerminal(["42", "\u0003"]);

    const values = promptCredentials(terminal)(FIELDS);

    await expect(values).rejects.toThrow("Cancelled. Nothing was stored.");
  });
});

describe("from standard input", () => {
  const read = (text: string) => readCredentialsFrom(Readable.from([text]))(FIELDS);

  test("the credentials are a JSON object", async () => {
    const credentials = { client_id: "42", client_secret: SECRET };

    expect(await read(JSON.stringify(credentials))).toEqual(credentials);
  });

  test.each([
    ["no JSON", SECRET, "Standard input must be"],
    [
      "another field",
      JSON.stringify({ client_id: "42", client_secret: "x", more: SECRET }),
      "Standard input must be",
    ],
    [
      "a value that is no text",
      JSON.stringify({ client_id: 42, client_secret: SECRET }),
      "Standard input must be",
    ],
    ["no secret", JSON.stringify({ client_id: "42" }), "The client_secret is missing"],
    [
      "a line break",
      JSON.stringify({ client_id: "42", client_secret: `${SECRET}\n` }),
      "The client_secret is missing",
    ],
  ])("%s is refused without a quote", async (_, text, message) => {
    const values = read(text);

    await expect(values).rejects.toThrow(message);
    await expect(values).rejects.not.toThrow(SECRET);
  });
});

test.each([
  [true, true, true],
  [true, undefined, false],
  [undefined, true, false],
])("input %s and output %s of a terminal: a person can be asked: %s", (input, output, expected) => {
  const terminal = {
    input: Object.assign(new PassThrough(), input && { isTTY: input }),
    output: Object.assign(new PassThrough(), output && { isTTY: output }),
  };

  expect(isInteractive(terminal)).toBe(expected);
});
