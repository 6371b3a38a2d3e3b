import { createGithubAppModel } from "./github-app-model.ts";
import { runScenarios } from "./run-scenarios.ts";
import { githubAppScenarios, scenariosOf } from "./scenarios.ts";

const platform = {
  name: "github app",
  createModel: createGithubAppModel,
  dueSeconds: 500,
  survivesOneFault: true,
};

runScenarios([...scenariosOf(platform), ...githubAppScenarios(platform)], 0.2);
