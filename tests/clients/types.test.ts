import type {
  GithubToken,
  Grantkeep,
  JiraToken,
  SlackToken,
  Token,
  TokenFor,
  TokenOptionsFor,
} from "@grantkeep/client";
import type { createOAuthProvider } from "@grantkeep/client/mcp";
import type { createBoltOptions, createWebClientOptions } from "@grantkeep/client/slack";
import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import type { AppOptions } from "@slack/bolt";
import type { WebClientOptions } from "@slack/web-api";
import { expectTypeOf, test } from "vitest";

test("the type of a token follows from the platform of its key", () => {
  expectTypeOf<TokenFor<{ platform: "github"; organizationId: 1 }>>().toEqualTypeOf<GithubToken>();
  expectTypeOf<TokenFor<{ platform: "slack"; organizationId: "T" }>>().toEqualTypeOf<SlackToken>();
  expectTypeOf<TokenFor<{ platform: "jira"; organizationId: "c" }>>().toEqualTypeOf<JiraToken>();
  expectTypeOf<TokenFor<{ installationId: string }>>().toEqualTypeOf<Token>();
});

test("only a token that may be GitHub's can be narrowed", () => {
  expectTypeOf<TokenOptionsFor<{ platform: "github"; organizationId: 1 }>>().toHaveProperty(
    "repositories",
  );
  expectTypeOf<TokenOptionsFor<{ installationId: string }>>().toHaveProperty("permissions");
  expectTypeOf<TokenOptionsFor<{ platform: "slack"; organizationId: "T" }>>().not.toHaveProperty(
    "repositories",
  );
});

test("the adapters have the types of their libraries", () => {
  expectTypeOf<ReturnType<typeof createOAuthProvider>>().toExtend<OAuthClientProvider>();
  expectTypeOf<ReturnType<typeof createWebClientOptions>>().toExtend<WebClientOptions>();
  expectTypeOf<ReturnType<typeof createBoltOptions>>().toExtend<AppOptions>();
  expectTypeOf<Grantkeep["token"]>().toBeFunction();
});
