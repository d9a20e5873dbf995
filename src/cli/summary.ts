/** What the page of a run on GitHub shows of a command: its job's summary. Nothing anywhere else. */
import { appendFileSync } from "node:fs";
import type { Io } from "./io.ts";

/** @param markdown a paragraph or a list */
export function addSummary(io: Pick<Io, "env" | "stderr">, markdown: string): void {
  const file = io.env["GITHUB_STEP_SUMMARY"];
  if (file === undefined || file === "") return;
  try {
    appendFileSync(file, `${markdown}\n\n`);
  } catch (error) {
    // What came of the command does not depend on it.
    io.stderr.write(
      `The summary cannot be written to ${file}: ${error instanceof Error ? error.message : String(error)}\n`,
    );
  }
}
