/**
 * What the workflows of a repository do together: who runs when and after whom, and which images, caches and artifacts
 * each job makes, takes, moves and deletes. Everything is told for one way of starting at a time (a `Run`), because
 * conditions, tags and commits differ from event to event. What the files do not tell is `undefined` or a hole in a
 * value, never a guess.
 */
import type {
  ActionDocument,
  Document,
  Job,
  Step,
  Trigger,
  WorkflowDocument,
} from "../../workflow/document/document.ts";
import type { NameFilter } from "../../workflow/filters.ts";
import type { Span } from "../../workflow/yaml/node.ts";
import type { Repository } from "../repository.ts";
import type { Template, Value } from "./value.ts";

/** Yes, no, or not known. */
export type Known = boolean | undefined;

export interface Pipeline {
  repository: Repository;
  /** Every way in which every workflow starts. */
  runs: readonly Run[];
  runsOf(workflow: WorkflowDocument): readonly Run[];
  /** Workflows of this name, as `workflow_run` looks for them. */
  named(name: string): readonly WorkflowDocument[];
  /** Edges that start a workflow from another one. */
  starts: readonly Start[];
  /** Everything that any job does with an image of this name (lower-cased, `docker.io/library/` put in front where it is implied). */
  touching(imageName: string): readonly Effect[];
  effects: readonly Effect[];
}

/** One way in which a workflow starts: an event, and the kind of ref that it comes with. */
export interface Run {
  workflow: WorkflowDocument;
  trigger: Trigger;
  event: string;
  /** `pull`: `refs/pull/N/merge`. `default`: the event always runs on the default branch. */
  ref: "branch" | "tag" | "pull" | "default" | "unknown";
  /** Filters as written. Nothing: everything passes. */
  branches: Filter | undefined;
  tags: Filter | undefined;
  paths: Filter | undefined;
  /** Activity types, GitHub's default ones where none are written; nothing for events that have none. */
  types: readonly string[] | undefined;
  /** For `workflow_run`: the run that it follows, where it is a workflow of the repository. */
  upstream: Run | undefined;
  /** Whether it may be for a commit of a fork. */
  fromFork: boolean;
  /** Jobs with those of called workflows, callers before called ones. */
  jobs: JobRun[];
}

/** `branches`/`branches-ignore` and their like, and where they stand. */
export interface Filter extends NameFilter {
  at: Span;
}

/** A workflow that makes another one start. Calls are in `JobRun.caller`. */
export interface Start {
  from: WorkflowDocument;
  to: WorkflowDocument;
  by: "workflow_run" | "workflow_dispatch" | "repository_dispatch";
  /** `types` of a `workflow_run` (`completed` if none are written), or the dispatched event's type. */
  types: readonly string[];
  /** The place that names the other workflow or event, and the document that it stands in. */
  document: Document;
  at: Span;
}

/** A job within one run. A called workflow's jobs are there once for every call. */
export interface JobRun {
  run: Run;
  job: Job;
  /** `build`, or `deploy / build` for the job `build` of the workflow that `deploy` calls. */
  path: string;
  caller: JobRun | undefined;
  /** Jobs that finish before this one starts, directly named; a caller stands for all of its jobs. */
  needs: JobRun[];
  /** Whether it runs if nothing fails, by its own `if:` and those of its callers and needs. */
  happens: Known;
  /** Whether several jobs come out of it. */
  matrix: boolean;
  steps: StepRun[];
  /** In the order in which they happen. */
  effects: Effect[];
  scope: Scope;
}

/** A step of a job, or of a composite action that the job's step runs. */
export interface StepRun {
  job: JobRun;
  step: Step;
  document: Document;
  /** The composite action that it is written in. */
  action: ActionDocument | undefined;
  /** The job's own step: the step itself, or the one that runs the action. */
  outer: Step;
  happens: Known;
  scope: Scope;
}

/** What names mean at a place: `env`, outputs of earlier steps, needs, inputs, the matrix, and GitHub's own values. */
export interface Scope {
  run: Run;
  /** Where the scope is, for names that mean something in one place only: a job, or a composite action within one. */
  place: string;
  /** The job that it is in. */
  jobPlace: string;
  /** The value of a path such as `env.IMAGE` or `steps.meta.outputs.tags` (lower-cased); nothing: it has no value that the files tell. */
  lookup(path: readonly string[]): Value | undefined;
  /** The step of that id among those that the place can see. */
  stepNamed(id: string): StepRun | undefined;
}

/** `registry/name:tag@digest`. */
export interface ImageReference {
  /** All as written, `registry/name:tag`. */
  whole: Template;
  /** Registry and name. */
  name: Template;
  /** Nothing: `latest` is meant, or a digest is given. */
  tag: Template | undefined;
  digest: Template | undefined;
  /** Where it is written, if not where it is used: a line of docker/metadata-action. */
  writtenAt?: { document: Document; at: Span } | undefined;
}

