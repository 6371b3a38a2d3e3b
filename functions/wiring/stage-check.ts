import { SWEEP_STATEMENT_MS } from "../../core/deadlines.ts";
import { ServiceError } from "../../core/errors.ts";
import type { StageCheckDeps } from "../../core/operations/stage-check/run.ts";
import { createPostgresSealedRows } from "../../core/postgres/sealed-rows.ts";
import { createPostgresStageFacts } from "../../core/postgres/stage-facts.ts";
import { registrationChecks } from "../../core/providers/registration-checks.ts";
import { readDatabaseConfig, readPublicUrl, readSecretArn } from "../environment/config.ts";
import { createSecretReader } from "../environment/secrets.ts";
import { openDatabase } from "./database.ts";
import { configuration } from "./dependencies.ts";
import { createProviders } from "./providers.ts";

/** For the check of a stage. A secret that is missing is one of its results, and does not fail its start. */
export async function stageCheckDeps(): Promise<StageCheckDeps> {
  const { platforms } = configuration();
  const secrets = createSecretReader();
  const providers = createProviders(secrets, configuration());
  const database = await openDatabase(secrets, { statementTimeoutMs: SWEEP_STATEMENT_MS });
  const login = await readDatabaseConfig();
  return {
    platforms,
    registrations: registrationChecks,
    publicUrl: readPublicUrl(),
    async readSecret(name) {
      const arn = readSecretArn(name);
      if (arn === undefined) throw new ServiceError("server_error", "There is no such secret.");
      // The latest value: an operator checks what was just put.
      return secrets.read(arn, { reload: true });
    },
    findProvider: (platform) => providers.find((provider) => provider.platform === platform),
    facts: createPostgresStageFacts(database),
    rows: createPostgresSealedRows(database),
    login: { iamUser: "iamUser" in login ? login.iamUser : undefined },
  };
}
