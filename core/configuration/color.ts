/** A color as `#rrggbb`. */
export const COLOR = /^#[0-9a-f]{6}$/i;

/** The contrast that text needs: WCAG 2.2, level AA. */
export const TEXT_CONTRAST = 4.5;

/**
 * Returns the contrast ratio of two colors, from 1 to 21.
 *
 * @see [Contrast ratio](https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)
 */
export function contrastOf(one: string, other: string): number {
  const [first, second] = [luminanceOf(one), luminanceOf(other)];
  return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
}

/** Returns the red, green and blue of a color, from 0 to 255. */
export function channelsOf(color: string): number[] {
  return [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16));
}

/** @see [Relative luminance](https://www.w3.org/TR/WCAG22/#dfn-relative-luminance) */
function luminanceOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = channelsOf(color).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
