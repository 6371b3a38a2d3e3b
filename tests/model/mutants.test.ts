import { expect, test } from "vitest";
import { busyScenariosOf } from "./busy-scenarios.ts";
import { exploreAll } from "./exploration.ts";
import { createGithubAppModel } from "./github-app-model.ts";
import { createOAuthAppModel } from "./github-oauth-app-model.ts";
import { createJiraModel } from "./jira-model.ts";
import { MUTANTS } from "./mutants.ts";
import { githubAppScenarios, scenariosOf } from "./scenarios.ts";
import { runSchedule } from "./schedule.ts";
import { createSlackModel } from "./slack-model.ts";

const app = { name: "github app", createModel: createGithubAppModel, dueSeconds: 500 };
const oauthApp = { name: "oauth app", createModel: createOAuthAppModel, dueSeconds: 500 };
const slack = {
  name: "slack",
  createModel: createSlackModel({ graceSeconds: 0 }),
  dueSeconds: 3_600,
};
const jira = { name: "jira", createModel: createJiraModel, dueSeconds: 800 };

const SCENARIOS = [
  ...[app, oauthApp, slack, jira].flatMap(scenariosOf),
  ...[slack, jira].flatMap(busyScenariosOf),
  ...githubAppScenarios(app),
];

/** The budgets for a counterexample, the least first. */
const BUDGETS = [
  { preemptions: 1, faults: 0 },
  { preemptions: 2, faults: 0 },
  { preemptions: 1, faults: 1 },
];

test.each(Object.entries(MUTANTS))("the model finds that %s", async (_, mutant) => {
  const sound = SCENARIOS.find(({ name }) => name === mutant.scenario);
  if (!sound) throw new Error(`There is no scenario ${mutant.scenario}.`);
  const scenario = { ...sound, breakStore: mutant.breakStore };

  async function explore(): Promise<void> {
    for (const budget of BUDGETS)
      await exploreAll(budget, (choices) => runSchedule(scenario, choices));
  }

  await expect(explore()).rejects.toThrow(mutant.found);
});
