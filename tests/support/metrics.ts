import * as v from "valibot";
import type { CountedMetric } from "./outsider-metrics.ts";

/**
 * All metrics of Grantkeep, with their sets of dimensions. `tests/e2e/metrics.test.ts` compares them with the
 * lines that the functions write, `tests/infra/observability.test.ts` with the alarms and the dashboard.
 */
export const METRICS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Installs: [["service", "platform"]],
  Failures: [["service", "code"]],
  CallbackErrors: [["service", "platform", "error"]],
  RevocationFailures: [["service", "code"]],
  WebhookRegistrationFailures: [["service", "code"]],
  EventFailures: [[]],
  Deliveries: [["outcome"], ["platform", "outcome"]],
  Lookups: [["outcome"]],
  LookupsDuration: [["outcome"]],
  WebhookSecretLookups: [["outcome"]],
  WebhookSecretLookupsDuration: [["outcome"]],
  Refreshes: [["outcome"], ["platform", "outcome"]],
  RefreshesDuration: [["outcome"], ["platform", "outcome"]],
  Rejections: [["outcome"], ["platform", "outcome"]],
  Sweeps: [["outcome"]],
  SweepsDuration: [["outcome"]],
  Ticks: [["outcome"]],
  TicksDuration: [["outcome"]],
  HealthChecks: [["outcome"]],
  HealthChecksDuration: [["outcome"]],
  Checks: [["outcome"]],
  ChecksDuration: [["outcome"]],
  KeyRotations: [["outcome"]],
  KeyRotationsDuration: [["outcome"]],
  Imports: [["outcome"]],
  ImportsDuration: [["outcome"]],
  Exports: [["outcome"]],
  ExportsDuration: [["outcome"]],
};

const Line = v.pipe(
  v.string(),
  v.parseJson(),
  v.looseObject({
    _aws: v.object({
      CloudWatchMetrics: v.array(
        v.object({
          Namespace: v.string(),
          Dimensions: v.array(v.array(v.string())),
          Metrics: v.array(v.object({ Name: v.string(), Unit: v.string() })),
        }),
      ),
    }),
  }),
);
type Line = v.InferOutput<typeof Line>;

/** Returns the lines in embedded metric format of an output. */
export function metricLines(output: string): Line[] {
  return output.split("\n").flatMap((text) => {
    const line = v.safeParse(Line, text);
    return line.success ? [line.output] : [];
  });
}

/** Returns the sum of each metric of some lines, by the values of its dimensions. */
export function sumsOf(lines: readonly Line[]): CountedMetric[] {
  const counted = Map.groupBy(lines.flatMap(countedIn), ({ name, dimensions }) =>
    JSON.stringify([name, dimensions]),
  );
  return [...counted.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    return [{ ...first, sum: others.reduce((total, { sum }) => total + sum, first.sum) }];
  });
}

function countedIn(line: Line): CountedMetric[] {
  return line._aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name: name }) =>
      Dimensions.map((set) => ({
        name,
        dimensions: Object.fromEntries(set.map((field) => [field, String(line[field])])),
        sum: Number(line[name]),
      })),
    ),
  );
}

/** Returns the metrics of some lines, each with its sets of dimensions. */
export function metricsIn(lines: readonly Line[]): Record<string, string[][]> {
  const found = new Map<string, Map<string, string[]>>();
  for (const { Dimensions, Metrics } of lines.flatMap(({ _aws }) => _aws.CloudWatchMetrics)) {
    for (const { Name } of Metrics) {
      const sets = Dimensions.map((set): [string, string[]] => [set.join(), set]);
      found.set(Name, new Map([...(found.get(Name) ?? []), ...sets]));
    }
  }
  return Object.fromEntries([...found].map(([name, sets]) => [name, [...sets.values()]]));
}
