import { createServer } from "node:http";
import { createGrantkeep } from "@grantkeep/client";
import { createOAuthProvider } from "@grantkeep/client/mcp";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { afterAll, expect } from "vitest";
import { test } from "../support/browser-test.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";
import { countRequests, installInBrowser, letHoursPass } from "./connected.ts";

const MINTS = /\/app\/installations\/\d+\/access_tokens$/;

const stack = await startTestStack(GITHUB_APP);
const grantkeep = createGrantkeep({ functionName: "token-lookup:live" });
const server = await startMcpServer();

/** Starts an MCP server that takes GitHub's tokens, and asks GitHub for the repositories, as GitHub's own does. */
async function startMcpServer() {
  const http = createServer(async (request, response) => {
    const { authorization = "" } = request.headers;
    const repositories = await fetch(`${stack.platforms.githubApiUrl}/installation/repositories`, {
      headers: { authorization },
    });
    if (repositories.status === 401) {
      response.writeHead(401, { "www-authenticate": `Bearer resource_metadata="${url()}/evil"` });
      response.end();
      return;
    }
    const { total_count: count } = Object(await repositories.json());
    const mcp = new McpServer({ name: "github", version: "1.0.0" });
    mcp.registerTool("count_repositories", { description: "Counts them." }, async () => ({
      content: [{ type: "text", text: String(count) }],
    }));
    const transport = new StreamableHTTPServerTransport({});
    response.on("close", () => void transport.close());
    await mcp.connect(transport);
    await transport.handleRequest(request, response);
  });
  const paths: (string | undefined)[] = [];
  http.on("request", ({ url: path }) => paths.push(path));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  afterAll(() => void http.close());
  const url = () => `http://127.0.0.1:${Object(http.address()).port}`;
  return { url: new URL(`${url()}/mcp`), paths };
}

test("the MCP SDK works over hours, and recovers from a revoked token with one mint", async ({
  visit,
}) => {
  const organizationId = await installInBrowser(stack, visit, "GitHub", "octocat");
  const key = { platform: "github", organizationId } as const;
  const authProvider = createOAuthProvider(grantkeep, key);
  const client = new Client({ name: "bot", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(server.url, { authProvider }));
  const count = async () => (await client.callTool({ name: "count_repositories" })).content;

  expect(await count()).toEqual([{ type: "text", text: "2" }]);
  await letHoursPass(stack, 1);
  expect(await count()).toEqual([{ type: "text", text: "2" }]);

  const before = countRequests(stack, MINTS);
  const { apiBaseUrl, accessToken } = await grantkeep.token(key);
  const headers = { authorization: `Bearer ${accessToken}` };
  await fetch(`${apiBaseUrl}/installation/token`, { method: "DELETE", headers });

  expect(await count()).toEqual([{ type: "text", text: "2" }]);
  expect(countRequests(stack, MINTS) - before).toBe(1);
  await client.close();
});

test("the provider sends no request to a URL that the MCP server names", () => {
  expect(new Set(server.paths)).toEqual(new Set(["/mcp"]));
});
