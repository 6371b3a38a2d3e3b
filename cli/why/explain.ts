import { PLATFORMS } from "../../core/platforms.ts";
import { ADVICE, type Advice, type AdviceContext, PRECISE } from "./advice.ts";
import type { Case } from "./cases.ts";
import { DELIVERY_ADVICE, isDeliveryOutcome } from "./delivery-outcomes.ts";
import { describeLine } from "./describe-line.ts";

const FINE: Advice = { why: "Nothing failed.", next: "Nothing." };
const SENT: Advice = {
  why: "The event bus did not take the event at first. It was sent again later.",
  next: DELIVERY_ADVICE.handed_over.next,
};
const NOT_SENT: Advice = {
  why: "The event bus did not take an event. It is stored, and sent again every two minutes.",
  next: "Wait for some minutes. If it goes on, check that the bus exists, and its policy.",
};

/** Why something happened, in sentences. */
export interface Explanation {
  /** How it ended. */
  readonly what: string;
  readonly why: string;
  readonly next: string;
}

/** Explains how a case ended. */
export function explain(found: Case, { stage }: { readonly stage: string }): Explanation {
  const { fields } = found.conclusion;
  const context: AdviceContext = {
    platform: platformName(fields.platform),
    installationId: fields.installation_id,
    linkId: fields.link_id,
    stage,
  };
  const { why, next } = adviceFor(found);
  return {
    what: describeLine(found.conclusion),
    why:
      fields.error !== undefined && fields.reason !== undefined
        ? `${why} Reason: ${fields.reason}.`
        : why,
    next: typeof next === "string" ? next : next(context),
  };
}

function adviceFor({ conclusion: { fields }, lines }: Case): Advice {
  const { error, reason, outcome = "" } = fields;
  if (error === "event_not_sent") return NOT_SENT;
  if (error !== undefined) {
    const precise = PRECISE.get(`${error} ${reason}`);
    if (precise) return precise;
    return Object.entries(ADVICE).find(([code]) => code === error)?.[1] ?? unknownError(error);
  }
  if (!("Deliveries" in fields) || !isDeliveryOutcome(outcome)) return FINE;
  const isSent = lines.some((line) => line.fields.message === "delivery_sent");
  return outcome === "delayed" && isSent ? SENT : DELIVERY_ADVICE[outcome];
}

function unknownError(code: string): Advice {
  return {
    why: `This version of the command does not know ${code}.`,
    next: "Use the command of the deployed version.",
  };
}

/** Returns the name of a platform in text. */
function platformName(platform: string | undefined): string {
  const known = Object.entries(PLATFORMS).find(([name]) => name === platform);
  return known?.[1].displayName ?? "the platform";
}
