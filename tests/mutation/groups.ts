/** Modules, and the tests that must fail when one of them breaks. */
export interface MutationGroup {
  readonly name: string;
  readonly modules: readonly string[];
  readonly tests: readonly string[];
}

export const groups: readonly MutationGroup[] = [
  {
    name: "state",
    modules: [
      "core/install/oauth-state.ts",
      "core/install/sealed-parameter.ts",
      "core/install/flow-cookie.ts",
      "core/install/flow.ts",
      "core/postgres/consumed-states.ts",
    ],
    tests: [
      "tests/unit/oauth-state.test.ts",
      "tests/unit/flow-cookie.test.ts",
      "tests/unit/flow.test.ts",
      "tests/unit/sealed-formats.test.ts",
      "tests/contract/consumed-states.test.ts",
    ],
  },
  {
    name: "redirect",
    modules: ["core/install/redirect-uri.ts"],
    tests: ["tests/unit/redirect-uri.test.ts"],
  },
  {
    name: "key ring",
    modules: [
      "core/sealing/keyring.ts",
      "core/sealing/sealer.ts",
      "functions/environment/keyrings.ts",
    ],
    tests: [
      "tests/unit/keyring.test.ts",
      "tests/unit/sealer.test.ts",
      "tests/unit/sealed-formats.test.ts",
    ],
  },
  {
    name: "lease",
    modules: [
      "core/tokens/attempt.ts",
      "core/tokens/check-token.ts",
      "core/tokens/failures.ts",
      "core/tokens/freshness.ts",
      "core/tokens/refresh.ts",
      "core/tokens/settle.ts",
      "core/postgres/refresh-lease-statements.ts",
      "core/postgres/refresh-leases.ts",
    ],
    tests: [
      "tests/unit/refresh.test.ts",
      "tests/unit/refresh-waiting.test.ts",
      "tests/unit/refresh-leeway.test.ts",
      "tests/unit/refresh-lost.test.ts",
      "tests/unit/refresh-failures.test.ts",
      "tests/unit/refresh-oauth-app.test.ts",
      "tests/unit/refresh-times.test.ts",
      "tests/unit/refresh-unknown-outcome.test.ts",
      "tests/contract/refresh-leases.test.ts",
    ],
  },
  {
    name: "narrowing",
    modules: ["core/tokens/narrow.ts", "core/tokens/narrowed-tokens.ts"],
    tests: ["tests/unit/narrow.test.ts", "tests/unit/narrowed-tokens.test.ts"],
  },
];
