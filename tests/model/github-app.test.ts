import { busyScenariosOf } from "./busy-scenarios.ts";
import { createGithubAppModel } from "./github-app-model.ts";
import { runScenarios } from "./run-scenarios.ts";
import { githubAppScenarios, scenariosOf } from "./scenarios.ts";

const platform = {
  name: "github app",
  createModel: createGithubAppModel,
  dueSeconds: 500,
  survivesOneFault: true,
};

runScenarios({ name: platform.name, share: 0.2 }, [
  ...scenariosOf(platform),
  ...githubAppScenarios(platform),
  ...busyScenariosOf(platform),
]);
