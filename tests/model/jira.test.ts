import { busyScenariosOf } from "./busy-scenarios.ts";
import { createJiraModel } from "./jira-model.ts";
import { runScenarios } from "./run-scenarios.ts";
import { scenariosOf } from "./scenarios.ts";

const platform = {
  name: "jira",
  createModel: createJiraModel,
  dueSeconds: 800,
  survivesOneFault: true,
};

runScenarios({ name: platform.name, share: 0.2 }, [
  ...scenariosOf(platform),
  ...busyScenariosOf(platform),
]);
