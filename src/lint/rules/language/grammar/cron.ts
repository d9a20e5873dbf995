/** The five fields of a schedule (reference: "Events that trigger workflows", `schedule`; POSIX crontab). */

export interface Cron {
  minutes: readonly number[];
  hours: readonly number[];
  days: readonly number[];
  months: readonly number[];
  weekdays: readonly number[];
  anyWeekday: boolean;
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

interface Field {
  name: string;
  from: number;
  to: number;
  /** The first stands for `from`. */
  words?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { name: "minute", from: 0, to: 59 },
  { name: "hour", from: 0, to: 23 },
  { name: "day of the month", from: 1, to: 31 },
  { name: "month", from: 1, to: 12, words: MONTHS },
  { name: "day of the week", from: 0, to: 6, words: WEEKDAYS },
];

/** The parsed schedule, or a sentence on what is wrong with it. */
export function parseCron(text: string): Cron | string {
  const parts = text.trim().split(/\s+/);
  if (text.trim().startsWith("@")) return "GitHub knows no `@` names. Write the five fields, such as `0 3 * * *`.";
  if (parts.length !== 5)
    return `A schedule has five fields (minute, hour, day of the month, month, day of the week), but this has ${parts.length}.`;
  const sets: number[][] = [];
  for (const [index, field] of FIELDS.entries()) {
    const values = valuesOf(parts[index] ?? "", field);
    if (typeof values === "string") return values;
    sets.push(values);
  }
  const [minutes = [], hours = [], days = [], months = [], weekdays = []] = sets;
  return { minutes, hours, days, months, weekdays, anyWeekday: parts[4] === "*" };
}

function valuesOf(text: string, field: Field): number[] | string {
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const [, range = "", step] = /^([^/]*)(?:\/(.*))?$/.exec(part) ?? [];
    const every = step === undefined ? 1 : /^\d+$/.test(step) ? Number(step) : 0;
    if (every === 0) return `The step \`/${step ?? ""}\` of the ${field.name} must be a number above 0.`;
    const bounds = boundsOf(range, field, step !== undefined);
    if (typeof bounds === "string") return bounds;
    for (let value = bounds[0]; value <= bounds[1]; value += every) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function boundsOf(range: string, field: Field, stepped: boolean): [number, number] | string {
  if (range === "*") return [field.from, field.to];
  const ends = range.split("-").map((word) => numberOf(word, field));
  const [from, to] = ends;
  if (ends.length > 2 || from === undefined || (ends.length === 2 && to === undefined))
    return `\`${range}\` is not a ${field.name}. It takes ${field.from} to ${field.to}${field.words ? `, or ${field.words[0] ?? ""} to ${field.words.at(-1) ?? ""}` : ""}, \`*\`, ranges, lists and steps.`;
  if (to !== undefined && to < from) return `The range \`${range}\` of the ${field.name} runs backwards.`;
  return [from, to ?? (stepped ? field.to : from)];
}

function numberOf(word: string, { from, to, words }: Field): number | undefined {
  const index = words?.indexOf(word.toUpperCase()) ?? -1;
  if (index !== -1) return from + index;
  if (!/^\d+$/.test(word)) return undefined;
  const value = Number(word);
  return value >= from && value <= to ? value : undefined;
}

/** Minutes between the two starts of a day that follow each other soonest; a day after the last comes the first again. */
export function shortestInterval({ minutes, hours }: Cron): number {
  const starts = hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute)).sort((a, b) => a - b);
  const [first] = starts;
  if (first === undefined) return Number.POSITIVE_INFINITY;
  let shortest = first + 24 * 60 - (starts.at(-1) ?? first);
  for (const [index, start] of starts.entries())
    if (index > 0) shortest = Math.min(shortest, start - (starts[index - 1] ?? start));
  return shortest;
}

const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** No day of the calendar fits. A weekday beside a day means "or", so such a schedule always has one. */
export const neverComes = ({ days, months, anyWeekday }: Cron): boolean =>
  anyWeekday && !months.some((month) => days.some((day) => day <= (LONGEST[month - 1] ?? 0)));
