import { Argument, Command, Option } from "@commander-js/extra-typings";
import { jsonOption, stageOption } from "./command.ts";
import { describeKeyRing, readKeyRing } from "./key-rotation/key-ring.ts";
import { changeKeyRing, type Outcome, type Ring, resealAll } from "./key-rotation/steps.ts";
import { print, printJson } from "./output.ts";
import { openTarget } from "./target/open.ts";

const STEPS_AND_EXAMPLES = `
Steps, in the order of a rotation:
  status         Show the keys, and how many stored values each of them decrypts (default).
  add            Add a new key, which decrypts but does not encrypt yet.
  promote <key>  Encrypt with this key from now on, 90 minutes after it was added at the earliest.
  reseal         Re-encrypt the stored values that are not under the primary key.
  remove <key>   Remove a key that no stored value requires.

Examples:
  $ npx grantkeep rotate-keys --stage production
  $ npx grantkeep rotate-keys promote k-2026-11-28 --stage production --yes`;

type Step =
  | { readonly step: "status" }
  | { readonly step: "reseal" }
  | { readonly step: "add" }
  | { readonly step: "promote" | "remove"; readonly key_id: string };

interface RotateKeysOptions {
  readonly ring: Ring;
  readonly yes?: boolean | undefined;
  readonly stage?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Creates the command that takes one step of a key rotation. */
export function createRotateKeysCommand() {
  const command = new Command("rotate-keys")
    .summary("Rotate the keys that encrypt tokens, step by step")
    .description("Show the keys of a key ring, or take one step of a key rotation.")
    .addArgument(
      new Argument("[step]", "Take this step.")
        .choices(["status", "add", "promote", "reseal", "remove"] as const)
        .default("status" as const),
    )
    .argument("[key]", "The id of the key to promote or to remove.")
    .addOption(
      new Option(
        "--ring <ring>",
        "Use the ring for stored tokens, or the one for states and links.",
      )
        .choices(["token", "state"] as const)
        .default("token" as const),
    )
    .option("--yes", "Apply the step. Without this option, it is only checked.")
    .addOption(stageOption())
    .addOption(jsonOption())
    .addHelpText("after", STEPS_AND_EXAMPLES);

  return command.action((name, key, options) => {
    const step =
      toStep(name, key) ??
      command.error(`error: ${name} ${key === undefined ? "requires" : "does not take"} a key id`);
    if (step.step === "reseal" && options.ring === "state") {
      command.error("error: values under the state ring expire: there is nothing to reseal");
    }
    return rotateKeys(step, options);
  });
}

function toStep(step: Step["step"], key: string | undefined): Step | undefined {
  const takesKey = step === "promote" || step === "remove";
  if (takesKey) return key === undefined ? undefined : { step, key_id: key };
  return key === undefined ? { step } : undefined;
}

async function rotateKeys(step: Step, { ring, yes = false, stage, json }: RotateKeysOptions) {
  const { invoke } = await openTarget(stage);
  let outcome: Outcome | undefined;
  if (step.step === "reseal") outcome = await resealAll(invoke, yes);
  else if (step.step !== "status") outcome = await changeKeyRing(invoke, { ...step, ring }, yes);

  const status = await readKeyRing(invoke, ring);
  if (json) {
    printJson({ step: step.step, ring, ...outcome?.result, status });
    return;
  }
  for (const line of outcome?.lines ?? []) print(line);
  if (outcome) print("");
  for (const line of describeKeyRing(status)) print(line);
}
