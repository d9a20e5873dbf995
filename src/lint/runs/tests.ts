/** Whether a job tests something: by what its steps run, not by its name alone. */
import type { Job, Step } from "../../workflow/document/document.ts";
import { isAction } from "../../workflow/document/uses.ts";
import { scalarOf } from "../../workflow/yaml/node.ts";
import { commandsIn, type ShellCommand } from "../scripts.ts";
import { scriptsByStep } from "./lasting.ts";

const TESTING_ACTIONS = [
  "cypress-io/github-action",
  "grafana/k6-action",
  "grafana/run-k6-action",
  "treosh/lighthouse-ci-action",
];

/** The first step that tests. */
export const testingStep = (job: Job): Step | undefined => job.steps.find((step) => tests(step, job));

function tests(step: Step, job: Job): boolean {
  if (step.uses) {
    if (isAction(step.uses, ...TESTING_ACTIONS)) return true;
    // A retrying wrapper around a command.
    const command = scalarOf(step.with.get("command")?.value)?.value;
    return (
      isAction(step.uses, "nick-fields/retry", "nick-invision/retry") &&
      command !== undefined &&
      /\b(?:npm (?:run )?test|pytest|go test|make test|playwright test)\b/.test(command)
    );
  }
  const script = scriptsByStep(job).get(step);
  return script !== undefined && commandsIn(script).some(isTest);
}

const TEST_SCRIPT = /(?:^|[/_-])(?:tests?|e2e|integration|smoke|verify)(?:[/_.-]|$)/i;

/** Whether a command line runs tests. */
export function isTest({ name, args }: Pick<ShellCommand, "name" | "args">): boolean {
  if (name === undefined) return false;
  const words = args.filter((arg) => !arg.startsWith("-"));
  const [first = "", second = ""] = words;
  switch (name) {
    case "npx":
    case "pnpx":
    case "bunx":
      return (
        (first === "playwright" && second === "test") || /^(?:jest|vitest|cypress|mocha|ava|newman|wdio)$/.test(first)
      );
    case "npm":
    case "yarn":
    case "pnpm":
    case "bun":
      return (
        first === "test" ||
        first === "t" ||
        TEST_SCRIPT.test(first) ||
        ((first === "run" || first === "run-script" || first === "exec") &&
          (TEST_SCRIPT.test(second) || second === "playwright"))
      );
    case "go":
    case "cargo":
    case "dotnet":
    case "swift":
    case "mvn":
    case "./mvnw":
    case "gradle":
    case "./gradlew":
    case "bazel":
    case "make":
    case "just":
    case "task":
    case "deno":
    case "mix":
    case "rake":
    case "composer":
      return words.some((word) => /(?:^|[:_-])(?:test|tests|check|e2e|integration|verify)(?:[:_-]|$)/i.test(word));
    case "pytest":
    case "tox":
    case "nox":
    case "jest":
    case "vitest":
    case "ctest":
    case "phpunit":
    case "rspec":
    case "bats":
    case "k6":
    case "newman":
      return true;
    case "python":
    case "python3":
      return (
        (args.includes("-m") && /^(?:pytest|unittest)$/.test(first)) ||
        (first.endsWith("manage.py") && second === "test") ||
        TEST_SCRIPT.test(first)
      );
    case "docker":
      return (
        words.some((word) => word === "pytest" || word === "test") &&
        (first === "run" || (first === "compose" && /^(?:run|exec)$/.test(second)))
      );
    case "bash":
    case "sh":
      return TEST_SCRIPT.test(first);
    default:
      return name.includes("/") && TEST_SCRIPT.test(name);
  }
}
