/**
 * A pull request's own change of `.github/pipewright` never runs with more rights than its change of the workflow file
 * would: wherever a program runs, it is the one of the very commit that the workflow file is of.
 *
 * GitHub takes `$/` from the repository and the commit of the workflow file (its changelog, July 2026), and
 * `github.workflow_sha` is that commit. A change of a pull request's programs is thus used where a change of its workflow
 * file is used: in runs of `pull_request`, with what GitHub gives those. What `workflow_run`, `schedule` and a push to main
 * start runs the programs of the default branch, also where it checks out and tests a pull request's code.
 */
import { describe, expect, it } from "vitest";
import type { Pipeline } from "../../src/pipeline/types.ts";
import { programFile, programNames, programPath, PROGRAMS_FOLDER } from "../../src/programs/programs.ts";
import { type EmittedWorkflow, readWorkflows, stringsIn } from "../support/read-workflows.ts";
import { type System, systems } from "../support/systems.ts";

type Mode = Pipeline["programs"];

/** What the checks look at of a job: its steps as plain data. */
interface PlainStep {
  readonly name: string;
  readonly uses?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly run?: string;
}

const CHECKED_OUT = ".git/pipewright";
const PLACE: Readonly<Record<Mode, string>> = {
  self: `$/${PROGRAMS_FOLDER}/`,
  checkout: `./${CHECKED_OUT}/${PROGRAMS_FOLDER}/`,
};
/** What any reference to the programs holds, wherever it stands. */
const NAMES_PROGRAMS = /\.github\/pipewright|\.git\/pipewright/;

const known: ReadonlySet<string> = new Set(programNames());

const isCheckout = (step: PlainStep): boolean => step.uses?.startsWith("actions/checkout@") === true;
const isTake = (step: PlainStep): boolean => isCheckout(step) && step.with?.["path"] === CHECKED_OUT;
const isProgram = (mode: Mode, step: PlainStep): boolean =>
  step.uses?.startsWith(PLACE[mode]) === true && known.has(step.uses.slice(PLACE[mode].length));

/** Whether what a step puts into the workspace can be a program: the whole of it, or something below `.git`. */
function canOverwrite(step: PlainStep): boolean {
  if (!/^actions\/(?:download-artifact|cache)/.test(step.uses ?? "")) return false;
  const paths = String(step.with?.["path"] ?? "")
    .trimEnd()
    .split("\n");
  return paths
    .map((path) => path.trim().replace(/^(?:\.\/)+/, ""))
    .some((path) => /^(?:$|[.*/]*$|\.git\b|\.\.|\*)/.test(path));
}

