import * as v from "valibot";
import { expect } from "vitest";
import type { Emulators } from "../../emulators/server.ts";
import { callRepository, readJson } from "./emulated-repository.ts";

/** Opens a pull request of a new branch with one file. */
export async function openPull(emulators: Emulators, bearer: string): Promise<void> {
  const sha = await headOf(emulators, bearer);
  await send(emulators, "POST", "/git/refs", bearer, { ref: "refs/heads/feature", sha });
  await send(emulators, "PUT", "/contents/a.txt", bearer, {
    message: "Add a",
    content: "YQ==",
    branch: "feature",
  });
  const pull = { title: "Add a", head: "feature", base: "main" };
  await send(emulators, "POST", "/pulls", bearer, pull);
}

/** Returns the newest commit of a branch. */
export async function headOf(
  emulators: Emulators,
  bearer: string,
  branch = "main",
): Promise<string> {
  const commit = await readJson(callRepository(emulators, "GET", `/commits/${branch}`, { bearer }));
  return v.parse(v.object({ sha: v.string() }), commit).sha;
}

/** Sends a request that must succeed. */
export async function send(
  emulators: Emulators,
  method: "POST" | "PATCH" | "PUT",
  path: string,
  bearer: string,
  body: object,
): Promise<Response> {
  const response = await callRepository(emulators, method, path, { bearer, body });
  expect(response.ok, `${method} ${path}`).toBe(true);
  return response;
}
