/** Pipeline contract, "Every emitted workflow": each point, for each workflow of each system. See trust.test.ts and wiring.test.ts, too. */
import { describe, expect, it } from "vitest";
import { type ProgramName, programText } from "../../src/programs/programs.ts";
import { type EmittedJob, type EmittedStep, stringsIn } from "../support/read-workflows.ts";
import { type System, systems } from "../support/systems.ts";

const jobsOf = ({ workflows }: System): EmittedJob[] => workflows.flatMap((workflow) => workflow.jobs);
const stepsOf = (system: System): EmittedStep[] => jobsOf(system).flatMap((job) => job.steps);
const duplicates = (texts: readonly string[]): string[] => texts.filter((text, index) => texts.indexOf(text) !== index);

describe.each(systems)("in $name", (system) => {
  it("no workflow grants anything on top", () => {
    expect(system.workflows.filter((workflow) => JSON.stringify(workflow.permissions) !== "{}")).toEqual([]);
  });

  it("every action is pinned to a commit, with the version behind it", () => {
    const wrong = stepsOf(system).filter(
      (step) =>
        step.action !== undefined &&
        !(/^[0-9a-f]{40}$/.test(step.commit ?? "") && /^v?\d+(\.\d+)*\S*$/.test(step.version ?? "")),
    );
    expect(wrong.map((step) => step.where)).toEqual([]);
  });

  it("every job states how long it may run, at most six hours", () => {
    // GitHub accepts no limit on a job that calls a workflow: the jobs of that workflow have theirs.
    expect(
      jobsOf(system)
        .filter((job) => job.calls === undefined && !(Number(job.minutes) >= 1 && Number(job.minutes) <= 360))
        .map((job) => job.where),
    ).toEqual([]);
  });

  it("every step that talks to a network or runs tests states how long it may take, and not longer than its job", () => {
    const wrong = jobsOf(system).flatMap((job) =>
      job.steps.filter((step) => !(Number(step.minutes) >= 1 && Number(step.minutes) <= Number(job.minutes))),
    );
    expect(wrong.map((step) => `${step.where}: ${step.minutes}`)).toEqual([]);
  });

  it("every workflow has a concurrency group with the project in it, and no two groups can ever be the same", () => {
    const groups = system.workflows.flatMap((workflow) => [
      { where: workflow.file, group: workflow.concurrency.group },
      ...workflow.jobs.flatMap((job) => (job.concurrency ? [{ where: job.where, group: job.concurrency.group }] : [])),
    ]);
    expect(groups.filter(({ group }) => !group.includes(system.config.project))).toEqual([]);
    expect(system.workflows.filter((workflow) => workflow.concurrency["cancel-in-progress"] === undefined)).toEqual([]);
    // What an expression gives may hold anything that a branch is called, so groups must differ before their first one.
    const collisions = groups.flatMap((one, index) =>
      groups
        .slice(index + 1)
        .flatMap((other) =>
          canBeEqual(one.group, other.group) && !shareOneLock(one.where, other.where)
            ? [`${one.where} and ${other.where}: ${one.group} and ${other.group}`]
            : [],
        ),
    );
    expect(collisions).toEqual([]);
  });

  it("nothing that is kept or moved is ever cancelled: only runs of pull requests are", () => {
    const cancelling = system.workflows.filter((workflow) => workflow.concurrency["cancel-in-progress"] !== false);
    expect(
      cancelling.filter(
        (workflow) =>
          !/^\$\{\{ (github\.event_name|github\.event\.workflow_run\.event) == 'pull_request' \}\}$/.test(
            String(workflow.concurrency["cancel-in-progress"]),
          ),
      ),
    ).toEqual([]);
    expect(jobsOf(system).filter((job) => job.concurrency && job.concurrency["cancel-in-progress"] !== false)).toEqual(
      [],
    );
  });

  it("every script runs in bash as GitHub starts it by name, with pipefail", () => {
    expect(
      stepsOf(system)
        .filter((step) => step.run !== undefined && step.shell !== "bash")
        .map((step) => step.where),
    ).toEqual([]);
  });

  it("no script holds an expression", () => {
    expect(
      stepsOf(system)
        .filter((step) => step.run?.includes("${{"))
        .map((step) => step.where),
    ).toEqual([]);
  });

  it("every step and job has a name, and within its job or workflow its own id", () => {
    expect(
      [...jobsOf(system), ...stepsOf(system)].filter((one) => one.name.trim() === "").map((one) => one.where),
    ).toEqual([]);
    expect(
      jobsOf(system).flatMap((job) =>
        duplicates(job.steps.flatMap((step) => step.id ?? [])).map((id) => `${job.where}: ${id}`),
      ),
    ).toEqual([]);
    // Two checks of one name on a commit cannot be told apart by a branch rule.
    expect(
      system.workflows.flatMap((workflow) =>
        duplicates(workflow.jobs.map((job) => job.name)).map((name) => `${workflow.file}: ${name}`),
      ),
    ).toEqual([]);
  });

  it("the log is in groups, and every job of Pipewright's own programs that decides something writes a summary", () => {
    const groups: readonly string[] = [
      "cleanup",
      "export-image",
      "metrics",
      "plan-build",
      "prepare-build",
      "promote",
      "publish-image",
      "resolve-image",
      "write-record",
    ];
    const programs = new Set(stepsOf(system).flatMap(({ program }) => program ?? []));
    for (const program of programs)
      if (groups.includes(program))
        expect(programText(program), program).toMatch(/^\s*(group |(await )?\w*[gG]roup\()/m);
    const programsOf = (job: EmittedJob): ProgramName[] => [
      ...job.steps.flatMap(({ program }) => program ?? []),
      ...system.workflows.flatMap((workflow) =>
        job.calls?.path === `./${workflow.path}` ? workflow.jobs.flatMap(programsOf) : [],
      ),
    ];
    const silent = system.workflows.filter((workflow) => {
      const used = workflow.jobs.flatMap(programsOf);
      const decides = used.some((program) => [...groups, "judge-run", "report-status"].includes(program));
      return decides && !used.some((program) => /\b(summary|addSummary)\b/.test(programText(program)));
    });
    // The check runs nothing but the config's own command; of a called workflow the gate of its caller says how it went.
    const called = jobsOf(system).flatMap((job) => job.calls?.path ?? []);
    expect(
      silent
        .filter(
          (workflow) =>
            workflow.name !== system.pipeline.workflows.check?.name && !called.includes(`./${workflow.path}`),
        )
        .map((workflow) => workflow.file),
    ).toEqual([]);
    // What follows the build reads its record; who calls a build and tests it in the same run has a gate.
    const gated = system.pipeline.topology === "workflow_call" && system.pipeline.consumers.length > 0;
    for (const job of jobsOf(system).filter((one) => gated && one.calls))
      expect(
        jobsOf(system).some(
          (gate) =>
            gate.needs.includes(job.id) &&
            gate.steps.some((step) => ["judge-run", "read-verdicts"].includes(step.program ?? "")),
        ),
        job.where,
      ).toBe(true);
  });

  it("every artifact says how long it is kept, between one day and ninety", () => {
    const uploads = stepsOf(system).filter((step) => step.action === "actions/upload-artifact");
    expect(
      uploads
        .filter((step) => !(Number(step.with["retention-days"]) >= 1 && Number(step.with["retention-days"]) <= 90))
        .map((step) => step.where),
    ).toEqual([]);
  });

  it("no build leaves a record that nobody asked for, kept as long as an artifact can be", () => {
    const builds = jobsOf(system).flatMap((job) =>
      job.steps
        .filter((step) => step.action === "docker/build-push-action")
        .map((step) => ({ where: step.where, env: { ...job.env, ...step.env } })),
    );
    expect(
      builds.filter(({ env }) => String(env["DOCKER_BUILD_RECORD_UPLOAD"]) !== "false").map(({ where }) => where),
    ).toEqual([]);
  });

  it("artifact names are unique within a run, also where a matrix runs a job several times", () => {
    for (const workflow of system.workflows) {
      const uploads = workflow.jobs.flatMap((job) =>
        job.steps
          .filter((step) => step.action === "actions/upload-artifact")
          .map((step) => ({ job, step, name: String(step.with["name"]) })),
      );
      // A build for one platform does in its own job what else the job after it does.
      const isAlone = ({ step }: (typeof uploads)[number]): boolean => /\.alone == 'true'/.test(step.if ?? "");
      const behind = workflow.jobs.filter((job) => /\.alone != 'true'/.test(job.if ?? ""));
      const names = uploads
        .filter(
          (upload) =>
            !isAlone(upload) || !uploads.some(({ job, name }) => name === upload.name && behind.includes(job)),
        )
        .map(({ name }) => name);
      expect(duplicates(names), workflow.file).toEqual([]);
      for (const { job, step, name } of uploads) {
        if (job.matrix === undefined) continue;
        // Only the first job of the matrix saves the image.
        if (/\bsteps\.image\.outputs\.saved?\b/.test(step.if ?? "") || isAlone({ job, step, name })) continue;
        const matrix = job.matrix as Record<string, unknown>;
        const keys = Object.keys(matrix);
        const missing = name.includes("${{ strategy.job-index }}")
          ? []
          : keys.filter((key) => !name.includes(`\${{ matrix.${key} }}`));
        expect(missing, `${step.where}: ${name}`).toEqual([]);
        // upload-artifact refuses these characters.
        for (const key of keys.filter((one) => name.includes(`matrix.${one}`)))
          expect(
            stringsIn(matrix[key]).filter((value) => /["<>|*?:\r\n\\/]/.test(value)),
            step.where,
          ).toEqual([]);
      }
    }
  });

  it("no trigger is `pull_request_target`, and no required workflow is filtered by paths", () => {
    expect(
      system.workflows.filter(
        (workflow) => "pull_request_target" in workflow.on || /"paths(-ignore)?":/.test(JSON.stringify(workflow.on)),
      ),
    ).toEqual([]);
  });
});

/** Two texts with expressions in them, which may stand for anything, are kept apart by what stands before the first. */
function canBeEqual(one: string, other: string): boolean {
  const [first = "", second = ""] = [one, other].map((text) => text.split("${{")[0]?.toLowerCase());
  const exact = [one, other].map((text) => !text.includes("${{"));
  if (exact[0] && exact[1]) return first === second;
  if (exact[0]) return first.startsWith(second);
  if (exact[1]) return second.startsWith(first);
  return first.startsWith(second) || second.startsWith(first);
}

/** The lock of an image and commit is one on purpose: whichever workflow builds it. */
const shareOneLock = (one: string, other: string): boolean =>
  one.split(" > ").length === 2 && one.split(" > ")[1] === other.split(" > ")[1];
