/**
 * A length of time as people write it: a whole number and a unit, `"90s"`, `"15m"`, `"24h"`, `"7d"`.
 * JSON and YAML configs write the string; TypeScript configs call {@link minutes} and its siblings.
 */
export type Duration = `${number}s` | `${number}m` | `${number}h` | `${number}d`;

/** `seconds(30)` is thirty seconds. */
export const seconds = (count: number): Duration => `${count}s`;
/** `minutes(15)` is a quarter of an hour. */
export const minutes = (count: number): Duration => `${count}m`;
/** `hours(24)` is a day. */
export const hours = (count: number): Duration => `${count}h`;
/** `days(7)` is a week. */
export const days = (count: number): Duration => `${count}d`;

export const DURATION_PATTERN = /^([1-9]\d*)([smhd])$/;

const SECONDS_IN = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** The length in whole seconds. Throws on a string that the schema would have refused. */
export function inSeconds(duration: Duration): number {
  const match = DURATION_PATTERN.exec(duration);
  if (!match) throw new Error(`Not a duration: ${duration}`);
  return Number(match[1]) * SECONDS_IN[match[2] as keyof typeof SECONDS_IN];
}

/** The length in minutes, rounded up: GitHub's timeouts are whole minutes. */
export const inMinutes = (duration: Duration): number => Math.ceil(inSeconds(duration) / 60);
/** The length in hours, rounded up: cleanup compares ages in hours. */
export const inHours = (duration: Duration): number => Math.ceil(inSeconds(duration) / 3600);
/** The length in days, rounded up: artifacts are kept for whole days. */
export const inDays = (duration: Duration): number => Math.ceil(inSeconds(duration) / 86_400);
