/** Pushing what a builder holds, in attempts. */
import type { Pipeline } from "../../../pipeline/types.ts";
import type { Step } from "../../../workflow/model.ts";
import { expression } from "../../expressions.ts";
import type { ActionStep } from "../../steps/action.ts";
import { runScript } from "../../steps/program.ts";
import { renewLogin } from "../../steps/registry.ts";

const PUSH_ATTEMPTS = 3;
const PUSH_DELAY_SECONDS = 15;
const attempts = Array.from({ length: PUSH_ATTEMPTS }, (_, index) => index + 1);

/** What became of the attempts, for the program that judges them. */
export const outcomesOfPush = attempts.map((attempt) => expression(`steps.push-${attempt}.outcome`)).join(" ");

/** What an attempt's step gave out, of the one that succeeded. */
export const outputOfPush = (output: string): string =>
  attempts.map((attempt) => `steps.push-${attempt}.outputs.${output}`).join(" || ");

/**
 * The builder holds every layer by now, so an attempt only pushes: what a flaky registry costs is a push, never a build
 * or a test inside the Dockerfile.
 */
export const pushAttempts = (
  pipeline: Pipeline,
  condition: string,
  push: (step: Omit<ActionStep, "with">) => Step,
): Step[] =>
  attempts.flatMap((attempt) => {
    const after = attempt === 1 ? condition : `steps.push-${attempt - 1}.outcome == 'failure'`;
    const wait = runScript(
      {
        name: `Wait before attempt ${attempt}`,
        if: after,
        env: { SECONDS_TO_WAIT: PUSH_DELAY_SECONDS * (attempt - 1) },
      },
      'sleep "$SECONDS_TO_WAIT"\n',
    );
    return [
      ...(attempt > 1 ? [wait] : []),
      ...renewLogin(pipeline, after),
      push({
        name: `Push (attempt ${attempt})`,
        id: `push-${attempt}`,
        if: after,
        continueOnError: true,
        timeoutMinutes: 15,
      }),
    ];
  });
