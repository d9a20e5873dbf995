/** Pipeline contract, "Every emitted workflow": whatever one part of a file names, another part has. */
import { describe, expect, it } from "vitest";
import { knownAction } from "../../src/actions/catalogue.ts";
import { readProgram } from "../support/read-programs.ts";
import {
  ancestorsOf,
  type EmittedJob,
  type EmittedStep,
  type EmittedWorkflow,
  expressionsIn,
  expressionsOf,
  STATUS_FUNCTION,
  withoutStrings,
} from "../support/read-workflows.ts";
import { type System, systems } from "../support/systems.ts";

const jobsOf = ({ workflows }: System): EmittedJob[] => workflows.flatMap((workflow) => workflow.jobs);
const stepsOf = (system: System): EmittedStep[] => jobsOf(system).flatMap((job) => job.steps);
const duplicates = (texts: readonly string[]): string[] => texts.filter((text, index) => texts.indexOf(text) !== index);

describe.each(systems)("in $name", (system) => {
  it("every action exists in the catalogue, gets inputs that it has, and all that it requires", () => {
    const wrong = stepsOf(system).flatMap((step) => {
      if (step.action === undefined) return [];
      const known = knownAction(step.action);
      if (!known) return [`${step.where}: ${step.action} is not in the catalogue`];
      const unknown = Object.keys(step.with).filter((input) => !Object.hasOwn(known.inputs, input));
      const deprecated = Object.keys(step.with).filter((input) => known.inputs[input]?.includes("deprecated"));
      const missing = Object.keys(known.inputs).filter(
        (input) => known.inputs[input] === "required" && (step.with[input] ?? "") === "",
      );
      return [...unknown, ...deprecated, ...missing].map((input) => `${step.where}: ${input}`);
    });
    expect(wrong).toEqual([]);
  });

  it("what is downloaded from the same run is uploaded by a job before; what comes from another run has its id and a token", () => {
    const uploadsOf = (job: EmittedJob, as: string): { job: string; name: unknown }[] =>
      job.steps
        .filter((step) => step.action === "actions/upload-artifact")
        .map((step) => ({ job: as, name: step.with["name"] }));
    const calledBy = (job: EmittedJob): readonly EmittedJob[] =>
      system.workflows.find(({ path }) => job.calls?.path === `./${path}`)?.jobs ?? [];
    // What a called workflow uploads is there once the call has ended.
    const uploaded = new Map(
      system.workflows.map((workflow) => [
        workflow,
        workflow.jobs.flatMap((job) => [
          ...uploadsOf(job, job.id),
          ...calledBy(job).flatMap((called) => uploadsOf(called, job.id)),
        ]),
      ]),
    );
    for (const workflow of system.workflows) {
      for (const job of workflow.jobs) {
        for (const step of job.steps.filter((one) => one.action === "actions/download-artifact")) {
          if (step.with["run-id"] !== undefined) {
            expect(step.with["github-token"], step.where).toBe("${{ github.token }}");
            expect(
              [...uploaded.values()].flat().map(({ name }) => name),
              step.where,
            ).toContain(step.with["name"]);
            continue;
          }
          // The jobs of a called workflow are jobs of the run that calls it, behind those that its call waits for.
          const found = placesOf(system, workflow, job).map(({ workflow: run, job: from }) => {
            const before = ancestorsOf(run, from).map((one) => one.id);
            return (uploaded.get(run) ?? []).some(
              (upload) => before.includes(upload.job) && upload.name === step.with["name"],
            );
          });
          // Images of the night and of releases are in the registry alone, so what is there to fall back on may be missing.
          expect(
            step.continueOnError ? found.includes(true) : found.every(Boolean),
            `${step.where}: ${String(step.with["name"])}`,
          ).toBe(true);
        }
      }
    }
  });

  it("`needs` names jobs that exist, and only those are asked for results and outputs that they declare", () => {
    for (const workflow of system.workflows) {
      for (const job of workflow.jobs) {
        expect(
          job.needs.filter((need) => !workflow.jobs.some((other) => other.id === need)),
          job.where,
        ).toEqual([]);
        expect(duplicates(job.needs), job.where).toEqual([]);
        for (const expression of expressionsOf(job).map(withoutStrings)) {
          for (const [, need = "", kind, output = ""] of expression.matchAll(
            /\bneeds\.([\w-]+)\.(outputs|result)(?:\.([\w-]+))?/g,
          )) {
            expect(job.needs, `${job.where}: ${expression}`).toContain(need);
            const outputs = workflow.jobs.find((other) => other.id === need)?.outputs ?? {};
            if (kind === "outputs") expect(Object.keys(outputs), `${job.where}: ${expression}`).toContain(output);
          }
        }
      }
    }
  });

  it("every output of a step is read after that step, and really written by it", () => {
    for (const job of jobsOf(system)) {
      const check = (expression: string, before: readonly EmittedStep[], where: string): void => {
        for (const [, id = "", kind, output = ""] of withoutStrings(expression).matchAll(
          /\bsteps\.([\w-]+)\.(outputs|outcome|conclusion)(?:\.([\w-]+))?/g,
        )) {
          const step = before.find((one) => one.id === id);
          expect(step, `${where} asks for ${id}`).toBeDefined();
          if (kind !== "outputs" || !step) continue;
          const written = step.program
            ? readProgram(step.program).hasOutput(output)
            : (knownAction(step.action ?? "")?.outputs ?? []).includes(output);
          expect(written, `${where} asks for steps.${id}.outputs.${output}`).toBe(true);
        }
      };
      job.steps.forEach((step, index) => {
        for (const expression of [...expressionsIn([step.env, step.with]), step.if ?? ""])
          check(expression, job.steps.slice(0, index), step.where);
      });
      for (const expression of expressionsIn(job.outputs)) check(expression, job.steps, job.where);
    }
  });

  it("a called workflow gets every input and secret that it declares, and no other; both are used there", () => {
    for (const job of jobsOf(system)) {
      const { calls } = job;
      if (!calls) continue;
      const called = system.workflows.find((workflow) => `./${workflow.path}` === calls.path);
      const declared = called?.on.workflow_call;
      expect(Object.keys(calls.with), job.where).toEqual(Object.keys(declared?.inputs ?? {}));
      expect(Object.keys(calls.secrets), job.where).toEqual(Object.keys(declared?.secrets ?? {}));
      const read = [called?.concurrency.group ?? "", ...(called?.jobs ?? []).flatMap((one) => expressionsOf(one))].join(
        "\n",
      );
      for (const name of Object.keys(calls.with)) expect(read, `${job.where}: ${name}`).toContain(`inputs.${name}`);
      for (const name of Object.keys(calls.secrets)) expect(read, `${job.where}: ${name}`).toContain(`secrets.${name}`);
    }
  });

  it("every output of a job is read by another", () => {
    for (const workflow of system.workflows) {
      const handedOn = Object.values(workflow.on.workflow_call?.outputs ?? {}).map(({ value }) =>
        value.replaceAll("jobs.", "needs."),
      );
      const read = [...handedOn, ...workflow.jobs.flatMap((job) => expressionsOf(job))].join("\n");
      // What a call gives is declared by the workflow that is called, for whoever calls it.
      const idle = workflow.jobs
        .filter((job) => !job.calls)
        .flatMap((job) =>
          Object.keys(job.outputs)
            .filter((output) => !read.includes(`needs.${job.id}.outputs.${output}`))
            .map((output) => `${job.where}: ${output}`),
        );
      expect(idle).toEqual([]);
    }
  });

  it("every program gets what it requires, what it reads without a default, and what its comment promises", () => {
    const wrong = stepsOf(system).flatMap((step) => {
      if (!step.program) return [];
      const { required, unguarded, documented } = readProgram(step.program);
      const given = (name: string): boolean => name in step.env || isAlternative(step, name);
      const empty = required.filter((name) => step.env[name] === "");
      return [...[...new Set([...required, ...unguarded, ...documented])].filter((name) => !given(name)), ...empty].map(
        (name) => `${step.where}: ${name}`,
      );
    });
    expect(wrong).toEqual([]);
  });

  it("no step passes a variable that its program does not read", () => {
    const wrong = stepsOf(system).flatMap((step) => {
      const { program } = step;
      // What runs the config's own commands hands on what the config gives them.
      if (!program || "COMMANDS" in step.env) return [];
      return Object.keys(step.env)
        .filter((name) => !readProgram(program).reads.includes(name))
        .map((name) => `${step.where}: ${name}`);
    });
    expect(wrong).toEqual([]);
  });

  it("a job behind one that may be skipped says with a status function when it runs all the same", () => {
    const wrong = system.workflows.flatMap((workflow) =>
      workflow.jobs
        .filter((job) => !STATUS_FUNCTION.test(withoutStrings(job.if ?? "")))
        .flatMap((job) =>
          ancestorsOf(workflow, job)
            .filter((other) => other.if !== undefined && !skipsAllWith(workflow, other))
            .map((other) => `${job.where} behind ${other.id}`),
        ),
    );
    expect(wrong).toEqual([]);
  });

  it("`workflow_run` names workflows that exist, no workflow follows itself, and none stands deeper than three levels", () => {
    const names = system.workflows.map((workflow) => workflow.name);
    for (const workflow of system.workflows) {
      const { follows } = workflow;
      if (!follows) continue;
      expect(
        follows.workflows.filter((name) => !names.includes(name)),
        workflow.file,
      ).toEqual([]);
      expect(duplicates(follows.workflows), workflow.file).toEqual([]);
      expect(follows.types).toEqual(["completed"]);
      expect(levelOf(system.workflows, workflow), workflow.file).toBeLessThanOrEqual(3);
    }
  });
});

