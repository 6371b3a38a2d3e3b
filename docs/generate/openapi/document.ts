import { HTTP_CONTRACT } from "../../../functions/http/contract.ts";
import { functionsTriggeredBy } from "../../../infra/function-table.ts";
import manifest from "../../../package.json" with { type: "json" };
import { operationOf } from "./operation.ts";
import { componentOf, SHARED } from "./schemas.ts";

/** The fields of the body of every response with an error status. */
const ERROR_FIELDS = {
  error: "The error code. Branch on it, and not on the sentence beside it.",
  error_description: "One sentence, without tokens or secrets.",
  request_id: "The id of the request, which the logs have too.",
};

/** The header in which each platform sends the signature of its webhooks. */
const SIGNATURE_HEADERS = {
  github: "X-Hub-Signature-256",
  slack: "X-Slack-Signature",
  jira: "Authorization",
};

/** Returns the description of the HTTP API, as OpenAPI 3.1 defines it. */
export function openApiDocument() {
  return {
    openapi: "3.1.1",
    info: {
      title: "Grantkeep",
      version: manifest.version,
      summary: manifest.description,
      description:
        "The HTTP API. It returns no token: tokens are looked up by `lambda:InvokeFunction`, and docs/api.md describes those functions too.",
      license: { name: "Apache License 2.0", identifier: manifest.license },
    },
    servers: [
      {
        url: "https://{host}",
        description: "A stage, by the host of its `PUBLIC_URL`.",
        variables: { host: { default: "grants.example.com" } },
      },
      { url: "http://127.0.0.1:3000", description: "Local mode." },
    ],
    paths: pathsOf(),
    components: {
      schemas: {
        Error: componentOf(SHARED.Error, ERROR_FIELDS),
        Installation: componentOf(SHARED.Installation, fieldsOf("GET /installations/{id}")),
        InstallLink: componentOf(SHARED.InstallLink, fieldsOf("GET /install-links/{id}")),
      },
      securitySchemes: securitySchemes(),
    },
  };
}

function pathsOf() {
  const operations = functionsTriggeredBy("route").flatMap(({ name, trigger }) => {
    const { method, path, auth } = trigger;
    const contract = HTTP_CONTRACT[`${method} ${path}`];
    const operation = contract && operationOf(name, auth, contract);
    return operation ? [{ method: method.toLowerCase(), path, operation }] : [];
  });
  const byPath = Map.groupBy(operations, ({ path }) => path);
  return Object.fromEntries(
    [...byPath].map(([path, ofPath]) => [
      path,
      Object.fromEntries(ofPath.map(({ method, operation }) => [method, operation])),
    ]),
  );
}

/** Returns IAM, and the signature of each platform by the function that verifies it. */
function securitySchemes() {
  const signed = functionsTriggeredBy("route").filter(
    ({ trigger }) => trigger.auth === "signature",
  );
  return {
    iam: {
      type: "apiKey",
      name: "Authorization",
      in: "header",
      description: "AWS Signature Version 4 for the service `execute-api`.",
      "x-amazon-apigateway-authtype": "awsSigv4",
    },
    ...Object.fromEntries(
      signed.map(({ name, trigger }) => [
        name,
        {
          type: "apiKey",
          name: signatureHeaderOf(trigger.path),
          in: "header",
          description: "The signature of the platform.",
        },
      ]),
    ),
  };
}

function signatureHeaderOf(path: string): string {
  const known = Object.entries(SIGNATURE_HEADERS).find(([platform]) => path.includes(platform));
  if (!known) throw new Error(`No header is known for the signature of ${path}.`);
  return known[1];
}

/** Returns the description of each field that a route returns. */
function fieldsOf(route: string) {
  return HTTP_CONTRACT[route]?.responses[200]?.json?.fields ?? {};
}
