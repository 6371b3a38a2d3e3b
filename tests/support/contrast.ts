/** A colour as browsers compute it: `rgb(15, 95, 73)`. */
type Colour = string;

/**
 * The contrast ratio of two opaque colours, from 1 to 21.
 *
 * @see [Contrast ratio](https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)
 */
export function contrast(one: Colour, other: Colour): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** @see [Relative luminance](https://www.w3.org/TR/WCAG22/#dfn-relative-luminance) */
function luminance(colour: Colour): number {
  const channels = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(colour)?.slice(1);
  if (!channels) throw new Error(`${colour} is not an opaque colour`);

  const [red = 0, green = 0, blue = 0] = channels.map((channel) => {
    const share = Number(channel) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
