import type { RouteTrigger } from "./function-definition.ts";
import { functionsTriggeredBy } from "./function-table.ts";
import { createFunction, type Foundation } from "./functions.ts";
import { methodsOf } from "./route-methods.ts";
import type { Settings } from "./settings.ts";
import { logicalName } from "./stage.ts";

const INTEGRATION_TIMEOUT_MS = 30_000;
/** For a route without settings of its own; there is none. */
const THROTTLE = { throttlingBurstLimit: 100, throttlingRateLimit: 50 };

/** Logs neither query strings nor bodies: they contain codes, states and links. */
const ACCESS_LOG = {
  requestTime: "$context.requestTime",
  requestId: "$context.requestId",
  routeKey: "$context.routeKey",
  status: "$context.status",
  latency: "$context.responseLatency",
  integrationLatency: "$context.integration.latency",
  integrationError: "$context.integration.error",
  ip: "$context.identity.sourceIp",
  userAgent: "$context.identity.userAgent",
  caller: "$context.identity.userArn",
};

/** The HTTP API, whose stage waits for its routes: API Gateway refuses the settings of a route that does not exist. */
export interface HttpApi {
  readonly api: sst.aws.ApiGatewayV2;
  /** Must be called with the routes, when they are defined. */
  readonly deployRoutes: (routes: readonly $util.Input<$util.Resource>[]) => void;
}

/** Creates the HTTP API without routes. */
export function createApi(settings: Settings): HttpApi {
  const domain = domainOf(settings);
  const routes = Promise.withResolvers<$util.Input<$util.Resource>[]>();
  const api = new sst.aws.ApiGatewayV2(logicalName("Api"), {
    // SST allows every origin by default.
    cors: false,
    accessLog: { retention: "3 months" },
    ...(domain && { domain }),
    transform: {
      // Flow cookies belong to one host, so the API must have one host only.
      api: { disableExecuteApiEndpoint: domain !== undefined },
      stage: (args, options) => {
        options.dependsOn = routes.promise;
        args.routeSettings = routeSettings();
        args.defaultRouteSettings = THROTTLE;
        args.accessLogSettings = $output(args.accessLogSettings).apply((settings) => ({
          destinationArn: settings?.destinationArn ?? "",
          format: JSON.stringify(ACCESS_LOG),
        }));
      },
    },
  });
  return { api, deployRoutes: (created) => routes.resolve([...created]) };
}

/** Creates every route of the function table, each with its own function. */
export function createRoutes(
  { api, deployRoutes }: HttpApi,
  foundation: Foundation,
  dependsOn: readonly $util.Resource[],
): void {
  const routes = functionsTriggeredBy("route").flatMap((definition) => {
    const { name, trigger } = definition;
    const { arn } = createFunction(foundation, definition, { dependsOn });
    return keysOf(trigger).map(({ method, key }) =>
      api.route(key, arn, {
        name: method === "HEAD" ? `${name}-head-route` : `${name}-route`,
        auth: isOpen(trigger) ? false : { iam: true },
        transform: { integration: { timeoutMilliseconds: INTEGRATION_TIMEOUT_MS } },
      }),
    );
  });
  deployRoutes(routes.map(({ nodes }) => nodes.route));
}

function routeSettings() {
  return functionsTriggeredBy("route").flatMap(({ trigger }) =>
    keysOf(trigger).map(({ key }) => ({
      routeKey: key,
      throttlingRateLimit: trigger.throttle.requestsPerSecond,
      throttlingBurstLimit: trigger.throttle.burst,
    })),
  );
}

function keysOf(trigger: RouteTrigger) {
  return methodsOf(trigger).map((method) => ({ method, key: `${method} ${trigger.path}` }));
}

// Names the open cases, so that any other value requires IAM.
function isOpen({ auth }: RouteTrigger): boolean {
  return auth === "public" || auth === "signature";
}

function domainOf({ domain: name, domainCertificateArn: cert }: Settings) {
  if (!name) return undefined;
  return cert ? { name, dns: false as const, cert } : { name };
}
