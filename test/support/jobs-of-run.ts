/**
 * Which runs an event starts, and which jobs run in them: read from the emitted texts alone, by the player's own parsers
 * and evaluators, without running anything. All jobs succeed; what programs hand on comes from the table of
 * `handed-on.ts`. A job that is skipped is none, each combination of a matrix is one, and a called workflow has those that
 * it holds. Runs that end start what follows them (`workflow_run`).
 */
import type { PipelinePart } from "../../src/pipeline/plan-file/schema.ts";
import { PLAN_FILE } from "../../src/pipeline/plan-file.ts";
import { PROGRAMS_FOLDER } from "../../src/programs/programs.ts";
import {
  fullName,
  type GitHubEvent,
  mergeGroupEvent,
  type PullRequest,
  pullRequestEvent,
  pushEvent,
  type RepositoryInfo,
  scheduleEvent,
  workflowRunEvent,
} from "../player/events.ts";
import { holds, interpolate, interpolateString, type Scope } from "../player/expressions.ts";
import { githubContext } from "../player/github-context.ts";
import { isObject, type JsonObject, PlayerError } from "../player/json.ts";
import { combinationName, expandMatrix } from "../player/matrix.ts";
import {
  ancestorsOf,
  type JobOutcome,
  merged,
  needsContext,
  resultOf,
  type Standing,
  statusOf,
} from "../player/play-graph.ts";
import { callInputs, callInterface } from "../player/reusable.ts";
import { type Run, runPayload } from "../player/runs.ts";
import { runTitle } from "../player/run-title.ts";
import { schedules, triggers } from "../player/triggers.ts";
import { type JobDefinition, parseWorkflow, type StepDefinition, type WorkflowFile } from "../player/workflow-file.ts";
import { handedOn } from "./handed-on.ts";
import { isWorkflow, type Texts } from "./shape.ts";

export interface StartedRun {
  readonly path: string;
  /** What GitHub shows. */
  readonly jobs: readonly string[];
  /** A run in which every job is skipped: it is listed, and takes no machine. */
  readonly isEmpty: boolean;
}

/** An event of a repository, with what is true around it. */
export interface Happening {
  readonly event: GitHubEvent;
  readonly pullRequestOpen: boolean;
}

/** What happens, in the order of the page. */
export const EVENTS = [
  "pull request",
  "pull request from a fork",
  "push to main",
  "push to a feature branch",
  "push to a feature branch with an open pull request",
  "merge queue",
  "release tag",
] as const;
export type EventName = (typeof EVENTS)[number];

const HEAD = "a".repeat(40);
const FEATURE = "feature/login";
const ACTOR = "somebody";

/** Reads workflows and plan.json of a repository as they are emitted. */
export interface Repository {
  readonly info: RepositoryInfo;
  readonly workflows: readonly WorkflowFile[];
  readonly plans: Readonly<Record<string, PipelinePart>>;
  readonly secrets: Readonly<Record<string, string>>;
}

export function readRepository(files: Texts): Repository {
  const texts = [...files].filter(([path]) => isWorkflow(path));
  const workflows = texts.map(([path, text]) => parseWorkflow(path, text));
  const { pipelines } = JSON.parse(files.get(PLAN_FILE) ?? '{"pipelines":{}}') as Pick<PlanTexts, "pipelines">;
  const names = texts.flatMap(([, text]) => [...text.matchAll(/secrets\.(\w+)/g)].map(([, name = ""]) => name));
  const main = Object.values(pipelines)[0]?.tags.main ?? "main";
  return {
    info: { owner: "acme", name: "system", defaultBranch: main, private: false },
    workflows,
    plans: pipelines,
    secrets: Object.fromEntries(names.map((name) => [name, `the ${name}`])),
  };
}

interface PlanTexts {
  readonly pipelines: Readonly<Record<string, PipelinePart>>;
}

export function happeningOf({ info }: Repository, name: EventName): Happening {
  const main = info.defaultBranch;
  const pull = (headRepository: string): PullRequest => ({
    number: 12,
    title: "Change",
    base: main,
    baseSha: "b".repeat(40),
    headRef: FEATURE,
    headSha: HEAD,
    headRepository,
    mergeSha: "c".repeat(40),
  });
  const push = (ref: string): GitHubEvent => pushEvent(info, ref, HEAD, ACTOR);
  const own = pullRequestEvent(info, pull(fullName(info)), "synchronize", ACTOR);
  const alone = (event: GitHubEvent): Happening => ({ event, pullRequestOpen: false });
  switch (name) {
    case "pull request":
      return alone(own);
    case "pull request from a fork":
      return alone(pullRequestEvent(info, pull("stranger/fork"), "synchronize", "stranger"));
    case "push to main":
      return alone(push(`refs/heads/${main}`));
    case "push to a feature branch":
      return alone(push(`refs/heads/${FEATURE}`));
    case "push to a feature branch with an open pull request":
      return { event: { ...push(`refs/heads/${FEATURE}`), pullRequests: own.pullRequests }, pullRequestOpen: true };
    case "merge queue":
      return alone(mergeGroupEvent(info, main, "b".repeat(40), `refs/heads/gh-readonly-queue/${main}/pr-12`, HEAD));
    case "release tag":
      return alone(push("refs/tags/v1.2.3"));
  }
}

