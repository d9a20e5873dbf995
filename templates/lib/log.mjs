// What a person sees: log lines, annotations, step outputs and the job summary.
import { appendFileSync } from "node:fs";

/** A value from outside as one harmless line: no control characters, no workflow commands (`::error::`, `##[error]`). */
export function plain(value) {
  return String(value)
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ")
    .replaceAll("::", ": :")
    .replaceAll("##[", "## [");
}

/** A value from outside as text of a Markdown table. */
export const cell = (value) => plain(value).replace(/[\\`*_{}[\]<>|#&!~]/g, (sign) => `&#${sign.charCodeAt(0)};`);

export const say = (text) => console.log(plain(text));
export const openGroup = (title) => console.log(`::group::${plain(title)}`);
export const closeGroup = () => console.log("::endgroup::");

// In an annotation's text GitHub decodes %25, so a bare % is encoded.
const annotate = (kind, text) => console.log(`::${kind}::${plain(text).replaceAll("%", "%25")}`);
export const warn = (text) => annotate("warning", text);
export const complain = (text) => annotate("error", text);

const append = (file, text) => file && appendFileSync(file, `${text}\n`);
export const setOutput = (name, value) => append(process.env.GITHUB_OUTPUT, `${name}=${plain(value)}`);
export const addSummary = (markdown) => append(process.env.GITHUB_STEP_SUMMARY, markdown);

export const gigabytes = (bytes) => (bytes / 1e9).toFixed(2);
