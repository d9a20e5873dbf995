import { type ProgramInputs, type ProgramName, PROGRAMS_FOLDER } from "../../programs/programs.ts";
import type { Scalar, Step } from "../../workflow/model.ts";
import { printsPlain } from "../../workflow/print.ts";

/** What every step has, whatever it runs. */
export interface StepHead {
  name: string;
  id?: string | undefined;
  if?: string | undefined;
  timeoutMinutes?: number;
  /** Or an expression for it. */
  continueOnError?: boolean | string;
}

const TIMEOUT_MINUTES = 5;

/** `$/` is the repository that holds the workflow file, at that file's commit (GitHub's changelog, July 2026). */
export const SELF = `$/${PROGRAMS_FOLDER}/`;

/** What a program takes. Which of several pipelines it is for, `placePrograms` adds by itself. */
type InputsOf<Name extends ProgramName> = Omit<
  { [Input in keyof ProgramInputs[Name]]: ProgramInputs[Name][Input] | undefined },
  "pipeline"
>;

/**
 * A step that runs a program of `templates/`. An input whose value is undefined is left out; `env` is for what the commands
 * of the config read, and for what the command line of a service takes.
 */
export function useProgram<Name extends ProgramName>(
  program: Name,
  step: StepHead & { with?: InputsOf<Name>; env?: Record<string, Scalar> },
): Step {
  const given = Object.entries<unknown>(step.with ?? {});
  const inputs = given.filter((entry): entry is [string, Scalar] => entry[1] !== undefined);
  return {
    ...headOf(step),
    uses: `${SELF}${program}`,
    ...(inputs.length > 0 && { with: Object.fromEntries(inputs) }),
    ...(step.env && Object.keys(step.env).length > 0 && { env: step.env }),
  };
}

/** The program that a step uses, in whichever way. */
export function programOf({ uses }: Pick<Step, "uses">): ProgramName | undefined {
  return typeof uses === "string" && uses.startsWith(SELF) ? (uses.slice(SELF.length) as ProgramName) : undefined;
}

/** A step that runs a script of the user, or one line that is not worth a file. */
export function runScript(step: StepHead & { env?: Record<string, Scalar> }, run: string): Step {
  return {
    ...headOf(step),
    shell: "bash",
    ...(step.env && Object.keys(step.env).length > 0 && { env: step.env }),
    run: asWritten(run),
  };
}

/** One command stands on the line of its key, where it needs no quotes there. */
function asWritten(script: string): string {
  const command = script.trim();
  return printsPlain(command) ? command : `${script.trimEnd()}\n`;
}

const headOf = (step: StepHead): Pick<Step, "name" | "id" | "if" | "continue-on-error" | "timeout-minutes"> => ({
  name: step.name,
  ...(step.id && { id: step.id }),
  ...(step.if && { if: step.if }),
  ...(step.continueOnError && { "continue-on-error": step.continueOnError }),
  "timeout-minutes": step.timeoutMinutes ?? TIMEOUT_MINUTES,
});
