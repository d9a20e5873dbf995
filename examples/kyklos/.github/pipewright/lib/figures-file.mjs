// A file of figures that a job wrote which ran untrusted code. What leaves here is numbers in their bounds and names of a
// strict pattern; everything else is left out and counted.

const LARGEST = 1_000_000;
const MOST_ROWS = 100;
const NAME = /^[A-Za-z0-9_.][A-Za-z0-9_./@+:* -]{0,199}$/;
const UNIT = /^(%|ms|s|min|B|kB|MB|GB|KiB|MiB|GiB|x)$/;
const RULE = /^[A-Za-z0-9][A-Za-z0-9_./@-]{0,99}$/;

const isNumber = (value) => typeof value === "number" && Number.isFinite(value) && Math.abs(value) < 1e15;
const isPercent = (value) => isNumber(value) && value >= 0 && value <= 100;
const isLine = (value) => Number.isInteger(value) && value > 0 && value < 1e7;
const isName = (value) => typeof value === "string" && NAME.test(value);
const optional = (isValid) => (value) => value === undefined || value === null || isValid(value);

const SHAPES = {
  thresholds: { name: isName, percent: isPercent, minimum: isPercent },
  figures: {
    name: isName,
    value: isNumber,
    unit: optional((value) => typeof value === "string" && UNIT.test(value)),
    before: optional(isNumber),
    limit: optional(isNumber),
  },
  findings: { path: isName, line: optional(isLine), rule: (value) => typeof value === "string" && RULE.test(value) },
};

/**
 * Reads `{ percent, baseline, thresholds, packages, figures, findings }`: the summary of check-coverage, figures as
 * `{ name, value, unit, before, limit }`, and findings as `{ path, line, rule }`. `left` counts what was left out.
 */
export function readFigures(text) {
  if (text.length > LARGEST) throw new Error(`it is larger than ${LARGEST} bytes`);
  let content;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error("it is no JSON");
  }
  if (typeof content !== "object" || content === null || Array.isArray(content))
    throw new Error("it is no JSON object");
  let left = 0;
  const take = (list, isValid) => {
    const valid = list.filter(isValid);
    left += list.length - Math.min(valid.length, MOST_ROWS);
    return valid.slice(0, MOST_ROWS);
  };
  const rows = (name) => {
    const list = Array.isArray(content[name]) ? content[name] : [];
    const fields = Object.entries(SHAPES[name]);
    return take(
      list,
      (row) => typeof row === "object" && row !== null && fields.every(([key, isValid]) => isValid(row[key])),
    ).map((row) => Object.fromEntries(fields.map(([key]) => [key, row[key] ?? undefined])));
  };
  const packages =
    typeof content.packages === "object" && content.packages !== null ? Object.entries(content.packages) : [];
  return {
    percent: isPercent(content.percent) ? content.percent : undefined,
    baseline: isPercent(content.baseline) ? content.baseline : undefined,
    thresholds: rows("thresholds"),
    packages: take(packages, ([name, percent]) => isName(name) && isPercent(percent)),
    figures: rows("figures"),
    findings: rows("findings"),
    // Counted by the lines above.
    left,
  };
}
