/** Pipeline contract, "Every emitted workflow": each point, for each workflow of each system. */
import { describe, expect, it } from "vitest";
import { knownAction } from "../../src/actions/catalogue.ts";
import { readProgram } from "../support/read-programs.ts";
import { ancestorsOf, type EmittedJob, type EmittedStep, type EmittedWorkflow, expressionsIn, expressionsOf, STATUS_FUNCTION, stringsIn, withoutStrings } from "../support/read-workflows.ts";
import { type System, systems } from "../support/systems.ts";

const jobsOf = ({ workflows }: System): EmittedJob[] => workflows.flatMap((workflow) => workflow.jobs);
const stepsOf = (system: System): EmittedStep[] => jobsOf(system).flatMap((job) => job.steps);
const duplicates = (texts: readonly string[]): string[] => texts.filter((text, index) => texts.indexOf(text) !== index);

const WRITES = (job: EmittedJob): boolean => Object.values(job.permissions).includes("write");
const SECRET = /\bsecrets\.(\w+)/g;
/** The job's own token reaches only as far as the job's permissions; what counts here are secrets of the repository. */
const hasSecrets = (job: EmittedJob): boolean => expressionsOf(job).some((expression) => /\bsecrets\./.test(expression));
/** A command of the config, and not a program of Pipewright's own. */
const isForeign = (step: EmittedStep): boolean => step.run !== undefined && step.program === undefined && step.run !== 'sleep "$SECONDS_TO_WAIT"\n';
/** BuildKit runs a Dockerfile's commands in a sandbox that sees neither the runner's files nor its environment. */
const buildsAnImage = (job: EmittedJob): boolean => job.steps.some((step) => step.action === "docker/build-push-action");

