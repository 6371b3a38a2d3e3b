import type { Table } from "./section.ts";

/**
 * Nango's server, which serves HTTP and was measured separately, on 2026-11-22, with PostgreSQL only and
 * without its logs and traces. Only its ratio to the floor of that run can be compared with other tables.
 */
export const NANGO: Table = {
  columns: [
    "measured separately",
    "p50, 1 in flight",
    "per second, 32 in flight",
    "SQL statements",
  ],
  rows: [
    [
      "Nango 0.71.4, over HTTP",
      "115–138 × its floor",
      "123–142, its floor 16,900–22,900",
      "6, one of them a write",
    ],
  ],
};
