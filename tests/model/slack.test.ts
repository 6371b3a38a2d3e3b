import { runScenarios } from "./run-scenarios.ts";
import { scenariosOf } from "./scenarios.ts";
import { createSlackModel } from "./slack-model.ts";

const DUE_SECONDS = 3_600;

runScenarios(
  [
    ...scenariosOf({
      name: "slack",
      createModel: (context) => createSlackModel(context, { graceSeconds: 0 }),
      dueSeconds: DUE_SECONDS,
    }),
    ...scenariosOf({
      name: "slack with grace",
      createModel: (context) => createSlackModel(context, { graceSeconds: 60 }),
      dueSeconds: DUE_SECONDS,
      survivesOneFault: true,
    }),
  ],
  0.4,
);