/** Where a job runs: in its own workflow's run, or in each run that calls its workflow. */
function placesOf(
  system: System,
  workflow: EmittedWorkflow,
  job: EmittedJob,
): { workflow: EmittedWorkflow; job: EmittedJob }[] {
  if (!("workflow_call" in workflow.on)) return [{ workflow, job }];
  return system.workflows.flatMap((run) =>
    run.jobs.filter((call) => call.calls?.path === `./${workflow.path}`).map((call) => ({ workflow: run, job: call })),
  );
}

/** A job without which nothing is to run: everything behind it is skipped with it, on purpose. */
function skipsAllWith(workflow: EmittedWorkflow, job: EmittedJob): boolean {
  return (
    job.id === "plan" && workflow.jobs.every((other) => other === job || ancestorsOf(workflow, other).includes(job))
  );
}

function levelOf(
  workflows: readonly EmittedWorkflow[],
  workflow: EmittedWorkflow,
  seen: readonly string[] = [],
): number {
  if (seen.includes(workflow.name)) return Number.POSITIVE_INFINITY;
  const followed = workflows.filter((other) => workflow.follows?.workflows.includes(other.name));
  return followed.length === 0
    ? 0
    : 1 + Math.max(...followed.map((other) => levelOf(workflows, other, [...seen, workflow.name])));
}