/** Each line of cron of the repository, with the workflow that it starts. */
export function scheduledIn(repository: Repository): { path: string; builds: boolean; happening: Happening }[] {
  return repository.workflows.flatMap((workflow) => {
    const trigger = workflow.on["schedule"];
    if (trigger === undefined) return [];
    return schedules(trigger, workflow.path).map((cron) => ({
      path: workflow.path,
      builds: usesProgram(repository, workflow, "plan-build"),
      happening: { event: scheduleEvent(repository.info, cron, HEAD), pullRequestOpen: false },
    }));
  });
}

/** In a job of its own, or of a workflow that it calls. */
function usesProgram(repository: Repository, workflow: WorkflowFile, program: string): boolean {
  return [...workflow.jobs.values()].some((job) =>
    job.call
      ? usesProgram(repository, calledBy(repository, job.call.path), program)
      : job.steps.some((step) => programOf(step) === program),
  );
}

/** The runs that an event starts, and those that their ends start in turn. */
export function runsOf(repository: Repository, happening: Happening): StartedRun[] {
  const { event } = happening;
  return repository.workflows
    .filter((workflow) => triggers(workflow, event))
    .flatMap((workflow) => {
      const { run, jobs } = runOf(repository, workflow, happening);
      const next = followed(repository, run, event);
      const started = { path: workflow.path, jobs, isEmpty: jobs.length === 0 };
      return [started, ...runsOf(repository, { ...happening, event: next })];
    });
}

const hostOf = ({ info }: Repository) => ({ repository: info, apiUrl: "https://api.github.com", variables: {} });

/** What GitHub tells of a run that has ended. One with jobs that are all skipped is called skipped. */
const followed = ({ info }: Repository, run: Run, event: GitHubEvent): GitHubEvent =>
  workflowRunEvent(info, "completed", runPayload(run, fullName(info)), HEAD, event.depth + 1, event.actor);

function runOf(repository: Repository, workflow: WorkflowFile, happening: Happening): { run: Run; jobs: string[] } {
  const now = new Date(0);
  const named = {
    id: 1,
    number: 1,
    attempt: 1,
    workflowName: workflow.name,
    workflowPath: workflow.path,
    event: happening.event,
    inputs: {},
  };
  const run: Run = {
    ...named,
    title: runTitle(hostOf(repository), workflow, named),
    status: "completed",
    conclusion: "success",
    cancelled: false,
    createdAt: now,
    updatedAt: now,
    problems: [],
    earlier: [],
    jobs: [],
    calls: [],
    artifacts: [],
  };
  const jobs: string[] = [];
  const graph: Graph = {
    repository,
    happening,
    github: githubContext(hostOf(repository), run),
    workflow,
    inputs: {},
    outcomes: new Map(),
    cancelled: false,
    ancestors: () => [],
    prefix: "",
    jobs,
  };
  walk(graph);
  run.conclusion = resultOf(graph);
  return { run, jobs };
}

interface Graph extends Standing {
  readonly repository: Repository;
  readonly happening: Happening;
  readonly github: JsonObject;
  readonly inputs: JsonObject;
  readonly prefix: string;
  /** The names of all jobs of the run, those of its called workflows among them. */
  readonly jobs: string[];
}

function walk(graph: Graph): void {
  const waiting = new Set(graph.workflow.jobs.values());
  while (waiting.size > 0) {
    const ready = [...waiting].filter((job) => job.needs.every((need) => graph.outcomes.has(need)));
    if (ready.length === 0) throw new PlayerError(`${graph.workflow.path}: its jobs wait for each other.`);
    for (const job of ready) {
      waiting.delete(job);
      graph.outcomes.set(job.id, outcomeOf(graph, job));
    }
  }
}

