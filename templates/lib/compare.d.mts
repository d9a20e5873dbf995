/** Types of compare.mjs, for the tests. */
export const FIGURES: readonly {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  readonly worse: "more" | "less";
  readonly alert?: string;
}[];
export function reduction(before: number | null | undefined, now: number | null | undefined): number | null;
