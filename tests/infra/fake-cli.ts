import { existsSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import * as v from "valibot";
import { ROOT } from "./root.ts";

const Call = v.object({ method: v.string(), params: v.tuple([v.unknown()]) });

/** A bundle that SST's CLI is requested to build. `links` would be written to `resource.enc`. */
const Build = v.object({
  functionID: v.string(),
  handler: v.string(),
  bundle: v.optional(v.nullable(v.string())),
  links: v.optional(v.nullable(v.record(v.string(), v.unknown()))),
});
export type Build = v.InferOutput<typeof Build>;

/** A fake of the RPC server of SST's CLI, with the methods that components call in a deploy. */
export interface FakeCli {
  readonly url: string;
  /** The folder for bundles and archives. */
  readonly folder: string;
  readonly builds: Build[];
  close(): void;
}

/**
 * Starts the fake for the app in a folder. It checks that each handler exists, and builds an empty bundle for it. A
 * function that has a bundle already keeps it, with a file of its links.
 */
export async function startFakeCli(root: string = ROOT): Promise<FakeCli> {
  const builds: Build[] = [];
  const folder = await mkdtemp(path.join(os.tmpdir(), "grantkeep-infra-"));

  const server = http.createServer(async (request, response) => {
    const { method, params } = v.parse(Call, JSON.parse(await readBody(request)));
    const answer = await reply(method, params[0]);
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");

  async function reply(method: string, argument: unknown): Promise<unknown> {
    switch (method) {
      case "Provider.Aws.Bootstrap":
        return {
          result: { asset: "assets", state: "state", assetEcrUrl: "", assetEcrRegistryId: "" },
        };
      case "Provider.Aws.Appsync":
        return { result: { http: "http.example.com", realtime: "realtime.example.com" } };
      case "Runtime.AddTarget":
        builds.push(v.parse(Build, argument));
        return { result: true };
      case "Runtime.Build": {
        const build = v.parse(Build, argument);
        builds.push(build);
        return { result: await bundle(build, root, folder) };
      }
      default:
        return { error: `rpc: can't find service ${method}` };
    }
  }

  return { url: `http://127.0.0.1:${address.port}`, folder, builds, close: () => server.close() };
}

async function bundle(build: Build, root: string, folder: string) {
  const { handler, functionID, bundle: prebuilt } = build;
  if (prebuilt) {
    await writeFile(path.join(prebuilt, "resource.enc"), JSON.stringify(build.links));
    return { out: prebuilt, handler, errors: [], sourcemaps: [] };
  }
  const source = path.join(root, handler.replace(/\.\w+$/, ".ts"));
  if (!existsSync(source)) {
    return { out: "", handler: "", errors: [`Handler not found: ${handler}`], sourcemaps: [] };
  }
  const out = path.join(folder, functionID);
  await mkdir(out, { recursive: true });
  await writeFile(path.join(out, "bundle.mjs"), "export const handler = async () => {};");
  return { out, handler: "bundle.handler", errors: [], sourcemaps: [] };
}

async function readBody(request: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
