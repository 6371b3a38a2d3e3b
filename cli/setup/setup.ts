import path from "node:path";
import type { Platform } from "../../core/installation.ts";
import { notify, print, printJson } from "../output.ts";
import { openStage } from "../target/stage.ts";
import {
  isInteractive,
  promptCredentials,
  type ReadCredentials,
  readCredentialsFrom,
} from "./credentials.ts";
import { openBrowser } from "./open-browser.ts";
import { registeredUrls } from "./registered-urls.ts";
import { REGISTRARS } from "./registrars.ts";
import type { Registration, SetupContext } from "./registration.ts";
import {
  describeExisting,
  type RegistrationPlace,
  readStageConfiguration,
  storeRegistration,
} from "./stage-registration.ts";

export interface SetupOptions {
  readonly stage: string;
  readonly url: string | undefined;
  readonly organization: string | undefined;
  readonly port: number;
  readonly isReplaced: boolean;
  readonly isReadFromStdin: boolean;
  readonly isOpened: boolean;
  readonly isJson: boolean;
}

/** Registers the app of a stage at a platform, unless one is registered already. */
export async function setUp(platform: Platform, options: SetupOptions): Promise<void> {
  const { stage, isReplaced } = options;
  // Before anything is registered, so that no secrets are lost.
  const read = chooseCredentials(platform, options);
  const stageConfiguration = await readStageConfiguration(stage);
  const { account, region, publicUrl, secretNameOf, secrets } = await openStage(stage);
  notify(`Account ${account}, region ${region}, stage ${stage}`);

  const place: RegistrationPlace = {
    platform,
    stage: stageConfiguration,
    secrets: secrets(),
    secretId: secretNameOf(platform),
  };
  const existing = isReplaced ? await ensureSecret(place) : await describeExisting(place);
  if (existing !== undefined) {
    print(`${existing} Nothing was changed. To register another app, add --replace.`);
    return;
  }
  const context: SetupContext = {
    stage,
    configuration: stageConfiguration.configuration,
    urls: registeredUrls(options.url ?? (await publicUrl())),
    open: options.isOpened && isInteractive(TERMINAL) ? openBrowser : () => {},
  };
  const registration = await REGISTRARS[platform].register(context, {
    ...options,
    read,
    store: (registered) => storeRegistration(place, registered),
  });
  report(registration, place, context, options);
}

const TERMINAL = { input: process.stdin, output: process.stderr };

function chooseCredentials(platform: Platform, { isReadFromStdin }: SetupOptions): ReadCredentials {
  if (isReadFromStdin) return readCredentialsFrom(process.stdin);
  const { hasPrompts } = REGISTRARS[platform];
  if (!hasPrompts || isInteractive(TERMINAL)) return promptCredentials(TERMINAL);
  throw new Error(
    `setup ${platform} asks for the credentials of the app, and this is no terminal. Run it in a terminal, or pass ` +
      "the credentials to standard input as JSON, with --stdin.",
  );
}

async function ensureSecret({ secrets, secretId }: RegistrationPlace): Promise<undefined> {
  await secrets.storedAt(secretId);
}

function report(
  { description, settings, secret, left }: Registration,
  { platform, stage, secretId }: RegistrationPlace,
  { urls }: SetupContext,
  options: SetupOptions,
): void {
  const file = path.basename(stage.file);
  if (options.isJson) {
    printJson({ platform, stage: options.stage, settings, file, secret: secretId });
    return;
  }
  print(`Registered ${description}.`);
  print(`Stored ${Object.keys(secret).join(", ")} in the secret ${secretId}.`);
  print(`Wrote ${Object.keys(settings).join(", ")} to ${file}, which has no secret: commit it.`);
  print("");
  print(`Deploy the stage, so that its functions read ${file}. Then install the bot: ${urls.home}`);
  for (const sentence of left) print(sentence);
}
