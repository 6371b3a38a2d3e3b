import * as v from "valibot";
import { expect, test } from "vitest";
import { botToken } from "./emulated-repository.ts";
import { headOf, openPull, send } from "./emulated-work.ts";
import { eventsOf, startSubscribed } from "./github-event-fixture.ts";

test("a check run sends an event when it is created and when it has a conclusion", async () => {
  const { emulators, received } = await startSubscribed({ events: ["check_run"] });
  const bearer = await botToken(emulators);
  const sha = await headOf(emulators, bearer);

  const created = await send(emulators, "POST", "/check-runs", bearer, {
    name: "lint",
    head_sha: sha,
  });
  const { id } = v.parse(v.object({ id: v.number() }), await created.json());
  const path = `/check-runs/${id}`;
  await send(emulators, "PATCH", path, bearer, { status: "in_progress" });
  await send(emulators, "PATCH", path, bearer, { conclusion: "success" });

  expect(await eventsOf({ emulators, received })).toMatchObject([
    {
      event: "check_run",
      payload: {
        action: "created",
        check_run: {
          id,
          status: "queued",
          check_suite: { head_branch: "main", head_sha: sha, app: { slug: "grantkeep" } },
          pull_requests: [],
        },
      },
    },
    { payload: { action: "completed", check_run: { conclusion: "success" } } },
  ]);
});

test("a check run names the pull requests of its commit", async () => {
  const { emulators, received } = await startSubscribed({ events: ["check_run"] });
  const bearer = await botToken(emulators);
  await openPull(emulators, bearer);
  const head_sha = await headOf(emulators, bearer, "feature");

  await send(emulators, "POST", "/check-runs", bearer, { name: "lint", head_sha });

  const pull_requests = [{ number: 1, head: { ref: "feature", sha: head_sha } }];
  expect(await eventsOf({ emulators, received })).toMatchObject([
    { payload: { check_run: { pull_requests, check_suite: { pull_requests } } } },
  ]);
});
