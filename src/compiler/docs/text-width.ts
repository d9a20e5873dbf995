/**
 * How many columns a text takes in a fixed-width font, as Prettier counts when it pads a table: two for an emoji and for
 * East Asian wide characters (Unicode Standard Annex 11), none for marks that combine with what stands before.
 */
export function textWidth(text: string): number {
  // Nearly every text is plain, and what tells the others apart takes longer to load than a whole page to write.
  if (/^[\x20-\x7e–…—→]*$/.test(text)) return text.length;
  return [...graphemes().segment(text)].reduce((sum, { segment }) => sum + (isWide().test(segment) ? 2 : 1), 0);
}

let segmenter: Intl.Segmenter | undefined;
const graphemes = (): Intl.Segmenter => (segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" }));

let wide: RegExp | undefined;
const isWide = (): RegExp =>
  (wide ??= new RegExp(
    "\\p{Emoji_Presentation}|\\p{Emoji}\\ufe0f|[\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\ua4cf\\ua960-\\ua97f\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe10-\\ufe19\\ufe30-\\ufe6f\\uff01-\\uff60\\uffe0-\\uffe6\\u{20000}-\\u{3fffd}]",
    "u",
  ));
