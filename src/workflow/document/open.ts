/** The tree of a file as a document. Total: anything that YAML can hold gives a document, perhaps an empty one. */
import {
  isNull,
  type MappingNode,
  type Pair,
  pairOf,
  type ScalarNode,
  scalarOf,
  scalarsOf,
  type SequenceNode,
  valueOf,
  type YamlNode,
} from "../yaml/node.ts";
import type {
  ActionDocument,
  Concurrency,
  Container,
  Document,
  EnvBlock,
  Job,
  JobSecrets,
  Matrix,
  Permissions,
  RunDefaults,
  Step,
  Trigger,
  WorkflowDocument,
} from "./document.ts";
import type { SourceFile } from "./source-file.ts";
import { usesOf } from "./uses.ts";

/** What kind of file a path is: `action.yml` anywhere is an action, everything else a workflow. */
export const kindOfFile = (path: string): Document["kind"] =>
  /(?:^|\/)action\.ya?ml$/i.test(path) ? "action" : "workflow";

export function openDocument(file: SourceFile, kind: Document["kind"] = kindOfFile(file.path)): Document {
  return kind === "action" ? openAction(file) : openWorkflow(file);
}

function openWorkflow(file: SourceFile): WorkflowDocument {
  const root = mappingOf(file.yaml.root);
  const workflow: WorkflowDocument = {
    kind: "workflow",
    file,
    root,
    name: scalarOf(valueOf(root, "name")),
    runName: scalarOf(valueOf(root, "run-name")),
    on: pairOf(root, "on"),
    triggers: triggersOf(valueOf(root, "on")),
    permissions: permissionsOf(pairOf(root, "permissions")),
    env: envOf(pairOf(root, "env")),
    defaults: defaultsOf(root),
    concurrency: concurrencyOf(pairOf(root, "concurrency")),
    jobs: [],
  };
  for (const { key, value } of mappingOf(valueOf(root, "jobs"))?.pairs ?? [])
    workflow.jobs.push(jobFrom(workflow, key, value));
  return workflow;
}

function openAction(file: SourceFile): ActionDocument {
  const root = mappingOf(file.yaml.root);
  const runs = mappingOf(valueOf(root, "runs"));
  const action: ActionDocument = {
    kind: "action",
    file,
    root,
    name: scalarOf(valueOf(root, "name")),
    description: scalarOf(valueOf(root, "description")),
    inputs: pairsByKey(valueOf(root, "inputs")),
    outputs: pairsByKey(valueOf(root, "outputs")),
    runs,
    using: scalarOf(valueOf(runs, "using")),
    steps: [],
  };
  action.steps.push(...stepsFrom(action, sequenceOf(valueOf(runs, "steps"))));
  return action;
}

const mappingOf = (node: YamlNode | undefined): MappingNode | undefined =>
  node?.kind === "mapping" ? node : undefined;
const sequenceOf = (node: YamlNode | undefined): SequenceNode | undefined =>
  node?.kind === "sequence" ? node : undefined;

/** A key that stands twice counts once, the last one, as for GitHub's loader. */
const pairsByKey = (node: YamlNode | undefined): Map<string, Pair> =>
  new Map(mappingOf(node)?.pairs.map((pair) => [pair.key.value, pair]) ?? []);

function triggersOf(on: YamlNode | undefined): Trigger[] {
  if (on?.kind === "mapping")
    return on.pairs.map(({ key, value }) => ({
      event: key.value,
      node: key,
      config: isNull(value) ? undefined : value,
    }));
  return scalarsOf(on).map((node) => ({ event: node.value, node, config: undefined }));
}

function permissionsOf(pair: Pair | undefined): Permissions | undefined {
  if (!pair) return undefined;
  const word = scalarOf(pair.value)?.value;
  return { pair, all: word === "read-all" || word === "write-all" ? word : undefined, scopes: pairsByKey(pair.value) };
}

function envOf(pair: Pair | undefined): EnvBlock | undefined {
  return (
    pair && {
      pair,
      variables: pairsByKey(pair.value),
      computed: pair.value.kind === "scalar" && pair.value.value.includes("${{"),
    }
  );
}

function defaultsOf(node: MappingNode | undefined): RunDefaults | undefined {
  const run = valueOf(valueOf(node, "defaults"), "run");
  return (
    run && { shell: scalarOf(valueOf(run, "shell")), workingDirectory: scalarOf(valueOf(run, "working-directory")) }
  );
}

function concurrencyOf(pair: Pair | undefined): Concurrency | undefined {
  if (!pair) return undefined;
  const { value } = pair;
  return {
    pair,
    group: scalarOf(value) ?? scalarOf(valueOf(value, "group")),
    cancelInProgress: scalarOf(valueOf(value, "cancel-in-progress")),
    queue: scalarOf(valueOf(value, "queue")),
  };
}

