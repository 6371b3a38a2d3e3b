import type { Platform } from "../../core/installation.ts";
import type { ReadCredentials } from "./credentials.ts";
import { registerGithubApp } from "./github.ts";
import { registerJiraApp } from "./jira.ts";
import type { Registration, SetupContext } from "./registration.ts";
import { registerSlackApp } from "./slack.ts";

interface RegistrarInput {
  readonly organization: string | undefined;
  readonly port: number;
  readonly read: ReadCredentials;
  readonly store: (registration: Registration) => Promise<void>;
}

/** The way to register an app at a platform. */
interface Registrar {
  /** Whether an organization can own the app. */
  readonly hasOwner: boolean;
  /** Whether the operator copies the credentials from the platform. */
  readonly hasPrompts: boolean;
  readonly register: (context: SetupContext, input: RegistrarInput) => Promise<Registration>;
}

export const REGISTRARS: Readonly<Record<Platform, Registrar>> = {
  github: {
    hasOwner: true,
    hasPrompts: false,
    register: (context, { store, ...options }) => registerGithubApp(context, options, store),
  },
  slack: withPrompts(registerSlackApp),
  jira: withPrompts(registerJiraApp),
};

function withPrompts(
  registerApp: (context: SetupContext, read: ReadCredentials) => Promise<Registration>,
): Registrar {
  return {
    hasOwner: false,
    hasPrompts: true,
    async register(context, { read, store }) {
      const registration = await registerApp(context, read);
      await store(registration);
      return registration;
    },
  };
}
