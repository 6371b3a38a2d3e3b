import * as v from "valibot";
import { expect, expectTypeOf, test } from "vitest";
import type {
  GrantkeepErrorCode,
  LookupErrorCode,
} from "../../clients/typescript/src/grantkeep.ts";
import { type LookupRequest, toRequest } from "../../clients/typescript/src/lookup.ts";
import type { RequestOf } from "../../functions/invoke/contract.ts";
import { INVOKE_CONTRACT } from "../../functions/invoke/contract.ts";

const { errors, request } = INVOKE_CONTRACT["token-lookup"];

test("the client knows each code that a lookup can fail with", () => {
  expectTypeOf<Exclude<(typeof errors)[number], LookupErrorCode>>().toBeNever();
  expectTypeOf<"server_error">().toExtend<LookupErrorCode>();
  expectTypeOf<string>().toExtend<GrantkeepErrorCode>();
});

test("the client's request has the fields of the contract and no others", () => {
  expectTypeOf<Exclude<keyof RequestOf<"token-lookup">, keyof LookupRequest>>().toBeNever();
});

test.each([
  { platform: "github", organizationId: 583231 } as const,
  { platform: "github", providerInstallationId: 931890475 } as const,
  { installationId: "inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b" },
])("the contract accepts a lookup of %o with all options", (key) => {
  const sent = toRequest(key, {
    minTtl: 600,
    repositories: ["hello-world"],
    permissions: { issues: "write" },
    require: { scopes: ["repo"] },
  });

  expect(v.safeParse(request, sent).success).toBe(true);
});
