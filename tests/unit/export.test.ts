import { expect, test } from "vitest";
import { type ExportResult, exportInstallations } from "../../core/operations/export.ts";
import { newImport } from "../contract/installation-transfer.contract.ts";
import { createMemoryInstallations } from "../support/memory/installations.ts";

test.each([
  ["rows", { maxRows: 2, maxBytes: 1_000_000 }, [2, 2, 1]],
  ["bytes", { maxRows: 1_000, maxBytes: 250 }, [2, 2, 1]],
  ["bytes that hold not one row", { maxRows: 1_000, maxBytes: 10 }, [1, 1, 1, 1, 1]],
])("an export within a limit of %s returns every installation once", async (_, limits, sizes) => {
  const transfer = createMemoryInstallations();
  const installations = Array.from({ length: 5 }, () => newImport());
  await transfer.importAll(installations, { dryRun: false });
  const toLine = ({ id }: { id: string }) => id.padEnd(100);

  const pages: ExportResult[] = [];
  do {
    const after = pages.at(-1)?.lastId ?? undefined;
    pages.push(await exportInstallations({ transfer }, { after, ...limits, toLine }));
  } while (pages.at(-1)?.lastId !== null);

  expect(pages.map(({ lines }) => lines.length).filter((length) => length > 0)).toEqual(sizes);
  expect(new Set(pages.flatMap(({ lines }) => lines)).size).toBe(5);
});
