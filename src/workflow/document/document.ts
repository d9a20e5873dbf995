/**
 * A workflow or action file as GitHub understands it, every part with its node in the tree. Built from whatever is
 * there: a part of the wrong shape is left out here and is the grammar's business (`../grammar`), so that rules need no
 * checks of shape. Names follow GitHub's ("Workflow syntax", "Metadata syntax").
 */
import {
  type MappingNode,
  type Pair,
  type ScalarNode,
  scalarOf,
  type SequenceNode,
  type YamlNode,
} from "../yaml/node.ts";
import type { SourceFile } from "./source-file.ts";

export type Document = WorkflowDocument | ActionDocument;

export interface WorkflowDocument {
  kind: "workflow";
  file: SourceFile;
  root: MappingNode | undefined;
  name: ScalarNode | undefined;
  runName: ScalarNode | undefined;
  on: Pair | undefined;
  triggers: Trigger[];
  permissions: Permissions | undefined;
  env: EnvBlock | undefined;
  defaults: RunDefaults | undefined;
  concurrency: Concurrency | undefined;
  jobs: Job[];
}

/** One event of `on:`. */
export interface Trigger {
  event: string;
  /** The word that names the event. */
  node: ScalarNode;
  /** What stands under it; nothing for `on: push` and `push:`. */
  config: YamlNode | undefined;
}

/** `permissions:` of a workflow or job. */
export interface Permissions {
  pair: Pair;
  /** `read-all`, `write-all`, or `{}` as an empty mapping of scopes. */
  all: "read-all" | "write-all" | undefined;
  /** Scope to its level's node. */
  scopes: Map<string, Pair>;
}

/** `env:` at any level. */
export interface EnvBlock {
  pair: Pair;
  variables: Map<string, Pair>;
  /** The whole block is an expression: its variables are unknown. */
  computed: boolean;
}

export interface RunDefaults {
  shell: ScalarNode | undefined;
  workingDirectory: ScalarNode | undefined;
}

export interface Concurrency {
  pair: Pair;
  group: ScalarNode | undefined;
  cancelInProgress: ScalarNode | undefined;
  queue: ScalarNode | undefined;
}

export interface Job {
  kind: "job";
  workflow: WorkflowDocument;
  id: string;
  key: ScalarNode;
  /** The job's keys; an empty mapping's node where the job is no mapping. */
  node: MappingNode;
  name: ScalarNode | undefined;
  needs: ScalarNode[];
  if: ScalarNode | undefined;
  runsOn: Pair | undefined;
  permissions: Permissions | undefined;
  env: EnvBlock | undefined;
  defaults: RunDefaults | undefined;
  concurrency: Concurrency | undefined;
  environment: Pair | undefined;
  outputs: Map<string, Pair>;
  matrix: Matrix | undefined;
  timeoutMinutes: ScalarNode | undefined;
  continueOnError: ScalarNode | undefined;
  container: Container | undefined;
  services: Container[];
  /** A called workflow, in place of steps. */
  uses: Uses | undefined;
  with: Map<string, Pair>;
  secrets: JobSecrets | undefined;
  stepsNode: SequenceNode | undefined;
  /** In the order in which they start; those of a `parallel:` group are among them. */
  steps: Step[];
}

/** `secrets:` of a job that calls a workflow. */
export interface JobSecrets {
  pair: Pair;
  inherit: boolean;
  passed: Map<string, Pair>;
}

export interface Matrix {
  pair: Pair;
  /** The whole matrix, or `include`, is an expression: its values are unknown. */
  computed: boolean;
  dimensions: Map<string, Pair>;
  include: MappingNode[];
  exclude: MappingNode[];
}

export interface Container {
  /** `container`, or the service's id. */
  key: ScalarNode;
  value: YamlNode;
  image: ScalarNode | undefined;
  credentials: Map<string, Pair>;
  env: EnvBlock | undefined;
}

export interface Step {
  kind: "step";
  owner: Job | ActionDocument;
  /** Its place among all steps of its owner, from 0. */
  index: number;
  node: MappingNode;
  id: ScalarNode | undefined;
  name: ScalarNode | undefined;
  if: ScalarNode | undefined;
  uses: Uses | undefined;
  run: ScalarNode | undefined;
  shell: ScalarNode | undefined;
  workingDirectory: ScalarNode | undefined;
  with: Map<string, Pair>;
  env: EnvBlock | undefined;
  timeoutMinutes: ScalarNode | undefined;
  continueOnError: ScalarNode | undefined;
  /** Runs beside the steps after it: by `background: true` or as one of a `parallel:` group. */
  background: boolean;
}

/** What a `uses:` names. */
export type Uses = { node: ScalarNode; written: string } & (
  | {
      kind: "repository";
      /** `owner/repo`, lower-cased. */ repository: string;
      /** `owner/repo/path` as written. */ name: string;
      /** `""`, or the folder or file in it. */ path: string;
      ref: string;
    }
  /** `./path` of the workspace, or `$/path` of the workflow's own commit. */
  | { kind: "local"; path: string; from: "workspace" | "workflow" }
  | { kind: "docker"; image: string }
  | { kind: "computed" }
  | { kind: "malformed" }
);

export interface ActionDocument {
  kind: "action";
  file: SourceFile;
  root: MappingNode | undefined;
  name: ScalarNode | undefined;
  description: ScalarNode | undefined;
  inputs: Map<string, Pair>;
  outputs: Map<string, Pair>;
  runs: MappingNode | undefined;
  /** `node24`, `composite`, `docker`. */
  using: ScalarNode | undefined;
  /** Of a composite action. */
  steps: Step[];
}

export const jobsOf = (document: Document): Job[] => (document.kind === "workflow" ? document.jobs : []);

const stepsByWorkflow = new WeakMap<WorkflowDocument, readonly Step[]>();

/** Every step of a document, in file order. */
export function stepsOf(document: Document): readonly Step[] {
  if (document.kind === "action") return document.steps;
  let steps = stepsByWorkflow.get(document);
  if (!steps) stepsByWorkflow.set(document, (steps = document.jobs.flatMap((job) => job.steps)));
  return steps;
}

export const triggerOf = (workflow: WorkflowDocument, event: string): Trigger | undefined =>
  workflow.triggers.find((trigger) => trigger.event === event);

export const jobOf = (step: Step): Job | undefined => (step.owner.kind === "job" ? step.owner : undefined);

/** An input of a step as it is written; names compare without case. */
export function inputOf({ with: inputs }: Step, name: string): ScalarNode | undefined {
  const pair =
    inputs.get(name) ?? [...inputs.values()].find(({ key }) => key.value.toLowerCase() === name.toLowerCase());
  return scalarOf(pair?.value);
}

/** What `workflow_run` calls it by: its `name:`, or its path without one ("Workflow syntax", `name`). */
export const nameOfWorkflow = ({ name, file }: WorkflowDocument): string => name?.value || file.path;
