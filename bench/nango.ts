import type { Table } from "./section.ts";

/**
 * Nango's server, which is asked over HTTP, and cannot be run beside the others: it was measured apart, on
 * 2026-11-22, with PostgreSQL alone and its logs and traces off. Only the ratio to the floor of that run
 * says something beside the tables of this one.
 */
export const NANGO: Table = {
  columns: ["measured apart, in another run", "p50", "throughput", "SQL statements"],
  rows: [
    ["Nango 0.71.4, GET /connection/{id} over HTTP", "115–138 × its floor", "0.006–0.007 ×", "6"],
  ],
};
