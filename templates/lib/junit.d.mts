/** Types of junit.mjs, for the tests. */
export interface TestCase {
  readonly test: string;
  readonly outcome: "passed" | "failed" | "skipped";
  readonly flaky: boolean;
}
export function readJunit(document: string): TestCase[];
