/** Types of figures.mjs, for the tests. */
export function percentile(values: readonly number[], rank: number): number | undefined;
export function median(values: readonly number[]): number | undefined;
export function belongsTo(job: { readonly name: string }, stage: { readonly job: string }): boolean;
