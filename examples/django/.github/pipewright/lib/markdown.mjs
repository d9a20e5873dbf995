// Text from outside in comments, issues and release notes: it names nobody, links nowhere and holds no markup.
import { plain } from "./log.mjs";

const INVISIBLE = "\u200b";
/** An issue's number as prose leaves it, where it does not belong to another repository's name. */
const ISSUE = /(^|[\s(,])#\u200b(\d{1,9})(?!\w)/g;

/**
 * Prose that shows what was written and does nothing. An escaped "@" or address would still become a mention or a link,
 * which GitHub makes after Markdown is read: an invisible space breaks them.
 */
export function prose(value, longest = 300) {
  const line = plain(value)
    .replace(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, "")
    .trim();
  const short = line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
  return short
    .replace(/[@#]/g, (sign) => sign + INVISIBLE)
    .replace(/:(?=\/\/)/g, `:${INVISIBLE}`)
    .replace(/\bwww\./gi, (text) => `${text.slice(0, -1)}${INVISIBLE}.`)
    .replace(/^([-+=]|\d+[.)])/, (text) => INVISIBLE + text)
    .replace(/[\\`*_{}[\]<>|&!~$]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** The same, but "#12" leads to an issue or pull request of this repository; `address` is the repository's own. */
export const proseWithIssues = (value, address, longest) =>
  prose(value, longest).replace(ISSUE, (_, before, number) => `${before}[#${number}](${address}/issues/${number})`);

/** A name as code, fit for a table: in there GitHub makes neither mentions nor links. */
export const codeSpan = (value, longest = 300) =>
  `\`${plain(value).replaceAll("`", "'").replaceAll("|", "¦").slice(0, longest)}\``;
