import { mkdir, mkdtemp, readFile, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { getApi, getCode, install, refresh, requestTokens, start } from "./emulated-github.ts";

test("a taken port rejects with Node's own error", async () => {
  const { url } = await start();

  const second = start({}, { port: Number(new URL(url).port) });

  await expect(second).rejects.toMatchObject({ code: "EADDRINUSE", syscall: "listen" });
});

test("the URLs are the base URLs of the platforms", async () => {
  const emulators = await start();

  expect(emulators.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(emulators.githubUrl).toBe(`${emulators.url}/github`);
  expect(emulators.githubApiUrl).toBe(`${emulators.url}/github/api`);
});

test("tokens survive a restart with their remaining lifetime", async () => {
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

test("an app with another client id cannot refresh or revoke the tokens of the first", async () => {
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

test("every token is on disk before it is sent, even with many requests at once", async () => {
  const stateFile = await makeStateFile();
  const before = await start({}, { stateFile });
  const logins = Array.from({ length: 30 }, (_, index) => `org-${index}`);

  const installed = await Promise.all(logins.map((login) => install(before, { login })));
  const copy = await makeStateFile();
  await writeFile(copy, await readFile(stateFile));

  const after = await start({}, { stateFile: copy });
  const responses = await Promise.all(
    installed.map(({ access_token }) => getApi(after, "/user", access_token)),
  );
  expect(responses.map(({ status }) => status)).toEqual(logins.map(() => 200));
});

test("the state file is readable by its owner only and contains no token", async () => {
  const stateFile = await makeStateFile();
  const emulators = await start({ tokenLifetimeSeconds: 100 }, { stateFile });
  const { access_token, refresh_token } = await install(emulators);

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

  const emulators = await start({}, { stateFile });
  const { access_token } = await install(emulators);

  expect((await getApi(emulators, "/user", access_token)).status).toBe(200);
  expect(await readFile(stateFile, "utf8")).toContain("octocat");
});

test("the folder of the state file is created", async () => {
  const stateFile = join(await makeStateFile(), "..", "deeper", "state.json");
  const emulators = await start({}, { stateFile });

  await install(emulators);

  expect(await readFile(stateFile, "utf8")).toContain("octocat");
});

test("a token that could not be written is not sent, and the next one is", async () => {
  const stateFile = await makeStateFile();
  const emulators = await start({}, { stateFile });
  const code = await getCode(emulators);
  await mkdir(`${stateFile}.tmp`);

  const response = await requestTokens(emulators, { code });
  await rmdir(`${stateFile}.tmp`);
  const { access_token } = await install(emulators);

  expect(response).toEqual({ message: expect.stringContaining("EISDIR") });
  expect((await getApi(emulators, "/user", access_token)).status).toBe(200);
});

/** Returns a path in a new folder, which is deleted after the test. */
async function makeStateFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "platforms-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, "state.json");
}
