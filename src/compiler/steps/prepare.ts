import type { Step } from "../../workflow/model.ts";
import { runProgram } from "./program.ts";

/** Fetches what the commands need: what fails for a moment is tried again, which tests never are. */
export const prepareSteps = (commands: readonly string[], timeoutMinutes: number): Step[] =>
  commands.length === 0
    ? []
    : [
        runProgram("run-with-retries.sh", {
          name: "Fetch what is needed",
          timeoutMinutes,
          env: { COMMANDS: `${commands.map((command) => command.trimEnd()).join("\n")}\n` },
        }),
      ];
