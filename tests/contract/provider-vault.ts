import { createRotatingSecret, type RotatingSecret } from "../../core/providers/rotating-secret.ts";

/** Where the secrets and keys of a provider are kept, which may be wrong for some time. */
export interface Vault {
  /** A secret of the registration, beside one that the platform does not take. */
  keep(right: string, wrong: string): RotatingSecret;
  /** Makes every secret wrong until it is read again, or permanently, or only the first of two. */
  spoil(until: "reload" | "never" | "the second"): void;
  /** The number of reads of secrets: from memory, and from Secrets Manager. */
  reads(): { cached: number; reloaded: number };
  /** Notes what no error may show. */
  know(...secrets: readonly (string | null)[]): void;
  /** All that was kept or noted. */
  secrets(): string[];
}

/** An empty vault. */
export function createVault(): Vault {
  const known = new Set<string>();
  let spoiled: "no" | "reload" | "never" | "the second" = "no";
  let renewed = new Set<string>();
  let cached = 0;
  let reloaded = 0;

  function know(...secrets: readonly (string | null)[]): void {
    // Of a key in PEM, every line is a secret.
    const lines = secrets.flatMap((secret) => secret?.split("\n") ?? []);
    for (const line of lines) if (line !== "" && !line.startsWith("-----")) known.add(line);
  }

  return {
    keep(right, wrong) {
      know(right, wrong);
      return createRotatingSecret(async ({ reload }) => {
        if (reload) reloaded += 1;
        else cached += 1;
        if (reload && spoiled === "reload") renewed.add(right);
        if (spoiled === "the second") return [wrong, right];
        const isWrong = spoiled !== "no" && !renewed.has(right);
        // A second wrong secret is another one: the platform has to refuse that too.
        return [isWrong ? `${wrong}${reload ? "\n" : ""}` : right];
      });
    },
    spoil(until) {
      spoiled = until;
      renewed = new Set();
      cached = 0;
      reloaded = 0;
    },
    reads: () => ({ cached, reloaded }),
    know,
    secrets: () => [...known],
  };
}
