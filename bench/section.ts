/** Figures side by side, as they are printed and kept. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A ratio that was promised, and what it was in this run. */
export interface Check {
  readonly name: string;
  readonly measured: number;
  /** As it is printed: `≤ 1.6`. */
  readonly promise: string;
  readonly isMet: boolean;
}

/** What one benchmark found. */
export interface Section {
  readonly title: string;
  /** How it was measured, and how to read the table: a paragraph of Markdown. */
  readonly method: string;
  readonly tables: readonly Table[];
  readonly checks: readonly Check[];
}

/** One benchmark. It starts what it needs, and leaves nothing behind. */
export interface Benchmark {
  /** As in `npm run bench -- <id>`. */
  readonly id: string;
  measure(progress: (line: string) => void): Promise<Section>;
}

/** A ratio that must not be above a limit. */
export function atMost(name: string, measured: number, limit: number): Check {
  return { name, measured, promise: `≤ ${limit}`, isMet: measured <= limit };
}

/** A ratio that must not be below a limit. */
export function atLeast(name: string, measured: number, limit: number): Check {
  return { name, measured, promise: `≥ ${limit}`, isMet: measured >= limit };
}
