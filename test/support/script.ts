/** Workflows of one script, for tests of what scripts say. */

const indented = (text: string, by: number): string => text.replace(/^(?=.)/gm, " ".repeat(by));

/** A job of one step; `head` are keys of the job, `keys` of the step, `before` the steps before it. */
export const jobOfScript = (
  script: string,
  { keys = "", head = "runs-on: ubuntu-latest", on = "push", before = "" } = {},
): string =>
  `on: ${on}\njobs:\n  a:\n${indented(head, 4)}\n    steps:\n${indented(before, 6)}${before ? "\n" : ""}      - run: |\n${indented(script, 10)}\n${indented(keys, 8)}\n`;