function jobFrom(workflow: WorkflowDocument, key: ScalarNode, value: YamlNode): Job {
  const node: MappingNode = mappingOf(value) ?? {
    kind: "mapping",
    flow: false,
    pairs: [],
    start: value.start,
    end: value.end,
  };
  const container = pairOf(node, "container");
  const uses = scalarOf(valueOf(node, "uses"));
  const stepsNode = sequenceOf(valueOf(node, "steps"));
  const job: Job = {
    kind: "job",
    workflow,
    id: key.value,
    key,
    node,
    name: scalarOf(valueOf(node, "name")),
    needs: scalarsOf(valueOf(node, "needs")),
    if: scalarOf(valueOf(node, "if")),
    runsOn: pairOf(node, "runs-on"),
    permissions: permissionsOf(pairOf(node, "permissions")),
    env: envOf(pairOf(node, "env")),
    defaults: defaultsOf(node),
    concurrency: concurrencyOf(pairOf(node, "concurrency")),
    environment: pairOf(node, "environment"),
    outputs: pairsByKey(valueOf(node, "outputs")),
    matrix: matrixOf(pairOf(valueOf(node, "strategy"), "matrix")),
    timeoutMinutes: scalarOf(valueOf(node, "timeout-minutes")),
    continueOnError: scalarOf(valueOf(node, "continue-on-error")),
    container: container && containerFrom(container),
    services: mappingOf(valueOf(node, "services"))?.pairs.map(containerFrom) ?? [],
    uses: uses && usesOf(uses),
    with: pairsByKey(valueOf(node, "with")),
    secrets: secretsOf(pairOf(node, "secrets")),
    stepsNode,
    steps: [],
  };
  job.steps.push(...stepsFrom(job, stepsNode));
  return job;
}

function secretsOf(pair: Pair | undefined): JobSecrets | undefined {
  return pair && { pair, inherit: scalarOf(pair.value)?.value === "inherit", passed: pairsByKey(pair.value) };
}

function matrixOf(pair: Pair | undefined): Matrix | undefined {
  if (!pair) return undefined;
  const include = valueOf(pair.value, "include");
  const dimensions = pairsByKey(pair.value);
  dimensions.delete("include");
  dimensions.delete("exclude");
  return {
    pair,
    computed: isComputed(pair.value) || isComputed(include) || sequenceOf(include)?.items.some(isComputed) === true,
    dimensions,
    include: mappingsIn(include),
    exclude: mappingsIn(valueOf(pair.value, "exclude")),
  };
}

const isComputed = (node: YamlNode | undefined): boolean => node?.kind === "scalar" && node.value.includes("${{");
const mappingsIn = (node: YamlNode | undefined): MappingNode[] =>
  sequenceOf(node)?.items.filter((item) => item.kind === "mapping") ?? [];

function containerFrom({ key, value }: Pair): Container {
  return {
    key,
    value,
    image: scalarOf(value) ?? scalarOf(valueOf(value, "image")),
    credentials: pairsByKey(valueOf(value, "credentials")),
    env: envOf(pairOf(value, "env")),
  };
}

function stepsFrom(owner: Step["owner"], list: SequenceNode | undefined): Step[] {
  const steps: Step[] = [];
  const add = (items: readonly YamlNode[], background: boolean): void => {
    for (const item of items) {
      if (item.kind !== "mapping") continue;
      const parallel = sequenceOf(valueOf(item, "parallel"));
      if (parallel) add(parallel.items, true);
      else steps.push(stepFrom(owner, item, steps.length, background));
    }
  };
  add(list?.items ?? [], false);
  return steps;
}

function stepFrom(owner: Step["owner"], node: MappingNode, index: number, inGroup: boolean): Step {
  const uses = scalarOf(valueOf(node, "uses"));
  return {
    kind: "step",
    owner,
    index,
    node,
    id: scalarOf(valueOf(node, "id")),
    name: scalarOf(valueOf(node, "name")),
    if: scalarOf(valueOf(node, "if")),
    uses: uses && usesOf(uses),
    run: scalarOf(valueOf(node, "run")),
    shell: scalarOf(valueOf(node, "shell")),
    workingDirectory: scalarOf(valueOf(node, "working-directory")),
    with: pairsByKey(valueOf(node, "with")),
    env: envOf(pairOf(node, "env")),
    timeoutMinutes: scalarOf(valueOf(node, "timeout-minutes")),
    continueOnError: scalarOf(valueOf(node, "continue-on-error")),
    background: inGroup || scalarOf(valueOf(node, "background"))?.value === "true",
  };
}