interface EffectBase {
  job: JobRun;
  /** Nothing for `container:` and `services:`. */
  step: StepRun | undefined;
  /** The file and the place in it: a command's words, an input's value, a `uses:`. */
  document: Document;
  at: Span;
  /** The repository's script that the command stands in, which the place calls. */
  script?: { path: string; text: string } | undefined;
  /** What does it, in its own words: `docker push`, `docker/build-push-action`. */
  by: string;
  /** Whether it happens in this run if nothing fails. */
  happens: Known;
  /** Its failure does not fail the job. */
  tolerated: boolean;
}

export type Effect =
  | ImageBuild
  | ImagePush
  | ImageTake
  | ImageMove
  | ImageSave
  | ImageLoad
  | ImageDelete
  | ImageScan
  | ArtifactUpload
  | ArtifactDownload
  | ArtifactDelete
  | Login;

/** Builds an image. A push by a command of its own is an `ImagePush` beside it. */
export interface ImageBuild extends EffectBase {
  kind: "build";
  /** One for every name and tag; several alternatives of one are several here, with `certain` false. */
  images: ImageReference[];
  /** Whether `images` is all that there is, each surely given. */
  certain: boolean;
  pushed: Known;
  loaded: Known;
  recipe: Recipe;
  caches: CacheUse[];
  /** Where the tags are written: the value of `tags:`, the `-t` words. */
  tagsAt: Span | undefined;
}

/** What decides an image's contents. Paths are from the repository's root where `checkout` put it. */
export interface Recipe {
  /** The bake target, compose service or nothing. */
  name: string | undefined;
  context: Value;
  file: Value;
  target: Value;
  platforms: Value;
  buildArgs: ReadonlyMap<string, Value>;
  /** Whether all build arguments could be read. */
  complete: boolean;
  /** Builds from the pushed commit's tree rather than from the workspace. */
  git: boolean;
}

export interface CacheUse {
  direction: "from" | "to";
  /** `gha`, `registry`, `local`, `inline`, ... */
  type: string | undefined;
  /** For `registry`. */
  image: ImageReference | undefined;
  /** For `gha`. */
  scope: Value | undefined;
  at: Span;
}

export interface ImagePush extends EffectBase {
  kind: "push";
  image: ImageReference;
  certain: boolean;
}

export interface ImageTake extends EffectBase {
  kind: "take";
  image: ImageReference;
  /** Whether `image` is one of several alternatives. */
  certain: boolean;
  how: "pull" | "run" | "from" | "container" | "service" | "deploy" | "copy" | "inspect";
  /** What `docker run` starts in it, where nothing of the machine is mounted. */
  command?: readonly string[] | undefined;
}

/** A new name for an image that exists. */
export interface ImageMove extends EffectBase {
  kind: "move";
  from: ImageReference | undefined;
  to: ImageReference;
  certain: boolean;
  /** In the registry, without a pull; otherwise only locally (`docker tag`). */
  inRegistry: boolean;
}

/** Writes images into a file, which may go on as an artifact. */
export interface ImageSave extends EffectBase {
  kind: "save";
  images: ImageReference[];
  certain: boolean;
  /** Nothing: where the command's output goes. */
  file: Value | undefined;
}

/** Takes images out of a file, under the names that they had when they were saved. */
export interface ImageLoad extends EffectBase {
  kind: "load";
  /** Nothing: what the command reads. */
  file: Value | undefined;
}

export interface ImageDelete extends EffectBase {
  kind: "delete-image";
  /** The package's name as the tool takes it, without owner and registry; nothing: it is not written. */
  package: Value | undefined;
  image: ImageReference | undefined;
  /** What it chooses from. */
  selects: "untagged" | "tagged" | "any" | "unknown";
  /** How many it keeps. */
  keeps: number | undefined;
}

export interface ImageScan extends EffectBase {
  kind: "scan";
  image: ImageReference | undefined;
}

export interface ArtifactUpload extends EffectBase {
  kind: "upload";
  name: Value;
  retentionDays: Value | undefined;
  overwrite: Known;
  /** Lines of paths and patterns, as written. */
  path: Value | undefined;
}

export interface ArtifactDownload extends EffectBase {
  kind: "download";
  /** Nothing: all of them. */
  name: Value | undefined;
  pattern: Value | undefined;
  /** Of the run that it is in, or of another. */
  from: "this-run" | "other-run" | "unknown";
  runId: Value | undefined;
  /** The workflow's file or name, for tools that look for its latest run. */
  workflow: Value | undefined;
  hasToken: boolean;
}

export interface ArtifactDelete extends EffectBase {
  kind: "delete-artifact";
  name: Value | undefined;
}

export interface Login extends EffectBase {
  kind: "login";
  registry: Value;
}
