import * as v from "valibot";
import { expect, test } from "vitest";
import { findMissing, isMissing } from "../../core/configuration/missing-grant.ts";
import { parseConfiguration } from "../../core/configuration/parse.ts";
import { grantedKey, isGrantChanged } from "../../core/grants/granted-key.ts";
import {
  findMissingPermissions,
  findUngrantedPermissions,
  type Permission,
  type Permissions,
  ReportedPermissions,
} from "../../core/grants/permissions.ts";

const APP = { platform: "github", kind: "github_app", clientId: "client-1", scopes: [] } as const;
const OAUTH_APP = { ...APP, kind: "oauth_app", scopes: ["repo", "gist"] } as const;

const WANTED: readonly Permission[] = [
  { name: "contents", access: "write" },
  { name: "issues", access: "read" },
];

test.each<[string, Permissions, Permissions]>([
  ["nothing, if all were granted", { contents: "write", issues: "read" }, {}],
  ["nothing that a higher access includes", { contents: "admin", issues: "write" }, {}],
  [
    "what was granted with less access",
    { contents: "read", issues: "read" },
    { contents: "write" },
  ],
  [
    "what was granted with an unknown access",
    { contents: "some", issues: "read" },
    { contents: "write" },
  ],
  ["all, if nothing was granted", {}, { contents: "write", issues: "read" }],
])("the missing permissions are %s", (_, granted, missing) => {
  expect(findMissingPermissions(granted, WANTED)).toEqual(missing);
});

test("a permission with the name of an object's property is missing", () => {
  const wanted = [{ name: "constructor", access: "read" }] as const;

  expect(findMissingPermissions({ contents: "read" }, wanted)).toEqual({ constructor: "read" });
});

test("no permission counts as ungranted if the granted ones are not known", () => {
  expect(findUngrantedPermissions({}, WANTED)).toEqual({});
  expect(findUngrantedPermissions({ issues: "read" }, WANTED)).toEqual({ contents: "write" });
});

test("permissions that cannot be stored are left out of what GitHub reports", () => {
  const reported = { contents: "write", "Bad Name": "read", issues: "x".repeat(99), checks: 1 };

  expect(v.parse(ReportedPermissions, reported)).toEqual({ contents: "write" });
});

test("grants of one app have the same key, whatever the order of their scopes or permissions", () => {
  const key = grantedKey(OAUTH_APP);
  const appKey = grantedKey({ ...APP, permissions: { contents: "read", issues: "write" } });

  expect(grantedKey({ ...OAUTH_APP, scopes: ["gist", "repo", "gist", "offline_access"] })).toBe(
    key,
  );
  expect(grantedKey({ ...APP, permissions: { issues: "write", contents: "read" } })).toBe(appKey);
  expect([key, appKey]).toEqual([
    expect.stringMatching(/^[\w-]{43}$/),
    expect.stringMatching(/^[\w-]{43}$/),
  ]);
});

test.each<[string, Parameters<typeof grantedKey>[0]]>([
  ["another platform", { ...OAUTH_APP, platform: "slack" }],
  ["another kind", { ...OAUTH_APP, kind: "slack_bot" }],
  ["another app", { ...OAUTH_APP, clientId: "client-2" }],
  ["fewer scopes", { ...OAUTH_APP, scopes: ["repo"] }],
  ["a joined scope", { ...OAUTH_APP, scopes: ["repo,gist"] }],
])("a grant with %s has another key", (_, other) => {
  expect(grantedKey(other)).not.toBe(grantedKey(OAUTH_APP));
});

test("a grant that is not known has no key, and is not said to change", () => {
  const unknown = [
    grantedKey({ ...OAUTH_APP, scopes: [] }),
    grantedKey({ ...APP, permissions: {} }),
  ];

  expect(unknown).toEqual([null, null]);
  expect(isGrantChanged(null, "key-1")).toBe(false);
  expect(isGrantChanged("key-1", null)).toBe(false);
  expect(isGrantChanged("key-1", "key-1")).toBe(false);
  expect(isGrantChanged("key-1", "key-2")).toBe(true);
});

test("an installation is compared with the scopes or the permissions of its own app", () => {
  const github = { clientId: "client-1", scopes: ["repo"], permissions: { contents: "write" } };
  const configuration = parseConfiguration({ brand: { name: "Bot" }, platforms: { github } }, {});
  const read = { ...APP, scopes: ["gist"], permissions: { contents: "read" } };
  const gist = { ...OAUTH_APP, scopes: ["gist"], permissions: { contents: "read" } };

  expect(findMissing(configuration, read)).toEqual({
    scopes: [],
    permissions: { contents: "write" },
  });
  expect(findMissing(configuration, gist)).toEqual({ scopes: ["repo"], permissions: {} });
  const granted = [
    read,
    gist,
    { ...read, clientId: "client-2" },
    { ...gist, clientId: "client-2" },
  ];
  expect(granted.map((one) => isMissing(configuration, one))).toEqual([true, true, false, false]);
});
