/**
 * `sharedSteps: "composite"`: each program stands once, in a composite action of the repository, and the workflows use it.
 * A pass over compiled workflows that knows no system and no kind of workflow.
 *
 * `$/` is the repository that holds the workflow file, at that file's commit, without a checkout (GitHub's changelog, July
 * 2026): what such a step runs is trusted as much as the workflow is. `./` would run what was checked out.
 */
import type { Job, Scalar, Step, Workflow, YamlMapping } from "../workflow/model.ts";
import { type Commented, callsWorkflow, isCommented, withComment } from "../workflow/model.ts";
import { expression } from "./expressions.ts";
import { readProgramComment } from "./program-comment.ts";
import { type ProgramName, programNames, programText, readBy } from "./programs.ts";
import { scriptOf } from "./steps/program.ts";

export interface WorkflowFile {
  path: string;
  workflow: Workflow;
}

export interface ActionFile {
  path: string;
  action: YamlMapping;
}

/** Where composite actions of a repository lie. */
export const ACTIONS = ".github/actions";

/** The id of the one step in each action. */
const STEP = "run";

/** What the workflows do with one program. */
interface Use {
  program: ProgramName;
  /** The variables that each step passes. */
  passed: (readonly string[])[];
  /** The outputs that are read. */
  outputs: Set<string>;
}

export function shareSteps(files: readonly WorkflowFile[]): { workflows: WorkflowFile[]; actions: ActionFile[] } {
  const programs = new Map(programNames().map((name) => [scriptOf(name), name]));
  const uses = new Map<ProgramName, Use>();
  const shared = (job: Job, step: Step): Step => {
    const program = step.run === undefined ? undefined : programs.get(step.run);
    if (program === undefined) return step;
    const { run: _run, shell: _shell, env = {}, ...rest } = step;
    const inputs = readBy(program, env);
    const use = uses.get(program) ?? { program, passed: [], outputs: new Set() };
    uses.set(program, use);
    use.passed.push(Object.keys(inputs));
    if (step.id !== undefined) for (const output of outputsRead(job, step.id)) use.outputs.add(output);
    const others = Object.fromEntries(Object.entries(env).filter(([name]) => !(name in inputs)));
    return {
      ...rest,
      uses: asUsed(program),
      ...(Object.keys(inputs).length > 0 && {
        with: Object.fromEntries(Object.entries(inputs).map(([name, value]) => [inputName(name), value])),
      }),
      // What the config's own commands read is no input of the program.
      ...(Object.keys(others).length > 0 && { env: others }),
    };
  };
  const workflows = files.map(({ path, workflow }) => ({
    path,
    workflow: {
      ...workflow,
      jobs: Object.fromEntries(
        Object.entries(workflow.jobs).map(([id, job]) => [
          id,
          callsWorkflow(job) ? job : { ...job, steps: job.steps.map((step) => shared(job, step)) },
        ]),
      ),
    },
  }));
  const actions = [...uses.values()].map((use) => ({
    path: `${ACTIONS}/${folderOf(use.program)}/action.yml`,
    action: actionOf(use),
  }));
  return { workflows, actions: actions.sort((left, right) => (left.path < right.path ? -1 : 1)) };
}

const folderOf = (program: ProgramName): string => program.replace(/\.\w+$/, "");
const asUsed = (program: ProgramName): Commented =>
  withComment(`$/${ACTIONS}/${folderOf(program)}`, "of this workflow's own commit");

/** Inputs are written in lower case with dashes: `GH_TOKEN` becomes `gh-token`. */
const inputName = (variable: string): string => variable.toLowerCase().replaceAll("_", "-");

/** The outputs of a step that its job reads anywhere. */
function outputsRead(job: Job, id: string): string[] {
  const text = JSON.stringify(job, (_key, value: unknown) => (isCommented(value) ? value.value : value));
  return [...text.matchAll(new RegExp(`\\bsteps\\.${id}\\.outputs\\.([\\w-]+)`, "g"))].flatMap(
    ([, output]) => output ?? [],
  );
}

function actionOf({ program, passed, outputs }: Use): YamlMapping {
  const { purpose, of: told } = readProgramComment(programText(program));
  const variables = [...new Set(passed.flat())].sort();
  const always = variables.filter((name) => passed.every((names) => names.includes(name)));
  const sometimes = variables.filter((name) => !always.includes(name));
  const input = (name: string): [string, YamlMapping] => [
    inputName(name),
    {
      description: told(name) ?? `${name} of the program`,
      required: always.includes(name),
      ...(!always.includes(name) && { default: "" }),
    },
  ];
  // What a step does not pass may still stand in the environment of its workflow.
  const environment: Record<string, Scalar> = Object.fromEntries(
    variables.map((name) => [
      name,
      expression(always.includes(name) ? `inputs.${inputName(name)}` : `inputs.${inputName(name)} || env.${name}`),
    ]),
  );
  const outputEntries = [...outputs]
    .sort()
    .map((name): [string, YamlMapping] => [
      name,
      { description: `${name} of the program`, value: expression(`steps.${STEP}.outputs.${name}`) },
    ]);
  return {
    name: folderOf(program),
    description: purpose,
    ...(variables.length > 0 && { inputs: Object.fromEntries(variables.map(input)) }),
    ...(outputEntries.length > 0 && { outputs: Object.fromEntries(outputEntries) }),
    runs: {
      using: "composite",
      steps: [
        {
          name: "Run the program",
          id: STEP,
          shell: "bash",
          ...(variables.length > 0 && { env: environment }),
          run: `${unsetEmpty(program, sometimes)}${scriptOf(program)}`,
        },
      ],
    },
  };
}

/** An input that was not given is empty in an action, and would not be there at all in a workflow. To bash that is the same. */
const unsetEmpty = (program: ProgramName, names: readonly string[]): string =>
  program.endsWith(".mjs") && names.length > 0
    ? `for name in ${names.join(" ")}; do\n  if [[ -z "\${!name}" ]]; then unset "$name"; fi\ndone\n`
    : "";
