import { describe, expect, test } from "vitest";
import { createInstallation } from "../../core/installations/create.ts";
import { listInstallations } from "../../core/installations/read.ts";
import { newAppInstallation, newInstallation } from "../contract/stores.ts";
import { sealerOf } from "../support/keyrings.ts";
import { createMemoryInstallationEvents } from "../support/memory/installation-events.ts";
import { createMemoryInstallations } from "../support/memory/installations.ts";
import { createTables } from "../support/memory/tables.ts";
import { plant, providerOf, read, requestOf, tokensOf } from "../support/refresh-fixture.ts";
import { createScriptedProvider } from "../support/scripted-flow.ts";

describe("a refresh that returns other scopes or permissions", () => {
  test("returns them with the token, and publishes the event once", async () => {
    const { refresh, token, events, store, id } = await plant(0);
    const { provider } = providerOf((_, call) => ({ ...tokensOf(call), scopes: ["write:jira"] }));

    const first = await refresh(token, requestOf(provider));
    await refresh(await read(store, id), requestOf(provider, 3_700));

    expect(first.scopes).toEqual(["write:jira"]);
    expect(events.published).toMatchObject([{ type: "permissions_changed", installationId: id }]);
  });

  test("returns the permissions of a minted token, and without any, the stored ones", async () => {
    const app = newAppInstallation({ permissions: { contents: "read" }, scopes: [] });
    const { refresh, token, events, store, id } = await plant(0, app);
    const permissions = { contents: "write" };
    const { provider } = providerOf(
      (_, call) => ({ ...tokensOf(call, null), ...(call === 1 && { permissions }) }),
      { canRefresh: () => true },
    );

    const first = await refresh(token, requestOf(provider));
    const second = await refresh(await read(store, id), requestOf(provider, 3_700));

    expect([first.permissions, second.permissions]).toEqual([permissions, permissions]);
    expect(events.published).toMatchObject([{ type: "permissions_changed" }]);
  });
});

test("an installation of an App that is created by its id has the permissions at the platform", async () => {
  const installations = createMemoryInstallations();
  const { organizationId, ...rest } = newAppInstallation();
  const permissions = { contents: "read" };
  const { provider } = createScriptedProvider({
    kind: "github_app",
    check: async () => ({
      status: "active",
      organizationId,
      organizationName: undefined,
      permissions,
    }),
  });
  const deps = { installations, providers: [provider], events: createMemoryInstallationEvents() };

  const created = await createInstallation(deps, { ...rest, organizationId });

  expect(created.permissions).toEqual(permissions);
});

describe("a list of the installations with a missing grant", () => {
  const LIST = { filter: { missing: true }, limit: 2, cursor: undefined };

  test("has those whose grant lacks something, page by page", async () => {
    const installations = createMemoryInstallations(createTables());
    const lacking: string[] = [];
    for (const scope of ["repo", "gist", "gist", "repo", "user", "user"]) {
      const { installation } = await installations.create(newInstallation({ scopes: [scope] }));
      if (scope !== "repo") lacking.unshift(installation.id);
    }
    const deps = { installations, stateSealer: sealerOf() };
    const isMissing = ({ scopes }: { scopes: readonly string[] }) => !scopes.includes("repo");

    const first = await listInstallations(deps, { ...LIST, isMissing });
    const cursor = first.nextCursor ?? undefined;
    const second = await listInstallations(deps, { ...LIST, isMissing, cursor });

    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(lacking);
    expect(second.nextCursor).toBeNull();
  });

  test.each([
    [["repo"], false],
    [[], true],
  ])(
    "reads no installations if nothing is missing, and reports unknown grants: %j, %s",
    async (scopes, hasUnknown) => {
      const installations = createMemoryInstallations();
      await installations.create(newInstallation({ scopes }));
      const list = () => Promise.reject(new Error("must not be read"));
      const deps = { installations: { ...installations, list }, stateSealer: sealerOf() };

      const page = await listInstallations(deps, { ...LIST, isMissing: () => false });

      expect(page).toEqual({ items: [], nextCursor: null, hasUnknown });
    },
  );

  test("reads no installations of a platform on which nothing is missing", async () => {
    const installations = createMemoryInstallations();
    await installations.create(newInstallation());
    const list = () => Promise.reject(new Error("must not be read"));
    const deps = { installations: { ...installations, list }, stateSealer: sealerOf() };
    const filter = { missing: true, platform: "slack" } as const;

    const page = await listInstallations(deps, { ...LIST, filter, isMissing: () => true });

    expect(page.items).toEqual([]);
  });
});
