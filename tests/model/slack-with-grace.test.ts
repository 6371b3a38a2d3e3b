import { busyScenariosOf } from "./busy-scenarios.ts";
import { runScenarios } from "./run-scenarios.ts";
import { scenariosOf } from "./scenarios.ts";
import { createSlackModel } from "./slack-model.ts";

const platform = {
  name: "slack with grace",
  createModel: createSlackModel({ graceSeconds: 60 }),
  dueSeconds: 3_600,
  survivesOneFault: true,
};

runScenarios({ name: platform.name, share: 0.2 }, [
  ...scenariosOf(platform),
  ...busyScenariosOf(platform),
]);
