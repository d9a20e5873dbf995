// Figures against thresholds, and against what they were. Pure.

/** The figures in the order in which they are shown; `worse` is the direction that nobody wants. */
export const FIGURES = [
  { key: "buildMinutes", title: "Build time (pull request)", unit: "min", worse: "more" },
  { key: "totalMinutes", title: "Total CI time (pull request)", unit: "min", worse: "more" },
  { key: "buildsPerCommit", title: "Builds of one commit", unit: "x", worse: "more" },
  { key: "buildFailurePercent", title: "Build failure rate", unit: "%", worse: "more" },
  { key: "testFailurePercent", title: "Test failure rate", unit: "%", worse: "more" },
  { key: "pullSuccessPercent", title: "Image pull success rate", unit: "%", worse: "less" },
  { key: "cleanupSuccessPercent", title: "Cleanup success rate", unit: "%", worse: "less" },
  { key: "storageGigabytes", title: "Registry storage", unit: "GB", worse: "more" },
];

/** What is worse than its threshold, as sentences. */
export function exceeded(values, thresholds) {
  const beyond = FIGURES.filter(({ key, worse }) => {
    const [value, limit] = [values[key], thresholds[key]];
    return typeof value === "number" && typeof limit === "number" && (worse === "more" ? value > limit : value < limit);
  });
  return beyond.map(({ key, title, unit, worse }) => `${title} is ${values[key]} ${unit}, ${worse === "more" ? "over" : "under"} the threshold of ${thresholds[key]} ${unit}.`);
}

/** What got too much worse than the baseline, as sentences. Pull failures have a limit of their own and need none. */
export function regressed(values, baseline, limits) {
  const found = [];
  const increase = (100 * (values.buildMinutes - baseline.buildMinutes)) / baseline.buildMinutes;
  if (both(values, baseline, "buildMinutes") && baseline.buildMinutes > 0 && increase > limits.buildTimePercent) {
    found.push(`Builds take ${increase.toFixed(1)} % longer than before (${baseline.buildMinutes} min, now ${values.buildMinutes} min); ${limits.buildTimePercent} % are allowed.`);
  }
  const points = values.testFailurePercent - baseline.testFailurePercent;
  if (both(values, baseline, "testFailurePercent") && points > limits.testFailurePoints) {
    found.push(`Tests fail ${points.toFixed(1)} points more often than before (${baseline.testFailurePercent} %, now ${values.testFailurePercent} %); ${limits.testFailurePoints} points are allowed.`);
  }
  const pullFailures = 100 - values.pullSuccessPercent;
  if (typeof values.pullSuccessPercent === "number" && pullFailures > limits.pullFailurePercent) {
    found.push(`${pullFailures.toFixed(1)} % of image pulls fail; ${limits.pullFailurePercent} % are allowed.`);
  }
  return found;
}

const both = (values, baseline, key) => typeof values[key] === "number" && typeof baseline[key] === "number";

/** The before/after table in Markdown. */
export function comparison(values, baseline, thresholds) {
  const shown = (value, unit) => (typeof value === "number" ? `${value} ${unit}` : "no data");
  const rows = FIGURES.map(({ key, title, unit, worse }) => {
    const change = values[key] - baseline[key];
    const relative = baseline[key] > 0 && unit !== "%" ? ` (${change > 0 ? "+" : ""}${((100 * change) / baseline[key]).toFixed(1)} %)` : "";
    const changed = both(values, baseline, key) ? `${change > 0 ? "+" : ""}${Math.round(change * 100) / 100} ${unit === "%" ? "points" : unit}${relative}` : "";
    const limit = typeof thresholds[key] === "number" ? `${worse === "more" ? "at most" : "at least"} ${thresholds[key]} ${unit}` : "";
    return `| ${title} | ${shown(baseline[key], unit)} | ${shown(values[key], unit)} | ${changed} | ${limit} |`;
  });
  return ["| Figure | Before | Now | Change | Threshold |", "|---|---|---|---|---|", ...rows].join("\n");
}
