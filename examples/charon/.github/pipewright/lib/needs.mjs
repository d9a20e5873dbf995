// What became of the jobs that this one needs.
import { addSummary, code, fail, plain } from "./log.mjs";

/** Adds a table to the summary. Ends the step where a job neither succeeded nor was rightly skipped: one that is skipped because another failed has that other one in the table. */
export function refuseFailures(needs) {
  addSummary("| Job | Result |\n| --- | --- |");
  for (const [name, { result }] of Object.entries(needs)) {
    console.log(`${plain(name)}: ${result}`);
    addSummary(`| ${code(name)} | ${result} |`);
  }
  const failed = Object.entries(needs).filter(([, { result }]) => result !== "success" && result !== "skipped");
  if (failed.length > 0)
    fail(
      `Not everything succeeded: ${failed.map(([name, { result }]) => `${name} (${result})`).join(", ")}. Look at those jobs first.`,
    );
}
