import type { RouteContract } from "../../functions/http/contract/route-contract.ts";
import { HTTP_CONTRACT } from "../../functions/http/contract.ts";
import { InstallationItem } from "../../functions/http/responses.ts";
import { functionsTriggeredBy } from "../../infra/function-table.ts";
import { type Described, requestTable, responseTable } from "./field-table.ts";
import { anchorOf, errorList, httpBlock, paragraphs, table } from "./markdown.ts";
import { notesOn } from "./notes.ts";

/** The route whose response describes an installation for all others. */
const GET_INSTALLATION = "GET /installations/{id}";

const AUTH = {
  public: "public",
  signature: "the platform's signature",
  iam: "IAM",
};

type Response = RouteContract["responses"][number];

/** Returns a table of the routes of the HTTP API, and a section about each. */
export function routes(): string {
  const auths = new Map(
    functionsTriggeredBy("route").map(({ trigger: { method, path, auth } }) => [
      `${method} ${path}`,
      AUTH[auth],
    ]),
  );
  const entries = Object.entries(HTTP_CONTRACT);
  const overview = entries.map(([route, { summary }]) => [
    `[\`${route}\`](#${anchorOf(route)})`,
    auths.get(route) ?? "",
    summary,
  ]);
  return paragraphs([
    table(["Route", "Auth", "Does"], overview),
    ...entries.map(([route, contract]) => section(route, auths.get(route) ?? "", contract)),
  ]);
}

/** Returns the table of the fields of an installation. */
export function installationTable(): string | undefined {
  const described = HTTP_CONTRACT[GET_INSTALLATION]?.responses[200]?.json;
  return described && responseTable(described);
}

function section(route: string, auth: string, contract: RouteContract): string {
  const { summary, path, query, json, form, responses, errors } = contract;
  return paragraphs([
    `### \`${route}\``,
    summary,
    `Auth: ${auth}.`,
    ...notesOn(route),
    input("Path", path),
    input("Query", query),
    input("Body", json),
    input("Form", form),
    table(["Status", "Response"], Object.entries(responses).map(toRow)),
    ...Object.values(responses).map(responseFields),
    errorList(errors),
    ...example(route, contract),
  ]);
}

function input(title: string, described: Described | undefined): string | undefined {
  const fields = described && requestTable(described);
  return fields && `**${title}**\n\n${fields}`;
}

function toRow([status, { summary, json }]: [string, Response]): string[] {
  const isInstallation = json?.schema === InstallationItem;
  return [
    status,
    isInstallation ? `${summary} See [The installation](#the-installation).` : summary,
  ];
}

function responseFields({ json }: Response): string | undefined {
  if (!json || json.schema === InstallationItem) return undefined;
  // The items of a list are installations.
  const fields = responseTable(json, { hidden: "items[]." });
  return fields && `**Response**, as JSON\n\n${fields}`;
}

function example(route: string, { example, responses }: RouteContract): string[] {
  const [method = "", routePath = ""] = route.split(" ");
  const { path = routePath, json, form, response } = example;
  const isOnRequest = responses[response.status]?.isPage === true && response.json !== undefined;
  const headers = {
    ...(json !== undefined && { "content-type": "application/json" }),
    ...(form && { "content-type": "application/x-www-form-urlencoded" }),
    ...(isOnRequest && { accept: "application/json" }),
  };
  const sent = form ? new URLSearchParams(form).toString() : json;
  const { location } = response;
  return [
    "**Example**",
    httpBlock(`${method} ${path}`, headers, sent),
    httpBlock(`HTTP/1.1 ${response.status}`, location ? { location } : {}, response.json),
  ];
}
