import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { functionTable } from "../infra/function-table.ts";
import { buildBundle } from "../package/bundles.ts";
import { formatTable } from "./report.ts";

// Lists the size of each bundle, so that two versions can be compared with `diff`.
const folder = await mkdtemp(path.join(tmpdir(), "grantkeep-sizes-"));
try {
  const rows: string[][] = [];
  for (const { name, handler } of functionTable) {
    const { bytes, startBytes } = await buildBundle(handler, path.join(folder, name));
    rows.push([name, `${bytes}`, `${startBytes}`]);
  }
  const columns = ["function", "bytes", "bytes at start"];
  process.stdout.write(`${formatTable({ columns, rows })}\n`);
} finally {
  await rm(folder, { recursive: true });
}
