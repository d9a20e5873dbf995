/** Types of history.mjs, for the tests. */
export interface Entry {
  readonly since: string;
  readonly until: string;
  readonly figures: Readonly<Record<string, number | null>>;
  readonly totals: Readonly<Record<string, number>>;
}
export interface Trend {
  readonly week: number | null;
  readonly month: number | null;
  readonly line: string;
  readonly way: string;
}
export function readHistory(text: string): Entry[];
export function countedSince(history: readonly Entry[], now: string): string;
export function withEntry(history: readonly Entry[], entry: Entry): Entry[];
export function average(history: readonly Entry[], key: string, days: number, now: string): number | null;
export function totalsOf(history: readonly Entry[], days: number, now: string): Record<string, number>;
export function sparkline(values: readonly number[]): string;
export function trendOf(
  history: readonly Entry[],
  figure: { readonly key: string; readonly worse: "more" | "less" },
  now: string,
): Trend;
