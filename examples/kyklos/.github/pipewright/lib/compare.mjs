// Figures against thresholds, and against what they were. Pure.

/** The figures in the order in which they are shown; `worse` is the direction that nobody wants, `alert` what is told beyond a threshold. */
export const FIGURES = [
  { key: "buildMinutes", title: "Build time (pull request)", unit: "min", worse: "more" },
  { key: "totalMinutes", title: "Total CI time (pull request)", unit: "min", worse: "more" },
  { key: "pipelineMinutes", title: "Total CI time (every commit)", unit: "min", worse: "more" },
  { key: "testMinutes", title: "Test time (slowest consumer)", unit: "min", worse: "more" },
  { key: "deployMinutes", title: "Deployment time", unit: "min", worse: "more" },
  { key: "timeReductionPercent", title: "Total CI time saved since the baseline", unit: "%", worse: "less" },
  { key: "buildsPerCommit", title: "Builds of one commit", unit: "x", worse: "more" },
  { key: "reusePercent", title: "Image reuse rate", unit: "%", worse: "less" },
  { key: "buildSuccessPercent", title: "Build success rate", unit: "%", worse: "less" },
  { key: "buildFailurePercent", title: "Build failure rate", unit: "%", worse: "more" },
  { key: "testFailurePercent", title: "Test failure rate", unit: "%", worse: "more" },
  { key: "failurePercent", title: "Workflow failure rate", unit: "%", worse: "more" },
  { key: "flakePercent", title: "Flake rate", unit: "%", worse: "more", alert: "flakes" },
  { key: "pullSuccessPercent", title: "Image pull success rate", unit: "%", worse: "less" },
  { key: "publishSuccessPercent", title: "Publishing success rate", unit: "%", worse: "less" },
  { key: "cleanupSuccessPercent", title: "Cleanup success rate", unit: "%", worse: "less" },
  { key: "cacheHitPercent", title: "Cache hit rate", unit: "%", worse: "less", alert: "cache" },
  { key: "cacheRestoreSeconds", title: "Cache restore time", unit: "s", worse: "more", alert: "cache" },
  { key: "cacheGigabytes", title: "Cache size", unit: "GB", worse: "more", alert: "cache" },
  { key: "queueMinutes", title: "Queue wait", unit: "min", worse: "more", alert: "queue" },
  { key: "queueDepth", title: "Runs that wait", unit: "runs", worse: "more", alert: "queue" },
  { key: "imageMegabytes", title: "Image size (largest)", unit: "MB", worse: "more" },
  { key: "imageReductionPercent", title: "Image size saved since the baseline (least)", unit: "%", worse: "less" },
  { key: "storageGigabytes", title: "Registry storage", unit: "GB", worse: "more" },
];

const isNumber = (value) => typeof value === "number";
const isBeyond = (value, limit, worse) =>
  isNumber(value) && isNumber(limit) && (worse === "more" ? value > limit : value < limit);

/** What is worse than its threshold: which alert it is, and a sentence. */
export function exceeded(values, thresholds) {
  return FIGURES.filter(({ key, worse }) => isBeyond(values[key], thresholds[key], worse)).map(
    ({ key, title, unit, worse, alert }) => ({
      event: alert ?? "threshold",
      text: `${title} is ${values[key]} ${unit}, ${worse === "more" ? "over" : "under"} the threshold of ${thresholds[key]} ${unit}.`,
    }),
  );
}

/** What is not yet beyond its threshold, but takes more than four fifths of it. */
export function nearlyFull(values, thresholds) {
  const stores = FIGURES.filter(({ key }) => key === "storageGigabytes" || key === "cacheGigabytes");
  const near = stores.filter(
    ({ key }) =>
      isNumber(values[key]) &&
      isNumber(thresholds[key]) &&
      values[key] > 0.8 * thresholds[key] &&
      values[key] <= thresholds[key],
  );
  return near.map(({ key, title, unit }) => ({
    event: "storage",
    text: `${title} is ${values[key]} ${unit}, more than four fifths of the ${thresholds[key]} ${unit} that are meant for it.`,
  }));
}

