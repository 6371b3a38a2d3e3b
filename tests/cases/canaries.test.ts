import { expect, test } from "vitest";
import { createCanaries } from "./canaries.ts";

const SECRET = 'gho_~"secret"?/+ü';

test.each([
  ["as it is", SECRET],
  ["as JSON", JSON.stringify({ token: SECRET })],
  ["in a URL", `?${encodeURIComponent(SECRET)}`],
  ["as hex", Buffer.from(SECRET).toString("hex")],
  ["as hex in upper case", Buffer.from(SECRET).toString("hex").toUpperCase()],
  ["at the start of base64", btoaText(`${SECRET}, and more`)],
  ["one byte into base64", btoaText(`a${SECRET}`)],
  ["two bytes into base64", btoaText(`ab${SECRET}, and more`)],
  ["three bytes into base64", btoaText(`abc${SECRET}`)],
  ["one byte into base64url", Buffer.from(`a${SECRET}!`).toString("base64url")],
])("control: a secret %s is found", (_name, text) => {
  const canaries = createCanaries();
  canaries.plant("token", SECRET);

  expect(canaries.foundIn(`before ${text} after`)).toEqual(["token"]);
});

function btoaText(text: string): string {
  return Buffer.from(text).toString("base64");
}

test("control: a text that holds no secret is clean", () => {
  const canaries = createCanaries();
  canaries.plant("token", SECRET);

  expect(canaries.foundIn("gho_ secret")).toEqual([]);
});
