// The series of daily figures that each metrics artifact hands on to the next: one entry a day, the newest last. Pure.

/** More than a year, so that a month can be compared with the same one of the year before. */
const LONGEST = 400;
const DAY = 86_400_000;

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
const numbers = (value) =>
  Object.fromEntries(
    Object.entries(typeof value === "object" && value !== null ? value : {}).filter(([, one]) => isNumber(one)),
  );
const isDate = (value) => typeof value === "string" && Number.isFinite(Date.parse(value));

/** The entries of an earlier artifact's history that are whole, in the order of their days. */
export function readHistory(text) {
  const { history } = JSON.parse(text) ?? {};
  const entries = (Array.isArray(history) ? history : []).filter(
    (entry) => isDate(entry?.since) && isDate(entry?.until),
  );
  const clean = entries.map(({ since, until, figures, totals }) => ({
    since,
    until,
    figures: numbers(figures),
    totals: numbers(totals),
  }));
  return clean.sort((a, b) => Date.parse(a.until) - Date.parse(b.until)).slice(-LONGEST);
}

const dayOf = (date) => date.slice(0, 10);

/** From when on this measurement counts runs: from where the last one ended, or began if it was made on the same day. */
export function countedSince(history, now) {
  const last = history.at(-1);
  if (!last) return new Date(Date.parse(now) - DAY).toISOString();
  return dayOf(last.until) === dayOf(now) ? last.since : last.until;
}

/** A second measurement of a day takes the first one's place. */
export function withEntry(history, entry) {
  return [
    ...history.filter((other) => dayOf(other.until) !== dayOf(entry.until)),
    { ...entry, figures: numbers(entry.figures), totals: numbers(entry.totals) },
  ].slice(-LONGEST);
}

const within = (history, days, now) => history.filter(({ until }) => Date.parse(until) > Date.parse(now) - days * DAY);

/** The mean of a figure over the entries of the last days; null where there is none. */
export function average(history, key, days, now) {
  const values = within(history, days, now).flatMap(({ figures }) => (isNumber(figures[key]) ? [figures[key]] : []));
  return values.length === 0
    ? null
    : Math.round((100 * values.reduce((sum, value) => sum + value, 0)) / values.length) / 100;
}

/** What was counted over the last days, summed. */
export function totalsOf(history, days, now) {
  const sums = {};
  for (const { totals } of within(history, days, now))
    for (const [key, value] of Object.entries(totals)) sums[key] = (sums[key] ?? 0) + value;
  return sums;
}

const BARS = "▁▂▃▄▅▆▇█";

/** The values as a line of bars, from the smallest to the largest of them. */
export function sparkline(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return values
    .map((value) => BARS[most === least ? 3 : Math.round(((value - least) / (most - least)) * (BARS.length - 1))])
    .join("");
}

/** The figure's way over the last thirty days, and where the last seven stand to them. */
export function trendOf(history, { key, worse }, now) {
  const [week, month] = [average(history, key, 7, now), average(history, key, 30, now)];
  const values = within(history, 30, now).flatMap(({ figures }) => (isNumber(figures[key]) ? [figures[key]] : []));
  if (values.length < 2) return { week, month, line: "", way: "" };
  // What changes by less than a twentieth is noise.
  const change = month === 0 ? Math.sign(week) : (week - month) / Math.abs(month);
  const way =
    Math.abs(change) < 0.05
      ? "→"
      : `${change > 0 ? "↗" : "↘"} ${change > 0 === (worse === "more") ? "worse" : "better"}`;
  return { week, month, line: sparkline(values), way };
}
