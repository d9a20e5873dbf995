/** Which labels a job asks its runner for, through its matrix too. */
import type { Job } from "../../../../workflow/document/document.ts";
import { isNull, type ScalarNode, scalarOf, valueOf, type YamlNode } from "../../../../workflow/yaml/node.ts";
import type { LintSettings } from "../../../settings.ts";

/** What one run of the job asks for: a runner must have all of the labels. */
export interface RunnerRequest {
  labels: readonly ScalarNode[];
  /** A runner group is named as well: its runners may have any label. */
  group: boolean;
  /** Some labels are known only when the job runs. */
  computed: boolean;
}

const known = new WeakMap<Job, readonly RunnerRequest[]>();

/** One for each runner that the job may ask for; none for a job that calls a workflow. */
export function requestsOf(job: Job): readonly RunnerRequest[] {
  let requests = known.get(job);
  if (!requests) {
    requests = job.runsOn ? requestsFrom(job, job.runsOn.value, false) : [];
    known.set(job, requests);
  }
  return requests;
}

function requestsFrom(job: Job, node: YamlNode, group: boolean): RunnerRequest[] {
  if (node.kind === "mapping") {
    const labels = valueOf(node, "labels");
    const grouped = group || valueOf(node, "group") !== undefined;
    return labels ? requestsFrom(job, labels, grouped) : [];
  }
  if (node.kind === "scalar") return valuesOf(job, node).map((value) => requestOf(value, group));
  return [requestOf(node, group)];
}

function requestOf(node: YamlNode, group: boolean): RunnerRequest {
  const items = node.kind === "sequence" ? node.items : [node];
  const labels = items.flatMap((item) => scalarOf(item) ?? []).filter((label) => label.value !== "" && !isNull(label));
  const constant = labels.filter(({ value }) => !value.includes("${{"));
  return { labels: constant, group, computed: constant.length < items.length };
}

/** `${{ matrix.os }}` stands for the values of that dimension, and those that `include` gives it. */
function valuesOf(job: Job, node: ScalarNode): YamlNode[] {
  const name = /^\s*\$\{\{\s*matrix\.([\w-]+)\s*\}\}\s*$/.exec(node.value)?.[1]?.toLowerCase();
  if (name === undefined || !job.matrix) return [node];
  const found: YamlNode[] = [];
  for (const [dimension, { value }] of job.matrix.dimensions)
    if (dimension.toLowerCase() === name && value.kind === "sequence") found.push(...value.items);
  for (const entry of job.matrix.include)
    for (const { key, value } of entry.pairs) if (key.value.toLowerCase() === name) found.push(value);
  return found.length === 0 ? [node] : found;
}

/** Whether somebody told us that a runner of their own has the label. */
export const isDeclared = (label: string, { runnerLabels }: LintSettings): boolean =>
  runnerLabels?.some((pattern) => globOf(pattern).test(label)) === true;

const globs = new Map<string, RegExp>();

function globOf(pattern: string): RegExp {
  let glob = globs.get(pattern);
  if (!glob) {
    glob = new RegExp(
      `^${pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".")}$`,
      "i",
    );
    globs.set(pattern, glob);
  }
  return glob;
}

export const isSelfHosted = ({ labels }: RunnerRequest): boolean =>
  labels.some(({ value }) => value.toLowerCase() === "self-hosted");
