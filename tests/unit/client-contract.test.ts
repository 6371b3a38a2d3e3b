import * as v from "valibot";
import { expect, expectTypeOf, test } from "vitest";
import { parseEvent } from "../../clients/typescript/src/events.ts";
import type {
  GithubToken,
  GrantkeepErrorCode,
  JiraToken,
  LookupErrorCode,
  SlackToken,
  Token,
} from "../../clients/typescript/src/grantkeep.ts";
import { type LookupRequest, toRequest } from "../../clients/typescript/src/lookup.ts";
import { parseToken } from "../../clients/typescript/src/token.ts";
import { busEventTypes } from "../../functions/invoke/bus-events.ts";
import { INVOKE_CONTRACT, type RequestOf } from "../../functions/invoke/contract.ts";
import type { TokenLookupResponse } from "../../functions/invoke/responses.ts";
import { webhookEventKinds } from "../../functions/invoke/webhook-event-examples.ts";

type CamelCase<Name extends string> = Name extends `${infer Word}_${infer Rest}`
  ? `${Word}${Capitalize<CamelCase<Rest>>}`
  : Name;

/** The fields of a response for a platform, by the names of the client. */
type FieldsOf<Name extends Token["platform"]> = CamelCase<
  string & keyof Extract<TokenLookupResponse, { readonly platform: Name }>
>;

/** Only GitHub Apps have them: for other platforms they are empty, and the client leaves them out. */
type OnlyOfGithub = "permissions" | "missingPermissions";

const busEvents = [
  ...Object.values(busEventTypes).map(({ example }) => example),
  ...webhookEventKinds.map(({ example }) => example),
];

const { errors, request } = INVOKE_CONTRACT["token-lookup"];

test("the client knows each code that a lookup can fail with", () => {
  expectTypeOf<Exclude<(typeof errors)[number], LookupErrorCode>>().toBeNever();
  expectTypeOf<"server_error">().toExtend<LookupErrorCode>();
  expectTypeOf<string>().toExtend<GrantkeepErrorCode>();
});

test("the client's request has the fields of the contract and no others", () => {
  expectTypeOf<keyof RequestOf<"token-lookup">>().toEqualTypeOf<keyof LookupRequest>();
});

test("the client's tokens have the fields of the contract and no others", () => {
  expectTypeOf<FieldsOf<"github">>().toEqualTypeOf<keyof GithubToken>();
  expectTypeOf<Exclude<FieldsOf<"slack">, OnlyOfGithub>>().toEqualTypeOf<keyof SlackToken>();
  expectTypeOf<Exclude<FieldsOf<"jira">, OnlyOfGithub>>().toEqualTypeOf<keyof JiraToken>();
});

test("the client parses each example of the contract", () => {
  const { examples, response } = INVOKE_CONTRACT["token-lookup"];

  for (const example of examples) {
    const token = parseToken(v.parse(response, { ...example.response, access_token: "ghs_1" }));
    expect(token).toMatchObject({ platform: "github", organizationName: "octo-org" });
  }
});

test.each(busEvents)("the client parses an event of the bus: %j", (event) => {
  expect(parseEvent(event)).toMatchObject({ type: event["detail-type"] });
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
    reason: "review of a pull request",
    rejected: "ghs_1",
  });

  expect(v.safeParse(request, sent).success).toBe(true);
});
