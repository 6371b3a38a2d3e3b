import { devNull } from "node:os";

/** With these, the SDK reads no file of the developer and asks no metadata service for credentials. */
const NO_OTHER_SOURCES = {
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: "true",
};

/**
 * Deletes every variable of AWS from the environment of this process. No profile, credentials, endpoint or
 * setting of the developer's shell may lead a request to a real account.
 */
export function dropAwsVariables(): void {
  for (const name of Object.keys(process.env)) {
    if (name.toUpperCase().startsWith("AWS_")) delete process.env[name];
  }
  Object.assign(process.env, NO_OTHER_SOURCES);
}