/** What got too much worse than the baseline, as sentences. Pull failures have a limit of their own and need none. */
export function regressed(values, baseline, limits) {
  const found = [];
  const increase = (100 * (values.buildMinutes - baseline.buildMinutes)) / baseline.buildMinutes;
  if (both(values, baseline, "buildMinutes") && baseline.buildMinutes > 0 && increase > limits.buildTimePercent) {
    found.push(
      `Builds take ${increase.toFixed(1)} % longer than before (${baseline.buildMinutes} min, now ${values.buildMinutes} min); ${limits.buildTimePercent} % are allowed.`,
    );
  }
  const points = values.testFailurePercent - baseline.testFailurePercent;
  if (both(values, baseline, "testFailurePercent") && points > limits.testFailurePoints) {
    found.push(
      `Tests fail ${points.toFixed(1)} points more often than before (${baseline.testFailurePercent} %, now ${values.testFailurePercent} %); ${limits.testFailurePoints} points are allowed.`,
    );
  }
  const pullFailures = 100 - values.pullSuccessPercent;
  if (isNumber(values.pullSuccessPercent) && pullFailures > limits.pullFailurePercent) {
    found.push(`${pullFailures.toFixed(1)} % of image pulls fail; ${limits.pullFailurePercent} % are allowed.`);
  }
  return found;
}

const both = (values, baseline, key) => isNumber(values[key]) && isNumber(baseline[key]);

/** By how many percent something fell from what it was; null where one of the two is not known. */
export const reduction = (before, now) =>
  isNumber(before) && isNumber(now) && before > 0 ? Math.round((10_000 * (before - now)) / before) / 100 : null;

const shown = (value, unit) => (isNumber(value) ? `${value} ${unit}` : "no data");
const goal = (limit, unit, worse) =>
  isNumber(limit) ? `${worse === "more" ? "at most" : "at least"} ${limit} ${unit}` : "";

function change(before, now, unit) {
  if (!isNumber(before) || !isNumber(now)) return "";
  const difference = now - before;
  const relative =
    before > 0 && unit !== "%" ? ` (${difference > 0 ? "+" : ""}${((100 * difference) / before).toFixed(1)} %)` : "";
  return `${difference > 0 ? "+" : ""}${Math.round(difference * 100) / 100} ${unit === "%" ? "points" : unit}${relative}`;
}

/** The before/after table in Markdown; what nobody measured, asked for or knew before has no row. */
export function comparison(values, baseline, thresholds) {
  const asked = FIGURES.filter(({ key }) => [values, baseline, thresholds].some((known) => isNumber(known[key])));
  const rows = asked.map(
    ({ key, title, unit, worse }) =>
      `| ${title} | ${shown(baseline[key], unit)} | ${shown(values[key], unit)} | ${change(baseline[key], values[key], unit)} | ${goal(thresholds[key], unit, worse)} |`,
  );
  return ["| Figure | Before | Now | Change | Threshold |", "|---|---|---|---|---|", ...rows].join("\n");
}

/** The goals in Markdown: of these figures, or of all that have a threshold. */
export function goals(values, thresholds, chosen) {
  const rows = FIGURES.filter(({ key }) => (chosen ? chosen.includes(key) : isNumber(thresholds[key]))).map(
    ({ key, title, unit, worse }) => {
      const met = !isNumber(values[key])
        ? "no data"
        : !isNumber(thresholds[key])
          ? "no target"
          : isBeyond(values[key], thresholds[key], worse)
            ? "❌ no"
            : "✅ yes";
      return `| ${title} | ${goal(thresholds[key], unit, worse) || "none"} | ${shown(values[key], unit)} | ${met} |`;
    },
  );
  return ["| KPI | Target | Measured | Met |", "|---|---|---|---|", ...rows].join("\n");
}

/** The images' sizes in Markdown, each against what it was and may be. `name` must be fit for a table. */
export function imageTable(images, before, limitOf) {
  const rows = images.map(
    ({ name, megabytes }) =>
      `| ${name} | ${shown(before[name], "MB")} | ${shown(megabytes, "MB")} | ${change(before[name], megabytes, "MB")} | ${goal(limitOf(name), "MB", "more")} |`,
  );
  return ["| Image | Before | Now | Change | Threshold |", "|---|---|---|---|---|", ...rows].join("\n");
}