function outcomeOf(graph: Graph, job: JobDefinition): JobOutcome {
  const contexts = { github: graph.github, needs: needsContext(graph, job), inputs: graph.inputs, vars: {} };
  if (!holds(job.if, { contexts, status: statusOf(graph, job) })) return { result: "skipped", outputs: {} };
  const combinations = expandMatrix(interpolate(job.strategy["matrix"] ?? null, { contexts }));
  const outcomes = combinations.map((matrix, index) => {
    const strategy = { "fail-fast": true, "job-index": index, "job-total": combinations.length, "max-parallel": 256 };
    const own = { ...contexts, strategy, matrix: job.strategy["matrix"] === undefined ? null : matrix };
    const expanded = job.name === undefined ? undefined : interpolateString(job.name, { contexts: own });
    const names = job.name?.includes("${{") === true ? expanded : undefined;
    const name = graph.prefix + combinationName(expanded ?? job.id, matrix, names);
    return job.call ? called(graph, job, name, own) : ofSteps(graph, job, name, own);
  });
  return merged(outcomes, false);
}

function calledBy({ workflows }: Repository, path: string): WorkflowFile {
  const workflow = workflows.find((one) => one.path === path);
  if (!workflow) throw new PlayerError(`${path} is called and not there.`);
  return workflow;
}

function called(graph: Graph, job: JobDefinition, name: string, contexts: JsonObject): JobOutcome {
  const workflow = calledBy(graph.repository, job.call?.path ?? "");
  const declared = callInterface(workflow);
  if (!declared) throw new PlayerError(`${workflow.path} cannot be called.`);
  const given = interpolate(job.call?.with ?? {}, { contexts });
  const inputs = callInputs(declared, isObject(given) ? given : {}, (value) =>
    interpolate(value, { contexts: { github: graph.github, vars: {} } }),
  );
  const child: Graph = {
    ...graph,
    workflow,
    inputs,
    outcomes: new Map(),
    ancestors: () => [...graph.ancestors(), ...ancestorsOf(graph, job)],
    prefix: `${name} / `,
  };
  walk(child);
  const jobs = Object.fromEntries(
    [...child.outcomes].map(([key, { result, outputs }]) => [key, { result, outputs: { ...outputs } }]),
  );
  const scope: Scope = { contexts: { github: graph.github, inputs, vars: {}, jobs } };
  const outputs = [...declared.outputs].map(([key, value]) => [key, interpolateString(value, scope)]);
  return { result: resultOf(child), outputs: Object.fromEntries(outputs) as Record<string, string> };
}

/** The steps of one job, none of which fails. */
function ofSteps(graph: Graph, job: JobDefinition, name: string, contexts: JsonObject): JobOutcome {
  graph.jobs.push(name);
  const { event } = graph.happening;
  const steps: JsonObject = {};
  const scope: Scope = {
    contexts: {
      ...contexts,
      github: { ...graph.github, token: "token", job: job.id, workspace: "/workspace" },
      job: { status: "success" },
      runner: { os: "Linux", arch: "X64", temp: "/temp" },
      env: {},
      secrets: { ...(event.fromFork ? {} : graph.repository.secrets), GITHUB_TOKEN: "token" },
      steps,
    },
    hashFiles: () => "hash",
  };
  const status = { success: () => true, failure: () => false, cancelled: () => false };
  for (const step of job.steps) {
    const runs = holds(step.if, { ...scope, status });
    const program = programOf(step);
    const outputs = runs && program !== undefined ? outputsOf(graph, program, step, scope) : {};
    const outcome = runs ? "success" : "skipped";
    if (step.id !== undefined) steps[step.id] = { outputs: { ...outputs }, outcome, conclusion: outcome };
  }
  const outputs = Object.entries(job.outputs).map(([key, value]) => [key, interpolateString(value, scope)]);
  return { result: "success", outputs: Object.fromEntries(outputs) as Record<string, string> };
}

/** The program's name where a step uses one, whichever way the job takes its programs. */
function programOf(step: StepDefinition): string | undefined {
  const at = step.uses?.indexOf(`/${PROGRAMS_FOLDER}/`) ?? -1;
  return at === -1 ? undefined : step.uses?.slice(at + PROGRAMS_FOLDER.length + 2);
}

function outputsOf(
  graph: Graph,
  program: string,
  step: StepDefinition,
  scope: Scope,
): Readonly<Record<string, string>> {
  const { repository, happening } = graph;
  const inputs: Record<string, string> = {};
  for (const [key, value] of Object.entries(step.with)) inputs[key] = interpolateString(value, scope);
  const plan = repository.plans[inputs["pipeline"] ?? ""];
  if (!plan) throw new PlayerError(`${graph.workflow.path}: plan.json has no pipeline "${inputs["pipeline"] ?? ""}".`);
  return handedOn(program, step.id, {
    repository: repository.info,
    event: happening.event,
    plan,
    inputs,
    pullRequestOpen: happening.pullRequestOpen,
  });
}
