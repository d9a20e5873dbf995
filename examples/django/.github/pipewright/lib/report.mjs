// What people read of the metrics, as Markdown: the job's summary, and the report that is kept with the figures.
import { comparison, FIGURES, goals, imageTable } from "./compare.mjs";
import { totalsOf, trendOf } from "./history.mjs";
import { cell } from "./log.mjs";

const section = (title, text) => (text === "" ? "" : `\n### ${title}\n\n${text}\n`);
const table = (heads, rows) =>
  rows.length === 0
    ? ""
    : [
        `| ${heads.join(" | ")} |`,
        `|${heads.map(() => "---").join("|")}|`,
        ...rows.map((row) => `| ${row.join(" | ")} |`),
      ].join("\n");
const orNone = (value, unit) => (typeof value === "number" ? `${Math.round(value * 100) / 100} ${unit}` : "");

const SIGNS = { critical: "❌", warning: "⚠️", info: "ℹ️" };
/** The alerts, the most urgent ones first. */
const alertTable = (alerts) =>
  table(
    ["Tier", "Alert"],
    ["critical", "warning", "info"].flatMap((tier) =>
      alerts.filter((alert) => alert.tier === tier).map(({ text }) => [`${SIGNS[tier]} ${tier}`, cell(text)]),
    ),
  );

/** Every stage with what was planned for it; ✅ within its target, ⚠️ over it, ❌ over its maximum. */
function stageTable(times) {
  const judged = ({ median, p95, targetMinutes: target, maximumMinutes: maximum }) =>
    typeof maximum === "number" && p95 > maximum
      ? "❌"
      : typeof target !== "number"
        ? ""
        : median > target
          ? "⚠️"
          : "✅";
  return table(
    ["Job", "Median", "95 %", "Target", "Maximum", "Within", "Jobs"],
    times.map((time) => [
      cell(time.name),
      `${time.median} min`,
      `${time.p95} min`,
      orNone(time.targetMinutes, "min"),
      orNone(time.maximumMinutes, "min"),
      judged(time),
      time.sample,
    ]),
  );
}

const cacheTable = (caches) =>
  table(
    ["Cache", "Hits", "Restore", "Reads"],
    caches.map(({ name, hitPercent, restoreSeconds, sample }) => [
      cell(name),
      orNone(hitPercent, "%"),
      orNone(restoreSeconds, "s"),
      sample,
    ]),
  );

function trendTable(history, now) {
  const rows = FIGURES.map((item) => ({ item, trend: trendOf(history, item, now) })).filter(
    ({ trend }) => trend.month !== null,
  );
  return table(
    ["Figure", "7 days", "30 days", "Trend", ""],
    rows.map(({ item, trend }) => [
      item.title,
      orNone(trend.week, item.unit),
      `${trend.month} ${item.unit}`,
      trend.line,
      trend.way,
    ]),
  );
}

/** A chart of the figure's last thirty entries, which GitHub draws; empty where there is no line to draw. */
function chart(history, key) {
  const { title, unit } = FIGURES.find((item) => item.key === key);
  const entries = history.filter(({ figures }) => typeof figures[key] === "number").slice(-30);
  if (entries.length < 2) return "";
  return [
    "```mermaid",
    "xychart-beta",
    `  title "${title}"`,
    `  x-axis [${entries.map(({ until }) => `"${until.slice(5, 10)}"`).join(", ")}]`,
    `  y-axis "${unit}"`,
    `  line [${entries.map(({ figures }) => figures[key]).join(", ")}]`,
    "```",
  ].join("\n");
}

/** What was counted over a week and a month. What a reused image saved is what a build takes in the median. */
function totalsTable(history, now) {
  const [week, month] = [totalsOf(history, 7, now), totalsOf(history, 30, now)];
  const hours = (minutes = 0) => `${(minutes / 60).toFixed(1)} h`;
  const rows = [
    ["Runs", week.runs ?? 0, month.runs ?? 0],
    ["Failed runs", week.failed ?? 0, month.failed ?? 0],
    ["Images asked for", week.asked ?? 0, month.asked ?? 0],
    ["Images reused", week.reused ?? 0, month.reused ?? 0],
    ["Build time saved (estimate)", hours(week.savedMinutes), hours(month.savedMinutes)],
  ];
  return table(["", "Last 7 days", "Last 30 days"], rows);
}

function body({ values, baseline, settings, alerts, times, caches, images, imagesBefore, history, now }) {
  return [
    section("Goals", goals(values, settings.thresholds, settings.kpis)),
    section("Alerts", alertTable(alerts)),
    section("Before and now", comparison(values, baseline, settings.thresholds)),
    section("Week and month", totalsTable(history, now)),
    section("Trends", trendTable(history, now)),
    section("Jobs", stageTable(times)),
    section("Caches", cacheTable(caches)),
    section(
      "Images",
      images.length === 0 ? "" : imageTable(images, imagesBefore, (name) => settings.imageLimits?.[name]),
    ),
  ].join("");
}

/** The job's summary, which is the dashboard. */
export function dashboard(found) {
  const tags = Object.entries(found.storage.tags).map(([name, number]) => [cell(name), number]);
  return [
    "## CI metrics\n",
    Object.keys(found.baseline).length === 0 ? "\nThere are no earlier figures to compare with yet.\n" : "",
    body(found),
    section("Build time", chart(found.history, "buildMinutes")),
    section("Total time", chart(found.history, "totalMinutes")),
    section(`Registry: ${found.storage.versions} versions`, table(["Kind of tag", "Tags"], tags) || "No tags."),
  ].join("");
}

/** The same for the archive: it stands alone, and begins with what it is about. */
export function writtenReport(found) {
  const { repository, now, history } = found;
  return `# CI report of ${cell(repository)}\n\nMeasured on ${now.slice(0, 10)}, over ${history.length} ${history.length === 1 ? "day" : "days"} of history.\n${body(found)}`;
}
