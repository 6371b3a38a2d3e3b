import { busyScenariosOf } from "./busy-scenarios.ts";
import { runScenarios } from "./run-scenarios.ts";
import { scenariosOf } from "./scenarios.ts";
import { createSlackModel } from "./slack-model.ts";

const platform = {
  name: "slack",
  createModel: createSlackModel({ graceSeconds: 0 }),
  dueSeconds: 3_600,
};

runScenarios({ name: platform.name, share: 0.2 }, [
  ...scenariosOf(platform),
  ...busyScenariosOf(platform),
]);
