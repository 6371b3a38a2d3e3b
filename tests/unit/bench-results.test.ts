import { expect, test } from "vitest";
import { replaceSection } from "../../bench/report.ts";

const section = (title: string, id: string) =>
  `## ${title}\n\n\`npm run bench -- ${id}\` on a day.`;

test("the results keep the sections that no benchmark writes, at the end", () => {
  const renamed = section("Renamed", "renamed");
  const byHand = "## By hand\n\nNo command wrote this.";
  const alsoByHand = "## Also by hand\n\nNor this.";
  const results = ["# Results", renamed, byHand, section("Old", "race"), alsoByHand].join("\n\n");
  const text = section("New", "race");

  const replaced = replaceSection(results, { id: "race", text }, ["lookup", "race"]);

  const [, ...sections] = replaced.trim().split(/\n\n(?=## )/);
  expect(sections).toEqual([text, renamed, byHand, alsoByHand]);
});

test("the results have the sections in the order of the benchmarks", () => {
  const race = section("Race", "race");
  const text = section("Lookup", "lookup");

  const replaced = replaceSection(`# Results\n\n${race}\n`, { id: "lookup", text }, [
    "lookup",
    "race",
  ]);

  expect(replaced).toMatch(/^# Results\n\n.+\n\n## Lookup\n[^#]+\n\n## Race\n[^#]+\n$/);
});
