/**
 * A workflow file as GitHub defines it (reference: "Workflow syntax for GitHub Actions"). Keys carry GitHub's own
 * names, so that a model prints to the file without a second vocabulary. Types rather than interfaces: only those are
 * assignable to a mapping of any keys, which is what the printer takes.
 */

export type Scalar = string | number | boolean | null;
export type YamlSequence = readonly YamlValue[];
export type YamlMapping = { readonly [key: string]: YamlValue | undefined };
export type YamlValue = Scalar | YamlSequence | YamlMapping | Commented;

const comment = Symbol("comment");

/** A value with a comment: before it, on lines of its own, or behind it on its line. */
export interface Commented {
  readonly [comment]: true;
  readonly value: YamlValue;
  readonly before: readonly string[];
  readonly behind: string | undefined;
}

/** Puts `text` behind a value on its line: `uses: actions/checkout@3d3c… # v7.0.1`. */
export const withComment = (value: YamlValue, behind: string): Commented => ({
  [comment]: true,
  value,
  before: [],
  behind,
});
/** Puts lines above the key, or the list item, that holds the value. */
export const withCommentAbove = (value: YamlValue, ...before: string[]): Commented =>
  isCommented(value)
    ? { ...value, before: [...before, ...value.before] }
    : { [comment]: true, value, before, behind: undefined };

export function isCommented(value: unknown): value is Commented {
  return typeof value === "object" && value !== null && comment in value;
}

export type PermissionLevel = "read" | "write" | "none";
export type PermissionScope =
  | "actions"
  | "attestations"
  | "checks"
  | "contents"
  | "deployments"
  | "id-token"
  | "issues"
  | "packages"
  | "pages"
  | "pull-requests"
  | "security-events"
  | "statuses";
export type Permissions = Partial<Record<PermissionScope, PermissionLevel | Commented>>;

export type Concurrency = {
  group: string;
  "cancel-in-progress": boolean | string;
  queue?: "max";
};

export type Step = {
  id?: string;
  name: string;
  if?: string;
  uses?: string | Commented;
  with?: Record<string, Scalar | Commented>;
  env?: Record<string, Scalar | Commented>;
  /** Or an expression for it. */
  "continue-on-error"?: boolean | string;
  "timeout-minutes"?: number;
  "working-directory"?: string;
  shell?: "bash";
  run?: string;
};

export type Service = {
  image: string | Commented;
  ports?: readonly (string | number)[];
  env?: Record<string, Scalar>;
  options?: string;
};

export type Job = {
  name: string;
  needs?: readonly string[];
  if?: string;
  "runs-on": string;
  "timeout-minutes": number;
  permissions: Permissions;
  environment?: string | { name: string; url?: string };
  concurrency?: Concurrency;
  strategy?: { "fail-fast": boolean; "max-parallel"?: number; matrix: Record<string, YamlValue> | string };
  outputs?: Record<string, string>;
  env?: Record<string, Scalar>;
  services?: Record<string, Service>;
  steps: readonly Step[];
};

/** A job that calls a reusable workflow. It may have no timeout: the jobs of the called workflow have theirs. */
export type CallJob = {
  name: string;
  needs?: readonly string[];
  if?: string;
  permissions: Permissions;
  uses: string | Commented;
  with?: Record<string, Scalar>;
  secrets?: Record<string, string>;
  steps?: undefined;
};

export const callsWorkflow = (job: Job | CallJob): job is CallJob => "uses" in job;

export type DispatchInput = {
  description: string;
  required?: boolean;
  type: "string" | "boolean" | "choice" | "number";
  default?: string | boolean | number;
  options?: readonly string[];
};

export type CallInput = {
  description: string;
  required?: boolean;
  type: "string" | "boolean" | "number";
  default?: string | boolean | number;
};

export type CallSecret = { description: string; required?: boolean };

export type CallOutput = { description: string; value: string };

export type Triggers = {
  push?: { branches?: readonly string[]; tags?: readonly string[] };
  pull_request?: { branches?: readonly string[] };
  merge_group?: { branches?: readonly string[] };
  workflow_run?:
    Commented | { workflows: readonly string[]; types: readonly ["completed"]; branches: readonly string[] };
  workflow_call?: {
    inputs?: Record<string, CallInput>;
    secrets?: Record<string, CallSecret>;
    outputs?: Record<string, CallOutput>;
  };
  schedule?: readonly { cron: string }[];
  workflow_dispatch?: { inputs?: Record<string, DispatchInput> } | null;
};

export type Workflow = {
  name: string;
  /** What a single run is called; by default what GitHub makes of its event. */
  "run-name"?: string;
  on: Triggers;
  permissions: Permissions;
  concurrency: Concurrency;
  env?: Record<string, Scalar>;
  jobs: Record<string, Job | CallJob>;
};
