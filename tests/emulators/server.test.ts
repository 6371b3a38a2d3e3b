import { mkdir, mkdtemp, readFile, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { getApi, getCode, install, refresh, requestTokens, start } from "./emulated-github.ts";

test("a taken port is Node's own error", async () => {
  const { url } = await start();

  const second = start({}, { port: Number(new URL(url).port) });

  await expect(second).rejects.toMatchObject({ code: "EADDRINUSE", syscall: "listen" });
});

test("the URLs are those that Grantkeep is configured with", async () => {
  const platforms = await start();

  expect(platforms.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(platforms.githubUrl).toBe(`${platforms.url}/github`);
  expect(platforms.githubApiUrl).toBe(`${platforms.url}/github/api`);
});

test("tokens work after a restart, for what life they had left", async () => {
  const stateFile = await makeStateFile();
  const registration = { tokenLifetimeSeconds: 100 };
  const before = await start(registration, { stateFile });
  const { access_token, refresh_token } = await install(before, { login: "org-17" });
  await before.control.letTimePass(60);
  await before.close();

  const after = await start(registration, { stateFile });
  const alive = await getApi(after, "/user", access_token);
  await after.control.letTimePass(60);
  const expired = await getApi(after, "/user", access_token);
  const fresh = await refresh(after, refresh_token);

  expect(await alive.json()).toMatchObject({ login: "org-17" });
  expect(expired.status).toBe(401);
  expect((await getApi(after, "/user", fresh.access_token)).status).toBe(200);
});

test("a revoked token is still revoked after a restart", async () => {
  const stateFile = await makeStateFile();
  const before = await start({}, { stateFile });
  const { access_token } = await install(before);
  await before.control.revoke("github", "octocat");
  await before.close();

  const after = await start({}, { stateFile });

  expect((await getApi(after, "/user", access_token)).status).toBe(401);
});

test("an app of another id cannot refresh or end what was granted to the first", async () => {
  const stateFile = await makeStateFile();
  const before = await start({ tokenLifetimeSeconds: 100 }, { stateFile });
  const { access_token, refresh_token } = await install(before);
  await before.close();

  const after = await start({ clientId: "app-2" }, { stateFile });
  const fields = { client_id: "app-2", grant_type: "refresh_token", refresh_token };
  const refreshed = await requestTokens(after, fields);
  const revoked = await after.control.revoke("github", "octocat");

  expect(refreshed).toMatchObject({ error: "bad_refresh_token" });
  expect(revoked).toBe(0);
  expect((await getApi(after, "/user", access_token)).status).toBe(200);
});

test("a token is on disk before it is handed out, even if many are", async () => {
  const stateFile = await makeStateFile();
  const before = await start({}, { stateFile });
  const logins = Array.from({ length: 30 }, (_, index) => `org-${index}`);

  const installed = await Promise.all(logins.map((login) => install(before, { login })));
  const copy = await makeStateFile();
  await writeFile(copy, await readFile(stateFile));

  const after = await start({}, { stateFile: copy });
  const answers = await Promise.all(
    installed.map(({ access_token }) => getApi(after, "/user", access_token)),
  );
  expect(answers.map(({ status }) => status)).toEqual(logins.map(() => 200));
});

test("the state file is its owner's alone, and has no token in it", async () => {
  const stateFile = await makeStateFile();
  const platforms = await start({ tokenLifetimeSeconds: 100 }, { stateFile });
  const { access_token, refresh_token } = await install(platforms);

  const text = await readFile(stateFile, "utf8");

  expect((await stat(stateFile)).mode & 0o777).toBe(0o600);
  expect(text).toContain("octocat");
  expect(text).not.toContain(access_token);
  expect(text).not.toContain(refresh_token);
});

test.each([
  ["cut short", '{"passedSeconds":0,"tok'],
  ["of another shape", '{"passedSeconds":"0","tokens":{"github":[{}]}}'],
  ["empty", ""],
])("a state file that is %s is ignored and replaced", async (_, text) => {
  const stateFile = await makeStateFile();
  await writeFile(stateFile, text);

  const platforms = await start({}, { stateFile });
  const { access_token } = await install(platforms);

  expect((await getApi(platforms, "/user", access_token)).status).toBe(200);
  expect(await readFile(stateFile, "utf8")).toContain("octocat");
});

test("a state file in a folder that is not there yet is made with it", async () => {
  const stateFile = join(await makeStateFile(), "..", "deeper", "state.json");
  const platforms = await start({}, { stateFile });

  await install(platforms);

  expect(await readFile(stateFile, "utf8")).toContain("octocat");
});

test("a token that could not be written is not handed out, and the next one can be", async () => {
  const stateFile = await makeStateFile();
  const platforms = await start({}, { stateFile });
  const code = await getCode(platforms);
  await mkdir(`${stateFile}.tmp`);

  const answer = await requestTokens(platforms, { code });
  await rmdir(`${stateFile}.tmp`);
  const { access_token } = await install(platforms);

  expect(answer).toEqual({ message: expect.stringContaining("EISDIR") });
  expect((await getApi(platforms, "/user", access_token)).status).toBe(200);
});

/** A path in a new folder, which goes when the test has finished. */
async function makeStateFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "platforms-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, "state.json");
}
