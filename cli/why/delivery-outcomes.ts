import type { DeliveryReport } from "../../core/webhooks/receive-delivery.ts";
import type { Advice } from "./advice.ts";

type Outcome = DeliveryReport["outcome"];

/** The result for a delivery, as the end of a sentence. */
export const DELIVERED: Readonly<Record<Outcome, string>> = {
  handed_over: "was handed over to the event bus",
  delayed: "was stored, because the event bus did not take it",
  unclaimed: "was published without its body, because no connected installation was found",
  inactive: "was dropped, because the installation is not active",
  repeated: "was dropped, because a copy of it was handled before",
  busy: "was refused, because a copy of it was being handled",
  answered: "was answered by the function for interactions",
  acknowledged: "was acknowledged without a result of the function for interactions",
};

/** The cause and the next step of each outcome. */
export const DELIVERY_ADVICE: Readonly<Record<Outcome, Advice>> = {
  handed_over: {
    why: "Grantkeep received the delivery and published its event, so it is not lost here.",
    next: ({ stage }) =>
      `Look at the rule of your bot, its dead-letter queue and its logs. To publish the event again: npx grantkeep replay --from <time>${stage}`,
  },
  delayed: {
    why: "The event bus did not take the event. It is stored, and sent again every two minutes.",
    next: "Wait for some minutes. If it goes on, check that the bus exists, and its policy.",
  },
  unclaimed: {
    why: "No installation is connected for this organization, so no bot is responsible for it.",
    next: "The customer connects the organization on the install page, or uninstalls the app at the platform.",
  },
  inactive: {
    why: "The installation is disabled or suspended, or has ended: its deliveries are not handed over.",
    next: ({ installationId = "<id>", stage }) =>
      `See why it is not active: npx grantkeep show ${installationId}${stage}`,
  },
  repeated: {
    why: "The platform sent the delivery again. The first copy was handled.",
    next: "Nothing. The timeline shows what happened to the first copy.",
  },
  busy: {
    why: "Another copy of the delivery was being handled.",
    next: "Nothing: the platform sends it again.",
  },
  answered: { why: "The function for interactions returned its result.", next: "Nothing." },
  acknowledged: {
    why: "The function for interactions failed, or did not end in time.",
    next: "Look at the logs of that function.",
  },
};

/** Returns whether a text is an outcome of a delivery. */
export function isDeliveryOutcome(text: string): text is Outcome {
  return text in DELIVERED;
}
