/**
 * How many columns a text takes in a fixed-width font, as Prettier counts when it pads a table: two for an emoji and for
 * East Asian wide characters (Unicode Standard Annex 11), none for marks that combine with what stands before.
 */
export const textWidth = (text: string): number => [...graphemes.segment(text)].reduce((sum, { segment }) => sum + (EMOJI.test(segment) || WIDE.test(segment) ? 2 : 1), 0);

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const EMOJI = /\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u;
const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
