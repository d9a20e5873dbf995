import type { Scalar, Step } from "../../workflow/model.ts";
import { type ProgramName, programText } from "../programs.ts";

export interface ProgramStep {
  name: string;
  id?: string;
  if?: string | undefined;
  env?: Record<string, Scalar>;
  timeoutMinutes?: number;
  continueOnError?: boolean;
}

const TIMEOUT_MINUTES = 5;

/** A step that runs a program of `templates/`, which takes all it needs from its environment. */
export function runProgram(program: ProgramName, step: ProgramStep): Step {
  return runScript(step, scriptOf(program));
}

const scripts = new Map<ProgramName, string>();

/** What a step runs for a program of `templates/`. Made once: by its text, a program is known again. */
export function scriptOf(program: ProgramName): string {
  const text = scripts.get(program) ?? (program.endsWith(".mjs") ? nodeScript(program) : programText(program));
  scripts.set(program, text);
  return text;
}

/** A step that runs a script of the user, or one line that is not worth a file. */
export function runScript(step: ProgramStep, run: string): Step {
  return {
    name: step.name,
    ...(step.id && { id: step.id }),
    ...(step.if && { if: step.if }),
    ...(step.continueOnError && { "continue-on-error": true }),
    "timeout-minutes": step.timeoutMinutes ?? TIMEOUT_MINUTES,
    shell: "bash",
    ...(step.env && Object.keys(step.env).length > 0 && { env: step.env }),
    run,
  };
}

/** A quoted heredoc expands nothing, so the program reaches Node as it stands in its file. */
function nodeScript(program: ProgramName): string {
  return [
    `cat > "$RUNNER_TEMP/${program}" <<'END_OF_PROGRAM'`,
    programText(program).trimEnd(),
    "END_OF_PROGRAM",
    `node "$RUNNER_TEMP/${program}"`,
    "",
  ].join("\n");
}
