import type { RouteTrigger } from "./function-definition.ts";
import { functionsTriggeredBy } from "./function-table.ts";
import { createFunction, type Foundation } from "./functions.ts";
import type { Settings } from "./settings.ts";

const INTEGRATION_TIMEOUT_MS = 30_000;
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

/** Creates the HTTP API without routes. */
export function createApi(settings: Settings): sst.aws.ApiGatewayV2 {
  const domain = domainOf(settings);
  return new sst.aws.ApiGatewayV2("Api", {
    // SST allows every origin by default.
    cors: false,
    accessLog: { retention: "3 months" },
    ...(domain && { domain }),
    transform: {
      // Flow cookies belong to one host, so the API must have one host only.
      api: { disableExecuteApiEndpoint: domain !== undefined },
      stage: (args) => {
        args.defaultRouteSettings = THROTTLE;
        args.accessLogSettings = $output(args.accessLogSettings).apply((settings) => ({
          destinationArn: settings?.destinationArn ?? "",
          format: JSON.stringify(ACCESS_LOG),
        }));
      },
    },
  });
}

/** Creates every route of the function table, each with its own function. */
export function createRoutes(
  api: sst.aws.ApiGatewayV2,
  foundation: Foundation,
  dependsOn: readonly $util.Resource[],
): void {
  for (const definition of functionsTriggeredBy("route")) {
    const { name, trigger } = definition;
    const { arn } = createFunction(foundation, definition, { dependsOn });
    api.route(`${trigger.method} ${trigger.path}`, arn, {
      name: `${name}-route`,
      auth: isOpen(trigger) ? false : { iam: true },
      transform: { integration: { timeoutMilliseconds: INTEGRATION_TIMEOUT_MS } },
    });
  }
}

// Names the open cases, so that any other value requires IAM.
function isOpen({ auth }: RouteTrigger): boolean {
  return auth === "public" || auth === "signature";
}

function domainOf({ domain: name, domainCertificateArn: cert }: Settings) {
  if (!name) return undefined;
  return cert ? { name, dns: false as const, cert } : { name };
}