/** What lets a program of another commit than the workflow file's run in this job. */
function wrongsIn(mode: Mode, steps: readonly PlainStep[]): string[] {
  const wrongs: string[] = [];
  const wrong = (step: PlainStep | undefined, text: string): void =>
    void wrongs.push(`${step?.name ?? "job"}: ${text}`);
  const takes = steps.filter(isTake);
  const takenAt = steps.findIndex(isTake);
  const uses = steps.some((step) => isProgram(mode, step));

  for (const step of steps) {
    const { uses: used, ...rest } = step;
    if (used !== undefined && /^(?:\.|\$)\//.test(used) && !isProgram(mode, step))
      wrong(step, `takes an action from ${used}, which is not where this job's programs are`);
    // A script that runs them, an artifact that overwrites them, a checkout that replaces them.
    if (!isTake(step) && stringsIn(rest).some((text) => NAMES_PROGRAMS.test(text)))
      wrong(step, "names the programs' folder beside `uses`");
  }
  if (mode === "self") {
    if (takes.length > 0) wrong(takes[0], "takes the programs by a checkout, and nothing needs them there");
    return wrongs;
  }

  if (takes.length !== (uses ? 1 : 0)) wrong(undefined, `takes the programs ${takes.length} times`);
  for (const take of takes) {
    if (take.with?.["ref"] !== "${{ github.workflow_sha }}") wrong(take, "takes them from another commit");
    if ("repository" in (take.with ?? {})) wrong(take, "takes them from another repository");
    if (take.if !== undefined) wrong(take, "takes them only at times");
    if (take.with?.["persist-credentials"] !== false) wrong(take, "leaves its token behind");
  }
  if (!uses) return wrongs;
  for (const step of steps.slice(0, takenAt)) if (!isCheckout(step)) wrong(step, "runs before the programs are taken");
  for (const step of steps.slice(0, takenAt))
    if (step.if !== undefined)
      wrong(step, "empties the workspace at times, and what is not done before cannot be trusted");
  for (const step of steps.slice(takenAt + 1)) {
    if (isCheckout(step)) wrong(step, "checks something out over the programs");
    if (canOverwrite(step)) wrong(step, "writes into the folder that holds the programs");
  }
  return wrongs;
}

/** A step, or a secret, that only a commit of the repository's own has: whoever can push one can do the same himself. */
const FOR_OWN_COMMITS = "needs.resolve.outputs.trusted == 'true'";

/**
 * Which programs are given a token that the code under test could take from them, be it a fork's: on the same machine it
 * can change them wherever they lie. Those that run after it, and those that do something when the job ends.
 */
function programsInReach(mode: Mode, steps: readonly PlainStep[]): string[] {
  const holds = (step: PlainStep): boolean =>
    step.if?.includes(FOR_OWN_COMMITS) !== true &&
    stringsIn([step.with ?? {}, step.env ?? {}]).some(
      (text) => /secrets\.|github\.token/.test(text) && !text.includes(FOR_OWN_COMMITS),
    );
  const codeAt = steps.findIndex(({ run }) => run !== undefined);
  if (codeAt === -1 || !steps.some((step) => isCheckout(step) && !isTake(step))) return [];
  return steps
    .filter((step, index) => isProgram(mode, step) && holds(step) && (index > codeAt || endsLater(mode, step)))
    .map(({ name }) => name);
}

const endsLater = (mode: Mode, { uses = "" }: PlainStep): boolean =>
  /^ +post:/m.test(programFile(`${uses.slice(PLACE[mode].length)}/action.yml`));

const stepsOf = (raw: unknown): readonly PlainStep[] => (raw as { steps?: readonly PlainStep[] }).steps ?? [];

/** Each job with steps. */
const jobsOf = (workflows: readonly EmittedWorkflow[]) =>
  workflows.flatMap(({ jobs }) =>
    jobs.filter(({ calls }) => !calls).map(({ where, raw }) => ({ where, steps: stepsOf(raw) })),
  );

const workflowsIn = (system: System, mode: Mode): readonly EmittedWorkflow[] =>
  system.pipeline.programs === mode ? system.workflows : readWorkflows({ ...system.pipeline, programs: mode });

describe.each(systems)("in $name", (system) => {
  it.each(["self", "checkout"] as const)("every program is of the workflow file's commit: %s", (mode) => {
    const jobs = jobsOf(workflowsIn(system, mode));
    const found = jobs.flatMap(({ where, steps }) => wrongsIn(mode, steps).map((text) => `${where} > ${text}`));
    expect(found).toEqual([]);
    expect(jobs.some(({ steps }) => steps.some((step) => isProgram(mode, step)))).toBe(true);
  });

  it.each(["self", "checkout"] as const)(
    "what tests a pull request's code with the default branch's rights gives no token to programs in its reach: %s",
    (mode) => {
      const followers = workflowsIn(system, mode).filter(({ follows }) => follows !== undefined);
      const found = jobsOf(followers).flatMap(({ where, steps }) =>
        programsInReach(mode, steps).map((name) => `${where} > ${name}`),
      );
      expect(found).toEqual([]);
    },
  );

  it("no event gives a pull request's files the rights of the default branch", () => {
    for (const { file, on } of system.workflows) expect(Object.keys(on), file).not.toContain("pull_request_target");
  });

  it("called workflows are files of the same commit", () => {
    const calls = system.workflows.flatMap(({ jobs }) => jobs.flatMap(({ calls: called }) => called?.path ?? []));
    const paths = new Set(system.workflows.map(({ path }) => path));
    expect(calls.filter((path) => !/^(?:\.|\$)\//.test(path) || !paths.has(path.slice(2)))).toEqual([]);
  });
});

describe("what a program runs", () => {
  it.each(programNames())("%s is the file beside its action, wherever that lies", (name) => {
    const action = programFile(`${name}/action.yml`);
    const file = programPath(name).split("/").at(-1) ?? "";
    const own = file.endsWith(".mjs")
      ? new RegExp(`^  using: node24\\n  main: ${file.replaceAll(".", "\\.")}$`, "m")
      : new RegExp(`^ +run: bash "\\$GITHUB_ACTION_PATH/${file.replaceAll(".", "\\.")}"$`, "m");
    expect(action).toMatch(own);
    // What is done when the job ends is done by the same file.
    expect(action.match(/^ +(?:run|main|pre|post): (?!.*\b[\w-]+\.(?:sh|mjs)"?$)/gm)).toBeNull();
    expect(new Set(action.match(/[\w-]+\.(?:sh|mjs)\b/g))).toEqual(new Set([file]));
    expect(action).not.toMatch(/^ +(?:- )?uses:/m);
  });

  it("no program reads what it runs, or the plan, from the workspace", () => {
    const found = programNames().filter((name) => NAMES_PROGRAMS.test(programFile(programPath(name))));
    expect(found).toEqual([]);
  });
});

describe("the check sees", () => {
  const code: PlainStep = { name: "Check out the code", uses: "actions/checkout@1", with: { ref: "x" } };
  const take: PlainStep = {
    name: "Take",
    uses: "actions/checkout@1",
    with: { ref: "${{ github.workflow_sha }}", path: CHECKED_OUT, "persist-credentials": false },
  };
  const program: PlainStep = { name: "Pull", uses: `${PLACE.checkout}take-image` };
  const script = (run: string): PlainStep => ({ name: "Run", run });

  it("nothing in a job that is right", () => {
    expect(wrongsIn("checkout", [code, take, script("make test"), program])).toEqual([]);
    expect(wrongsIn("checkout", [code, script("make test")])).toEqual([]);
    expect(wrongsIn("self", [code, { name: "Pull", uses: `${PLACE.self}take-image` }])).toEqual([]);
  });

  it("a token within the reach of the code under test", () => {
    const token = { "gh-token": "${{ github.token }}" };
    const pull: PlainStep = { ...program, with: token };
    const logIn: PlainStep = { name: "Log in", uses: `${PLACE.checkout}log-in`, with: token };
    expect(programsInReach("checkout", [code, take, pull, script("make test")])).toEqual([]);
    expect(programsInReach("checkout", [code, take, script("make test"), pull])).toEqual(["Pull"]);
    expect(programsInReach("checkout", [code, take, logIn, script("make test")])).toEqual(["Log in"]);
    expect(programsInReach("checkout", [take, script("echo"), pull])).toEqual([]);
    expect(programsInReach("checkout", [code, take, { ...logIn, if: FOR_OWN_COMMITS }, script("make test")])).toEqual(
      [],
    );
  });

  it.each<[string, Mode, PlainStep[]]>([
    ["a program of the code's checkout", "self", [code, { name: "Pull", uses: `./${PROGRAMS_FOLDER}/take-image` }]],
    [
      "the same beside a checkout of programs",
      "checkout",
      [code, take, { ...program, uses: `./${PROGRAMS_FOLDER}/take-image` }],
    ],
    ["a program that there is not", "self", [{ name: "Pull", uses: `${PLACE.self}../../evil` }]],
    ["a script that runs one", "self", [code, script(`bash ${PROGRAMS_FOLDER}/take-image/take-image.sh`)]],
    ["programs that nobody has taken", "checkout", [code, program]],
    [
      "programs of the pull request's commit",
      "checkout",
      [code, { ...take, with: { ...take.with, ref: "${{ github.event.pull_request.head.sha }}" } }, program],
    ],
    [
      "programs of another repository",
      "checkout",
      [code, { ...take, with: { ...take.with, repository: "a/b" } }, program],
    ],
    ["programs that are taken at times", "checkout", [code, { ...take, if: "always()" }, program]],
    ["programs that are taken twice", "checkout", [code, take, take, program]],
    ["code that runs before", "checkout", [code, script("make"), take, program]],
    ["a checkout over them", "checkout", [take, code, program]],
    [
      "an artifact over them",
      "checkout",
      [code, take, { name: "Take", uses: "actions/download-artifact@1", with: { path: "." } }, program],
    ],
    [
      "a cache over them",
      "checkout",
      [code, take, { name: "Restore", uses: "actions/cache/restore@1", with: { path: "bin\n.git" } }, program],
    ],
  ])("%s", (_, mode, steps) => {
    expect(wrongsIn(mode, steps)).not.toEqual([]);
  });
});
