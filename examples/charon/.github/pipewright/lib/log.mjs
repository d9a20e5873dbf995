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

/** A value from outside as code in a line or a table of the summary. */
export const code = (value) => `\`${plain(value).replaceAll("`", "'").replaceAll("|", "\\|")}\``;

/** Facts that belong to a message, each on a line of its own. */
export const details = (lines) => {
  for (const line of lines) console.log(`  ${plain(line)}`);
};

/** Ends the step: says what is wrong and what to do, with the facts that led to it. */
export function fail(message, facts = []) {
  closeGroup();
  complain(message);
  details(facts);
  addSummary(`❌ ${plain(message)}`);
  process.exit(1);
}

/** A warning with the facts that led to it. */
export function warnOf(message, facts) {
  warn(message);
  details(facts);
}

/** Hands a value on to later steps, and shows it. One of several lines could add outputs of its own. */
export function output(name, value) {
  if (/[\r\n]/.test(String(value))) fail(`The output ${name} would have several lines.`, [`Value: ${value}`]);
  append(process.env.GITHUB_OUTPUT, `${name}=${value}`);
  console.log(`  ${name}: ${plain(value)}`);
}

/** Ends the step when a value is missing. @param values by the name of the input */
export function require(values) {
  for (const [name, value] of Object.entries(values))
    if (value === undefined || value === "")
      fail(`The step has no value for ${name}. The workflow file is incomplete: generate it again.`);
}
