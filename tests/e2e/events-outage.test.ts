import * as v from "valibot";
import { afterEach, describe, expect, test } from "vitest";
import { importInstallation } from "../cases/imported.ts";
import { installOn } from "../cases/installed.ts";
import { eventsOf } from "../support/bus-events.ts";
import { callApi, invoke, startTestStack } from "../support/stack.ts";

/** The deadline of an event is one second; the rest allows for a busy machine. */
const SOON_MS = 2_500;

const Line = v.looseObject({ EventFailures: v.literal(1) });

const stack = await startTestStack();
await installOn(stack, "jira", "warm-up");

afterEach(() => stack.aws.fail(undefined));

/** Returns how long an action took, and the lines that it wrote about events that were not sent. */
async function observe<Result>(act: () => Promise<Result>) {
  const written = stack.output().length;
  const startedAt = performance.now();
  const result = await act();
  const milliseconds = performance.now() - startedAt;
  const lines = stack.output().slice(written).trim().split("\n");
  const failures = lines.map((line) => JSON.parse(line)).filter((line) => v.is(Line, line));
  return { result, milliseconds, failures };
}

function countSent(): number {
  return stack.aws.calls.filter(({ service }) => service === "events").length;
}

type Fault = Parameters<typeof stack.aws.fail>[0];
const bus = (kind: NonNullable<Fault>["kind"]) => () =>
  stack.aws.fail({ service: "events", kind } as const);

describe.each([
  ["does not answer", bus("hang"), "AbortError"],
  ["throttles us", bus("throttling"), "ThrottlingException"],
  ["has a fault", bus("internal"), "InternalException"],
  ["takes the request and not the event", bus("refused_entries"), "InternalFailure"],
  ["cuts connections", bus("reset"), "TimeoutError ECONNRESET"],
  ["returns a malformed response", bus("malformed"), "Error HPE"],
])("a bus that %s", (_, breakBus, reason) => {
  test("does not fail an install, which is stored in time; the failure is counted once", async () => {
    breakBus();
    const sent = countSent();

    const {
      result: id,
      milliseconds,
      failures,
    } = await observe(() =>
      installOn(stack, "jira", `no-${reason.toLowerCase().replaceAll(" ", "-")}`),
    );

    expect(milliseconds).toBeLessThan(SOON_MS);
    expect((await callApi(stack, "GET", `/installations/${id}`)).status).toBe(200);
    expect(await invoke(stack, "token-lookup", { installation_id: id })).toMatchObject({
      ok: true,
    });
    expect(failures).toEqual([
      {
        _aws: expect.objectContaining({
          CloudWatchMetrics: [
            {
              Namespace: "Grantkeep",
              Dimensions: [[]],
              Metrics: [{ Name: "EventFailures", Unit: "Count" }],
            },
          ],
        }),
        EventFailures: 1,
        error: "event_not_sent",
        reason: expect.stringMatching(new RegExp(`^${reason}`)),
        event: "installation.created",
        event_id: expect.stringMatching(/^evt-/),
        installation_id: id,
        organization_id: expect.any(String),
        platform: "jira",
        request_id: expect.any(String),
      },
    ]);
    // The request is not repeated: the function tick sends the event again.
    expect(countSent() - sent).toBe(1);
    expect(eventsOf(stack, id)).toEqual([]);
  });
});

test("an outage of the bus fails neither a deletion nor a lookup", async () => {
  const id = await importInstallation(stack, { organization_id: "deleted" });
  const dead = await importInstallation(stack, {
    organization_id: "dead",
    token_expires_at: new Date(Date.now() + 1_000).toISOString(),
  });
  stack.aws.fail({ service: "events", kind: "hang" });
  await stack.platforms.control.letTimePass(3_600);

  const deletion = await observe(() => callApi(stack, "DELETE", `/installations/${id}`));
  const lookup = await observe(() => invoke(stack, "token-lookup", { installation_id: dead }));

  expect(deletion.result.status).toBe(200);
  expect(lookup.result).toMatchObject({ ok: false, error: "reauthorization_required" });
  for (const { milliseconds, failures } of [deletion, lookup]) {
    expect(milliseconds).toBeLessThan(SOON_MS);
    expect(failures).toHaveLength(1);
  }
});

test("a slow event arrives before the response, after which Lambda freezes the process", async () => {
  stack.aws.fail({ service: "events", kind: "slow" });

  const { result: id, failures } = await observe(() => installOn(stack, "jira", "slow"));
  const atAnswer = eventsOf(stack, id);
  const dead = await importInstallation(stack, {
    organization_id: "slow",
    token_expires_at: new Date(Date.now() + 1_000).toISOString(),
  });
  await stack.platforms.control.letTimePass(3_600);
  await invoke(stack, "token-lookup", { installation_id: dead });

  expect(failures).toEqual([]);
  expect(atAnswer).toEqual(["installation.created"]);
  expect(eventsOf(stack, dead)).toHaveLength(2);
});

test("after an outage, events are sent again", async () => {
  const id = await installOn(stack, "jira", "after");

  expect(eventsOf(stack, id)).toEqual(["installation.created"]);
});
