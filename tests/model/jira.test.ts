import { createJiraModel } from "./jira-model.ts";
import { runScenarios } from "./run-scenarios.ts";
import { scenariosOf } from "./scenarios.ts";

runScenarios(
  scenariosOf({
    name: "jira",
    createModel: createJiraModel,
    dueSeconds: 800,
    survivesOneFault: true,
  }),
  0.2,
);
