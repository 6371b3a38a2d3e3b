import * as v from "valibot";
import { expect, test } from "vitest";
import { type CountedMetric, OUTSIDER_METRICS } from "../support/outsider-metrics.ts";
import { deployStage } from "./deployment.ts";

const Alarm = v.object({
  name: v.string(),
  threshold: v.number(),
  metricQueries: v.array(
    v.object({
      metric: v.optional(
        v.object({ metricName: v.string(), dimensions: v.record(v.string(), v.string()) }),
      ),
    }),
  ),
});

const deployment = await deployStage("production");
const alarms = deployment
  .ofType("aws:cloudwatch/metricAlarm:MetricAlarm")
  .map(({ inputs }) => v.parse(Alarm, inputs));

/** Returns the alarms that ring if all of this is counted within one period. */
function ringing(counted: readonly CountedMetric[]): string[] {
  const sumOf = ({ metricQueries }: (typeof alarms)[number]) =>
    metricQueries
      .flatMap(({ metric }) => (metric ? counted.filter((other) => isSame(metric, other)) : []))
      .reduce((total, { sum }) => total + sum, 0);
  return alarms.filter((alarm) => sumOf(alarm) >= alarm.threshold).map(({ name }) => name);
}

function isSame(
  metric: { metricName: string; dimensions: Record<string, string> },
  { name, dimensions }: CountedMetric,
): boolean {
  const [one, other] = [metric.dimensions, dimensions].map((set) => Object.entries(set).sort());
  return metric.metricName === name && JSON.stringify(one) === JSON.stringify(other);
}

test("B7 no alarm rings for what anybody can send", () => {
  expect(OUTSIDER_METRICS.reduce((total, { sum }) => total + sum, 0)).toBeGreaterThan(200);
  expect(ringing(OUTSIDER_METRICS)).toEqual([]);
});

test("a secret that a platform rejects rings an alarm, and so does a platform that is down", () => {
  const service = "grantkeep";
  const failures = (code: string, sum: number) => ({
    name: "Failures",
    dimensions: { service, code },
    sum,
  });

  expect(ringing([failures("provider_misconfigured", 1)])).toEqual([
    "grantkeep-production-platform-misconfigured",
  ]);
  expect(ringing([failures("provider_unavailable", 5)])).toEqual([
    "grantkeep-production-install-failures",
  ]);
});
