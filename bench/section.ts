/** A table of figures, as printed and written to RESULTS.md. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A figure with a limit, and its value in this run. */
export interface Check {
  readonly name: string;
  readonly measured: number;
  /** As printed: `≤ 1.6`. */
  readonly limit: string;
  readonly isMet: boolean;
}

/** The results of one benchmark. */
export interface Section {
  readonly title: string;
  /** A paragraph of Markdown: how the figures were measured, and how to read them. */
  readonly method: string;
  readonly tables: readonly Table[];
  readonly checks: readonly Check[];
}

/** A benchmark. It starts the services that it needs, and stops them at the end. */
export interface Benchmark {
  /** The argument of `npm run bench -- <id>`. */
  readonly id: string;
  measure(progress: (line: string) => void): Promise<Section>;
}

/** Creates a check that a figure is at most a limit. */
export function atMost(name: string, measured: number, most: number): Check {
  return { name, measured, limit: `≤ ${most}`, isMet: measured <= most };
}

/** Creates a check that a figure is at least a limit. */
export function atLeast(name: string, measured: number, least: number): Check {
  return { name, measured, limit: `≥ ${least}`, isMet: measured >= least };
}
