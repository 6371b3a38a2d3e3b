import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import * as v from "valibot";
import { expect, test } from "vitest";
import { type CountedMetric, OUTSIDER_METRICS } from "../support/outsider-metrics.ts";
import { deployStage } from "./deployment.ts";

const Alarm = v.object({
  name: v.string(),
  alarmDescription: v.string(),
  threshold: v.number(),
  metricQueries: v.array(
    v.object({
      metric: v.optional(
        v.object({ metricName: v.string(), dimensions: v.record(v.string(), v.string()) }),
      ),
    }),
  ),
});

const Dashboard = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    widgets: v.array(
      v.object({ type: v.string(), properties: v.object({ markdown: v.optional(v.string()) }) }),
    ),
  }),
);

const deployment = await deployStage("production");
const alarms = deployment
  .ofType("aws:cloudwatch/metricAlarm:MetricAlarm")
  .map(({ inputs }) => v.parse(Alarm, inputs));

const LAUNCHER = path.resolve(import.meta.dirname, "../../cli/grantkeep.mjs");

/** Returns the help of a command. Fails for a command that does not exist. */
async function helpOf(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [LAUNCHER, ...args, "--help"]);
  return stdout;
}

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

test.each(alarms.map(({ name, alarmDescription }) => [name, alarmDescription]))(
  "the text of %s names a command that exists, with the stage",
  async (_name, text) => {
    const [, command = "", options = ""] =
      / First: npx grantkeep ([a-z-]+)((?: --?[a-z-]+ [\w-]+)*) Then: /.exec(text) ?? [];
    const help = await helpOf(command);

    expect(options).toContain("--stage production");
    for (const [, option = "", value = ""] of options.matchAll(/(--[a-z]+) ([\w-]+)/g)) {
      expect(help).toMatch(new RegExp(`^ +(-\\w, )?${option} `, "m"));
      if (option === "--function") expect(help).toContain(`"${value}"`);
    }
  },
);

test("the dashboard begins with commands that exist", async () => {
  const [dashboard] = deployment.ofType("aws:cloudwatch/dashboard:Dashboard");
  const { widgets } = v.parse(Dashboard, dashboard?.inputs.dashboardBody);
  const [first] = widgets;
  const help = await helpOf();

  expect(first?.type).toBe("text");
  const commands = [...(first?.properties.markdown ?? "").matchAll(/`npx grantkeep (\w+)/g)];
  expect(commands.map(([, command]) => command)).toEqual(["status", "check", "logs", "why"]);
  for (const [, command] of commands) expect(help).toMatch(new RegExp(`^  ${command} `, "m"));
});
