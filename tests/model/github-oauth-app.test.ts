import { busyScenariosOf } from "./busy-scenarios.ts";
import { createOAuthAppModel } from "./github-oauth-app-model.ts";
import { runScenarios } from "./run-scenarios.ts";
import { scenariosOf } from "./scenarios.ts";

const platform = { name: "github oauth app", createModel: createOAuthAppModel, dueSeconds: 500 };

runScenarios({ name: platform.name, share: 0.2 }, [
  ...scenariosOf(platform),
  ...busyScenariosOf(platform),
]);
