import { createApi, createRoutes } from "./api.ts";
import { createCallers } from "./callers.ts";
import type { Code } from "./code.ts";
import { writeConfiguration } from "./configuration.ts";
import { createDatabase } from "./database/create-database.ts";
import type { Vpc } from "./database/database.ts";
import { createDeliveryBucket } from "./delivery-bucket.ts";
import { createDirectFunctions } from "./direct-invoke.ts";
import { createEventFunctions } from "./event-functions.ts";
import { createEventBus, type EventBus } from "./events.ts";
import { createMigrations, grantRoles } from "./migrations.ts";
import { createObservability } from "./observability.ts";
import { createOperatorPolicies } from "./operator-policies.ts";
import { createSecrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";

/** The inputs of a deployment. */
interface Inputs {
  readonly code: Code;
  readonly configuration: unknown;
  readonly settings: Settings;
  readonly vpc: Vpc | undefined;
  readonly bus: EventBus | undefined;
}

/** Creates all resources of a stage, in the order of their dependencies. */
export function createApp({ code, configuration, settings, vpc, bus }: Inputs) {
  const configurationFile = writeConfiguration(configuration);
  const secrets = createSecrets();
  const database = createDatabase(settings, configurationFile.database, vpc);
  const eventBus = createEventBus(bus);
  const deliveryBucket = createDeliveryBucket();
  const httpApi = createApi(settings);
  const { api } = httpApi;
  const publicUrl = settings.domain ? `https://${settings.domain}` : api.url;

  const functions = new Map<string, sst.aws.Function>();
  const foundation = {
    code,
    settings,
    configurationFile,
    secrets,
    database,
    eventBus,
    deliveryBucket,
    publicUrl,
    functions,
  };
  const migrated = createMigrations(foundation);
  createRoutes(httpApi, foundation, migrated);
  const callable = createDirectFunctions(foundation, migrated);
  createEventFunctions(foundation, migrated);
  const callers = createCallers(foundation);
  const policies = createOperatorPolicies(foundation, api);

  grantRoles(foundation);
  if (!$dev) createObservability(settings, api, database);

  const deliveries = { bucket: deliveryBucket.name, policy: deliveryBucket.readPolicy };
  return {
    url: publicUrl,
    apiId: api.nodes.api.id,
    eventBus: eventBus.name,
    deliveries,
    policies,
    callers,
    callable,
  };
}