describe.each(systems)("in $name", (system) => {
  it("no workflow grants anything on top", () => {
    expect(system.workflows.filter((workflow) => JSON.stringify(workflow.permissions) !== "{}")).toEqual([]);
  });

  it("each job holds just the scopes that its steps need", () => {
    const wrong = jobsOf(system).flatMap((job) => {
      const needed = scopesNeededBy(job);
      const granted = Object.entries(job.permissions).map(([scope, level]) => `${scope}: ${level}`);
      const missing = [...needed].filter((scope) => !granted.includes(scope) && !granted.includes(scope.replace("read", "write")));
      const idle = granted.filter((scope) => !needed.has(scope));
      return [...missing.map((scope) => `${job.where} lacks ${scope}`), ...idle.map((scope) => `${job.where} has no use for ${scope}`)];
    });
    expect(wrong).toEqual([]);
  });

  it("every action is pinned to a commit, with the version behind it", () => {
    const wrong = stepsOf(system).filter((step) => step.action !== undefined && !(/^[0-9a-f]{40}$/.test(step.commit ?? "") && /^v?\d+(\.\d+)*\S*$/.test(step.version ?? "")));
    expect(wrong.map((step) => step.where)).toEqual([]);
  });

  it("every action exists in the catalogue, gets inputs that it has, and all that it requires", () => {
    const wrong = stepsOf(system).flatMap((step) => {
      if (step.action === undefined) return [];
      const known = knownAction(step.action);
      if (!known) return [`${step.where}: ${step.action} is not in the catalogue`];
      const unknown = Object.keys(step.with).filter((input) => !Object.hasOwn(known.inputs, input));
      const deprecated = Object.keys(step.with).filter((input) => known.inputs[input]?.includes("deprecated"));
      const missing = Object.keys(known.inputs).filter((input) => known.inputs[input] === "required" && (step.with[input] ?? "") === "");
      return [...unknown, ...deprecated, ...missing].map((input) => `${step.where}: ${input}`);
    });
    expect(wrong).toEqual([]);
  });

  it("every job states how long it may run, at most six hours", () => {
    expect(jobsOf(system).filter((job) => !(Number(job.minutes) >= 1 && Number(job.minutes) <= 360)).map((job) => job.where)).toEqual([]);
  });

  it("every step that talks to a network or runs tests states how long it may take, and not longer than its job", () => {
    const wrong = jobsOf(system).flatMap((job) => job.steps.filter((step) => !(Number(step.minutes) >= 1 && Number(step.minutes) <= Number(job.minutes))));
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
    const collisions = groups.flatMap((one, index) => groups.slice(index + 1).flatMap((other) => (canBeEqual(one.group, other.group) && !shareOneLock(one.where, other.where) ? [`${one.where} and ${other.where}: ${one.group} and ${other.group}`] : [])));
    expect(collisions).toEqual([]);
  });

  it("nothing that is kept or moved is ever cancelled: only runs of pull requests are", () => {
    const cancelling = system.workflows.filter((workflow) => workflow.concurrency["cancel-in-progress"] !== false);
    expect(cancelling.filter((workflow) => !/^\$\{\{ (github\.event_name|github\.event\.workflow_run\.event) == 'pull_request' \}\}$/.test(String(workflow.concurrency["cancel-in-progress"])))).toEqual([]);
    expect(jobsOf(system).filter((job) => job.concurrency && job.concurrency["cancel-in-progress"] !== false)).toEqual([]);
  });

  it("every script runs in bash as GitHub starts it by name, with pipefail", () => {
    expect(stepsOf(system).filter((step) => step.run !== undefined && step.shell !== "bash").map((step) => step.where)).toEqual([]);
  });

  it("no script holds an expression", () => {
    expect(stepsOf(system).filter((step) => step.run?.includes("${{")).map((step) => step.where)).toEqual([]);
  });

  it("every step and job has a name, and within its job or workflow its own id", () => {
    expect([...jobsOf(system), ...stepsOf(system)].filter((one) => one.name.trim() === "").map((one) => one.where)).toEqual([]);
    expect(jobsOf(system).flatMap((job) => duplicates(job.steps.flatMap((step) => step.id ?? [])).map((id) => `${job.where}: ${id}`))).toEqual([]);
    // Two checks of one name on a commit cannot be told apart by a branch rule.
    expect(system.workflows.flatMap((workflow) => duplicates(workflow.jobs.map((job) => job.name)).map((name) => `${workflow.file}: ${name}`))).toEqual([]);
  });

  it("the log is in groups, and every job of Pipewright's own programs that decides something writes a summary", () => {
    const groups = ["find-image.sh", "find-unchanged.sh", "plan-build.sh", "publish-image.sh", "resolve-image.sh", "promote.sh", "cleanup.mjs", "metrics.mjs", "write-record.sh"];
    const texts = new Map(stepsOf(system).flatMap((step) => (step.program ? [[step.program, step.run ?? ""] as const] : [])));
    for (const [program, text] of texts) {
      if (groups.includes(program)) expect(text, program).toMatch(/^\s*(group |openGroup\()/m);
    }
    const silent = system.workflows.filter((workflow) => !workflow.jobs.some((job) => job.steps.some((step) => step.program !== undefined && /\b(summary|addSummary)\b/.test(step.run ?? ""))));
    // The check runs nothing but the config's own command.
    expect(silent.filter((workflow) => workflow.name !== system.pipeline.workflows.check?.name).map((workflow) => workflow.file)).toEqual([]);
  });

  it("every artifact says how long it is kept, between one day and ninety", () => {
    const uploads = stepsOf(system).filter((step) => step.action === "actions/upload-artifact");
    expect(uploads.filter((step) => !(Number(step.with["retention-days"]) >= 1 && Number(step.with["retention-days"]) <= 90)).map((step) => step.where)).toEqual([]);
  });

  it("artifact names are unique within a run, also where a matrix runs a job several times", () => {
    for (const workflow of system.workflows) {
      const uploads = workflow.jobs.flatMap((job) => job.steps.filter((step) => step.action === "actions/upload-artifact").map((step) => ({ job, step, name: String(step.with["name"]) })));
      expect(duplicates(uploads.map(({ name }) => name)), workflow.file).toEqual([]);
      for (const { job, step, name } of uploads) {
        if (job.matrix === undefined) continue;
        // Only the first job of the matrix saves the image.
        if (step.if?.startsWith("matrix.archive != ''")) continue;
        const matrix = job.matrix as Record<string, unknown>;
        const keys = Object.keys(matrix);
        const missing = name.includes("${{ strategy.job-index }}") ? [] : keys.filter((key) => !name.includes(`\${{ matrix.${key} }}`));
        expect(missing, `${step.where}: ${name}`).toEqual([]);
        // upload-artifact refuses these characters.
        for (const key of keys.filter((one) => name.includes(`matrix.${one}`))) expect(stringsIn(matrix[key]).filter((value) => /["<>|*?:\r\n\\/]/.test(value)), step.where).toEqual([]);
      }
    }
  });

  it("what is downloaded from the same run is uploaded by a job before; what comes from another run has its id and a token", () => {
    const uploaded = new Map(system.workflows.map((workflow) => [workflow, workflow.jobs.flatMap((job) => job.steps.filter((step) => step.action === "actions/upload-artifact").map((step) => ({ job: job.id, name: step.with["name"] })))]));
    for (const workflow of system.workflows) {
      for (const job of workflow.jobs) {
        for (const step of job.steps.filter((one) => one.action === "actions/download-artifact")) {
          if (step.with["run-id"] !== undefined) {
            expect(step.with["github-token"], step.where).toBe("${{ github.token }}");
            expect([...uploaded.values()].flat().map(({ name }) => name), step.where).toContain(step.with["name"]);
          } else {
            const before = ancestorsOf(workflow, job).map((one) => one.id);
            expect((uploaded.get(workflow) ?? []).filter((upload) => before.includes(upload.job)).map(({ name }) => name), step.where).toContain(step.with["name"]);
          }
        }
      }
    }
  });

  it("no job with a secret or a scope to write runs code of a checkout", () => {
    const wrong = jobsOf(system).filter((job) => WRITES(job) && job.steps.some(isForeign));
    expect(wrong.map((job) => job.where)).toEqual([]);
    const checkingOut = jobsOf(system).filter((job) => (WRITES(job) || hasSecrets(job)) && job.steps.some((step) => step.action === "actions/checkout"));
    for (const job of checkingOut) {
      if (job.steps.some(isForeign) || isTestJob(job)) continue;
      const reads = job.steps.filter((step) => step.program === undefined && step.action !== undefined).map((step) => step.action);
      // An image's Dockerfile, an ignore file of the scan, or the history: read, never run.
      expect(buildsAnImage(job) || reads.includes("aquasecurity/trivy-action") || job.id === "plan", job.where).toBe(true);
      expect(job.permissions["id-token"], job.where).toBeUndefined();
    }
  });

  it("code under test runs where nothing can be written, with secrets for this repository's own events only", () => {
    for (const job of jobsOf(system).filter((one) => one.steps.some(isForeign))) {
      const allowed = ["contents: read", "packages: read", "actions: read"];
      expect(Object.entries(job.permissions).map(([scope, level]) => `${scope}: ${level}`).filter((scope) => !allowed.includes(scope)), job.where).toEqual([]);
      for (const step of job.steps) {
        for (const expression of expressionsIn([step.env, step.with])) {
          for (const [, secret] of expression.matchAll(SECRET)) {
            if (step.action === "docker/login-action") expect(conditionsOf(job, step), step.where).toContain("needs.resolve.outputs.trusted == 'true'");
            else if (!alwaysGranted(system).includes(`${job.where}: ${secret}`)) expect(expression, step.where).toMatch(/^(needs\.resolve\.outputs\.trusted == 'true'|\(github\.event\.pull_request\.head\.repo\.full_name == github\.repository \|\| github\.event_name != 'pull_request'\)) && secrets\.\w+ \|\| ''$/);
          }
        }
      }
      expect(Object.values(job.env).flatMap(expressionsIn).filter((expression) => /secrets\.|github\.token/.test(expression)), job.where).toEqual([]);
    }
  });

  it("every checkout leaves no token behind, and a fork's commit is let in only where nothing can be written", () => {
    for (const job of jobsOf(system)) {
      for (const step of job.steps.filter((one) => one.action === "actions/checkout")) {
        expect(step.with["persist-credentials"], step.where).toBe(false);
        if (step.with["allow-unsafe-pr-checkout"] !== undefined) expect(WRITES(job), step.where).toBe(false);
      }
    }
  });

  it("secrets go to steps that need them, never to a whole job, and only those that the config names", () => {
    const named = secretsNamedBy(system);
    const used = jobsOf(system).flatMap((job) => expressionsOf(job).flatMap((expression) => [...withoutStrings(expression).matchAll(SECRET)].map(([, name]) => name ?? "")));
    expect(used.filter((name) => !named.includes(name))).toEqual([]);
    expect(jobsOf(system).filter((job) => /secrets/.test(JSON.stringify(job.env)))).toEqual([]);
  });

  it("no value that a stranger chooses stands where GitHub or a shell would run it", () => {
    const chosen = /github\.(head_ref|event\.(pull_request\.(title|body|head\.(ref|label))|head_commit|commits|issue|comment|workflow_run\.(head_branch|head_commit|display_title)))/;
    for (const job of jobsOf(system)) {
      for (const step of job.steps) for (const expression of expressionsIn(step.with)) expect(expression, step.where).not.toMatch(chosen);
    }
  });

  it("`needs` names jobs that exist, and only those are asked for results and outputs that they declare", () => {
    for (const workflow of system.workflows) {
      for (const job of workflow.jobs) {
        expect(job.needs.filter((need) => !workflow.jobs.some((other) => other.id === need)), job.where).toEqual([]);
        expect(duplicates(job.needs), job.where).toEqual([]);
        for (const expression of expressionsOf(job).map(withoutStrings)) {
          for (const [, need = "", kind, output = ""] of expression.matchAll(/\bneeds\.([\w-]+)\.(outputs|result)(?:\.([\w-]+))?/g)) {
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
        for (const [, id = "", kind, output = ""] of withoutStrings(expression).matchAll(/\bsteps\.([\w-]+)\.(outputs|outcome|conclusion)(?:\.([\w-]+))?/g)) {
          const step = before.find((one) => one.id === id);
          expect(step, `${where} asks for ${id}`).toBeDefined();
          if (kind !== "outputs" || !step) continue;
          const written = step.program ? readProgram(step.program).hasOutput(output) : (knownAction(step.action ?? "")?.outputs ?? []).includes(output);
          expect(written, `${where} asks for steps.${id}.outputs.${output}`).toBe(true);
        }
      };
      job.steps.forEach((step, index) => {
        for (const expression of [...expressionsIn([step.env, step.with]), step.if ?? ""]) check(expression, job.steps.slice(0, index), step.where);
      });
      for (const expression of expressionsIn(job.outputs)) check(expression, job.steps, job.where);
    }
  });

  it("every output of a job is read by another", () => {
    for (const workflow of system.workflows) {
      const read = workflow.jobs.flatMap((job) => expressionsOf(job)).join("\n");
      const idle = workflow.jobs.flatMap((job) => Object.keys(job.outputs).filter((output) => !read.includes(`needs.${job.id}.outputs.${output}`)).map((output) => `${job.where}: ${output}`));
      expect(idle).toEqual([]);
    }
  });

  it("every program gets what it requires, what it reads without a default, and what its comment promises", () => {
    const wrong = stepsOf(system).flatMap((step) => {
      if (!step.program) return [];
      const { required, unguarded, documented } = readProgram(step.program);
      const given = (name: string): boolean => name in step.env || isAlternative(step, name);
      const empty = required.filter((name) => step.env[name] === "");
      return [...[...new Set([...required, ...unguarded, ...documented])].filter((name) => !given(name)), ...empty].map((name) => `${step.where}: ${name}`);
    });
    expect(wrong).toEqual([]);
  });

  it("no step passes a variable that its program does not read", () => {
    const wrong = stepsOf(system).flatMap((step) => {
      const { program } = step;
      if (!program) return [];
      return Object.keys(step.env).filter((name) => !readProgram(program).reads.includes(name)).map((name) => `${step.where}: ${name}`);
    });
    expect(wrong).toEqual([]);
  });

  it("a job behind one that may be skipped says with a status function when it runs all the same", () => {
    const wrong = system.workflows.flatMap((workflow) =>
      workflow.jobs
        .filter((job) => !STATUS_FUNCTION.test(withoutStrings(job.if ?? "")))
        .flatMap((job) => ancestorsOf(workflow, job).filter((other) => other.if !== undefined && !skipsAllWith(workflow, other)).map((other) => `${job.where} behind ${other.id}`)),
    );
    expect(wrong).toEqual([]);
  });

  it("no trigger is `pull_request_target`, and no required workflow is filtered by paths", () => {
    expect(system.workflows.filter((workflow) => "pull_request_target" in workflow.on || /"paths(-ignore)?":/.test(JSON.stringify(workflow.on)))).toEqual([]);
  });

  it("`workflow_run` names workflows that exist, no workflow follows itself, and none stands deeper than three levels", () => {
    const names = system.workflows.map((workflow) => workflow.name);
    for (const workflow of system.workflows) {
      const { follows } = workflow;
      if (!follows) continue;
      expect(follows.workflows.filter((name) => !names.includes(name)), workflow.file).toEqual([]);
      expect(duplicates(follows.workflows), workflow.file).toEqual([]);
      expect(follows.types).toEqual(["completed"]);
      expect(levelOf(system.workflows, workflow), workflow.file).toBeLessThanOrEqual(3);
    }
  });
});

/** The jobs where a config's commands or actions run on a checkout. */
const isTestJob = (job: EmittedJob): boolean => job.id === "test" || job.id === "check";

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
const shareOneLock = (one: string, other: string): boolean => one.split(" > ").length === 2 && one.split(" > ")[1] === other.split(" > ")[1];

/** A job without which nothing is to run: everything behind it is skipped with it, on purpose. */
function skipsAllWith(workflow: EmittedWorkflow, job: EmittedJob): boolean {
  return job.id === "plan" && workflow.jobs.every((other) => other === job || ancestorsOf(workflow, other).includes(job));
}

function levelOf(workflows: readonly EmittedWorkflow[], workflow: EmittedWorkflow, seen: readonly string[] = []): number {
  if (seen.includes(workflow.name)) return Number.POSITIVE_INFINITY;
  const followed = workflows.filter((other) => workflow.follows?.workflows.includes(other.name));
  return followed.length === 0 ? 0 : 1 + Math.max(...followed.map((other) => levelOf(workflows, other, [...seen, workflow.name])));
}

/** A step's condition, with that of the step on whose failure it depends. */
function conditionsOf(job: EmittedJob, step: EmittedStep): string {
  const earlier = /^steps\.([\w-]+)\.outcome == 'failure'$/.exec(step.if ?? "")?.[1];
  return `${job.steps.find((one) => earlier !== undefined && one.id === earlier)?.if ?? ""} ${step.if ?? ""}`;
}

/** What says how a step differs from the usual, and stays away otherwise. */
const FLAGS = ["ANY_REVISION", "KEEP_LOGIN", "PULL_REQUESTS"];

/** publish-image.sh takes a digest, or else the jobs that built the image; copies are optional. */
function isAlternative(step: EmittedStep, name: string): boolean {
  if (FLAGS.includes(name)) return true;
  if (step.program !== "publish-image.sh") return false;
  if (["ENTRIES", "STAGING"].includes(name)) return "DIGEST" in step.env;
  if (["DIGEST", "SOURCE_COMMIT"].includes(name)) return "ENTRIES" in step.env;
  return ["COPIES", "COPY_TO"].includes(name);
}

/** Secrets that the config hands out whatever the event, as `file > job: SECRET`. The invariants keep forks away. */
const alwaysGranted = ({ pipeline }: System): string[] =>
  pipeline.consumers.filter((consumer) => consumer.secrets.grant === "always").flatMap((consumer) => consumer.secrets.names.map((name) => `${consumer.path.split("/").at(-1)} > test: ${name}`));

function secretsNamedBy({ pipeline }: System): string[] {
  const registries = [pipeline.registry, ...pipeline.copies].flatMap((registry) => [registry?.username, registry?.password]);
  return [...registries, pipeline.notify?.webhook, ...pipeline.consumers.flatMap((consumer) => consumer.secrets.names)].filter((name) => name !== undefined);
}

/** The scopes that a job's steps need, as `scope: level`. */
function scopesNeededBy(job: EmittedJob): Set<string> {
  const needed = new Set<string>();
  const hasLogin = job.steps.some((step) => step.action === "docker/login-action");
  for (const step of job.steps) {
    for (const scope of step.program ? readProgram(step.program).scopes : []) needed.add(scope);
    if (step.action === "actions/checkout") needed.add("contents: read");
    if (step.action === "actions/download-artifact" && step.with["run-id"] !== undefined) needed.add("actions: read");
    // Action's docs: in private repositories the upload also reads the run and the commit.
    if (step.action === "github/codeql-action/upload-sarif") for (const scope of ["security-events: write", "actions: read", "contents: read"]) needed.add(scope);
    if (step.action === "actions/attest-build-provenance") for (const scope of ["attestations: write", "id-token: write", "packages: write"]) needed.add(scope);
    if (step.action === "docker/build-push-action" && step.with["push"] === true) needed.add("packages: write");
    if (step.program === "cleanup.mjs" || step.program === "publish-image.sh" || step.program === "promote.sh" || step.program === "find-image.sh") needed.add("packages: write");
  }
  if (hasLogin && !needed.has("packages: write")) needed.add("packages: read");
  for (const scope of [...needed]) if (scope.endsWith(": write")) needed.delete(scope.replace("write", "read"));
  return needed;
}
