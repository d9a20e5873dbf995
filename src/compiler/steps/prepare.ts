import type { Step } from "../../workflow/model.ts";
import { useProgram } from "./program.ts";

/** Fetches what the commands need: what fails for a moment is tried again, which tests never are. */
export const prepareSteps = (commands: readonly string[], timeoutMinutes: number): Step[] =>
  commands.length === 0
    ? []
    : [
        useProgram("run-with-retries", {
          name: "Fetch what is needed",
          timeoutMinutes,
          with: { commands: `${commands.map((command) => command.trimEnd()).join("\n")}\n` },
        }),
      ];
