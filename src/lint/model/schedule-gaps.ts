/** How many days lie between two runs of a schedule, where its expression tells it plainly ("Events that trigger workflows", `schedule`). */
import { scalarOf, valueOf } from "../../workflow/yaml/node.ts";
import type { Trigger } from "../../workflow/document/document.ts";

const NAMES = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const WEEK = 7;
/** February is the shortest. */
const SHORTEST_MONTH = 28;

/** The shortest of the waits, in days; nothing for several schedules, steps and ranges. */
export function daysBetween({ config }: Trigger): number | undefined {
  const [only, ...more] = config?.kind === "sequence" ? config.items : [];
  const [minute, hour, day, month, weekday, ...rest] =
    scalarOf(valueOf(only, "cron"))?.value.trim().toLowerCase().split(/\s+/) ?? [];
  if (more.length > 0 || rest.length > 0 || day === undefined || weekday === undefined) return undefined;
  if (month !== "*" || !isOne(minute) || !isOne(hour)) return undefined;
  if (day === "*" && weekday === "*") return 1;
  if (weekday === "*") return isOne(day) ? SHORTEST_MONTH : undefined;
  if (day !== "*") return undefined;
  const days = weekday
    .split(",")
    .map((name) => (NAMES.includes(name) ? NAMES.indexOf(name) : isOne(name) ? Number(name) % WEEK : Number.NaN));
  if (days.some(Number.isNaN)) return undefined;
  const sorted = [...new Set(days)].sort((a, b) => a - b);
  return Math.min(...sorted.map((one, index) => (sorted[index + 1] ?? (sorted[0] ?? 0) + WEEK) - one));
}

const isOne = (field: string | undefined): boolean => field !== undefined && /^\d+$/.test(field);