/** What says how a step differs from the usual, and stays away otherwise. */
const FLAGS = [
  "ANY_REVISION",
  "ATTEMPT_TIMEOUT",
  "COMMIT_MESSAGE",
  "KEEP_LOGIN",
  "MIRRORS",
  "OPTIONAL",
  "PASSED",
  "PULL_REQUESTS",
  "RETRY_ATTEMPTS",
  "RETRY_DELAY",
  "RETRY_FACTOR",
  "RETRY_GROWTH",
  "RETRY_JITTER",
  "SOFT",
  "SOURCE_TAG",
];
/** What resolve-image.sh is told of a run; by hand it is told an image's tag. */
const OF_A_RUN = [
  "RUN_EVENT",
  "RUN_ID",
  "RUN_CONCLUSION",
  "RUN_CREATED_AT",
  "HEAD_SHA",
  "HEAD_BRANCH",
  "HEAD_REPOSITORY",
  "RECORD_FILE",
  "FORKS",
];

/** What has a default that its comment names, and is given only where the config says something else. */
const OPTIONAL: Readonly<Record<string, readonly string[]>> = {
  "check-coverage.mjs": ["MINIMUM", "PACKAGES"],
  "collect-diagnostics.sh": ["IMAGE", "SHOWN", "MAX_MEGABYTES"],
  "comment.mjs": ["AUTHOR"],
  "decide-version.sh": ["PR_NUMBER"],
  "flakes.mjs": ["AUTHOR"],
  "github-release.mjs": ["NAME", "LATEST", "UPLOADS_URL"],
  "publish-maven.mjs": ["SIGNING_PASSWORD", "PORTAL_URL", "CHECK_URL"],
  "publish-npm.sh": ["NODE_AUTH_TOKEN", "REGISTRY_URL"],
  "release-notes.mjs": ["PREVIOUS_TAG"],
  "sign-image.sh": ["CERTIFICATE_OIDC_ISSUER"],
  "wait-healthy.sh": ["CONTAINER"],
};

/** publish-image.sh takes a digest, or else the jobs that built the image; copies are optional. notify.sh tells of this run, or of alerts. */
function isAlternative(step: EmittedStep, name: string): boolean {
  if (FLAGS.includes(name)) return true;
  if (step.program === "metrics.mjs") return ["FLAKES_FOLDER", "REGISTRY_USERNAME", "REGISTRY_PASSWORD"].includes(name);
  if (step.program && OPTIONAL[step.program]?.includes(name)) return true;
  if (step.program === "resolve-image.sh")
    return OF_A_RUN.includes(name) && step.env["EVENT_NAME"] === "workflow_dispatch";
  if (step.program === "notify.sh") {
    if (["REPOSITORY", "WORKFLOW", "REF"].includes(name)) return step.env["FORMAT"] !== "json";
    return ["ALERTS_FILE", "EVENTS"].includes(name)
      ? "NEEDS" in step.env || "EVENT" in step.env
      : "ALERTS_FILE" in step.env || step.env["EVENT"] === "coverage";
  }
  if (step.program !== "publish-image.sh") return false;
  if (["ENTRIES", "STAGING"].includes(name)) return "DIGEST" in step.env;
  if (["DIGEST", "SOURCE_COMMIT"].includes(name)) return "ENTRIES" in step.env;
  return ["COPIES", "COPY_TO"].includes(name);
}
