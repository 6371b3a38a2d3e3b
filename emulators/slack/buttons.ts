import { randomBytes } from "node:crypto";
import * as v from "valibot";
import type { SlackMessage } from "./context.ts";

type Blocks = NonNullable<SlackMessage["blocks"]>;

const Button = v.looseObject({
  type: v.literal("button"),
  text: v.looseObject({ type: v.string(), text: v.string() }),
  action_id: v.optional(v.string()),
  value: v.optional(v.string()),
});
type Element = v.InferOutput<typeof Button>;

const AnyElement = v.looseObject({});
const ActionsBlock = v.looseObject({
  type: v.literal("actions"),
  block_id: v.optional(v.string()),
  elements: v.array(AnyElement),
});
const SectionBlock = v.looseObject({
  type: v.literal("section"),
  block_id: v.optional(v.string()),
  accessory: AnyElement,
});

/** A button of a message, with the ids by which the app knows it. */
export interface MessageButton {
  readonly blockId: string;
  readonly actionId: string;
  readonly text: Element["text"];
  readonly value: string | undefined;
}

/**
 * Returns the blocks of a new message, with an id for each block and button that has none.
 *
 * @see [Blocks](https://docs.slack.dev/reference/block-kit/blocks)
 */
export function identifyBlocks(blocks: Blocks): Blocks {
  return blocks.map((block) => {
    const identified = { block_id: newId(), ...block };
    if (v.is(ActionsBlock, block)) {
      return { ...identified, elements: block.elements.map(identifyElement) };
    }
    if (v.is(SectionBlock, block)) {
      return { ...identified, accessory: identifyElement(block.accessory) };
    }
    return identified;
  });
}

/** Returns the buttons of a message: those in its blocks for actions, and those beside a section. */
export function buttonsOf({ blocks }: Pick<SlackMessage, "blocks">): MessageButton[] {
  return (blocks ?? []).flatMap((block) => {
    const { block_id: blockId = "" } = v.parse(v.looseObject({ block_id: BlockId }), block);
    const elements = [
      ...(v.is(ActionsBlock, block) ? block.elements : []),
      ...(v.is(SectionBlock, block) ? [block.accessory] : []),
    ];
    return elements.flatMap((element) => {
      const button = v.safeParse(Button, element);
      if (!button.success) return [];
      const { action_id: actionId = "", text, value } = button.output;
      return [{ blockId, actionId, text, value }];
    });
  });
}

const BlockId = v.fallback(v.string(), "");

function identifyElement(element: Readonly<Record<string, unknown>>) {
  return { action_id: newId(), ...element };
}

function newId(): string {
  return randomBytes(4).toString("base64url");
}
