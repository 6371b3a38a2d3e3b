import { createOAuthAppModel } from "./github-oauth-app-model.ts";
import { runScenarios } from "./run-scenarios.ts";
import { scenariosOf } from "./scenarios.ts";

runScenarios(
  scenariosOf({ name: "github oauth app", createModel: createOAuthAppModel, dueSeconds: 500 }),
  0.2,
);
