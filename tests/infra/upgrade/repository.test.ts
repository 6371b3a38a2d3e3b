import { expect, test } from "vitest";
import { deployStage } from "../deployment.ts";
import { dataOf } from "./data.ts";
// The stage `production` as the commit before the component deployed it.
import recorded from "./repository.json" with { type: "json" };

test.each(["aurora", "dsql"] as const)(
  "the component keeps every resource with data of a stage of this repository on %s",
  async (database) => {
    const deployment = await deployStage("production", { environment: { DATABASE: database } });

    const now = dataOf(deployment);
    const kept = Object.keys(recorded[database]).map((urn) => [urn, now[urn]]);
    expect(Object.fromEntries(kept)).toEqual(recorded[database]);
  },
);
