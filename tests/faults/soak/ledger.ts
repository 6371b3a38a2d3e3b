import { type Canaries, createCanaries } from "../../cases/canaries.ts";

/** The observations of the soak. Every violation fails it. */
export interface Ledger {
  readonly counts: Map<string, number>;
  readonly violations: string[];
  readonly canaries: Canaries;
  /** The failures that callers received, as text. */
  readonly failures: string[];
  count(what: string): void;
  violate(what: string): void;
  /** Notes for which installation a token was answered: for another one it never may be. */
  own(token: string, owner: string): void;
}

/** An empty ledger. */
export function createLedger(): Ledger {
  const counts = new Map<string, number>();
  const violations: string[] = [];
  const owners = new Map<string, string>();
  const canaries = createCanaries();

  function count(what: string): void {
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  function violate(what: string): void {
    violations.push(what);
  }
  return {
    counts,
    violations,
    canaries,
    failures: [],
    count,
    violate,
    own(token, owner) {
      canaries.plant("access token", token);
      const known = owners.get(token);
      if (known !== undefined && known !== owner) violate(`${owner} got a token of ${known}`);
      owners.set(token, owner);
    },
  };
}
