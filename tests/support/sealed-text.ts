import type { Sealed } from "../../core/sealing/sealer.ts";

/** Literal text in the place of sealed text, for tests that never open it. */
export function sealedText(text: string): Sealed {
  if (isSealed(text)) return text;
  throw new Error("Sealed text starts with its version.");
}

function isSealed(text: string): text is Sealed {
  return text.startsWith("v1.");
}
