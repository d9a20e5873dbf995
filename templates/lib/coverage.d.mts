/** Types of coverage.mjs, for the tests. */
export interface Block {
  readonly weight: number;
  readonly covered: boolean;
  readonly first: number;
  readonly last: number;
}
export type Blocks = ReadonlyMap<string, Block>;
export function readCoverage(text: string, format: "go" | "lcov" | "cobertura"): ReadonlyMap<string, Blocks>;
export function coverageOf(files: Iterable<Blocks>): {
  readonly covered: number;
  readonly total: number;
  readonly percent: number | null;
};
export function uncoveredLines(blocks: Blocks): string[];
export function matcher(pattern: string, prefixes: readonly string[]): (file: string) => boolean;
