/**
 * Settings for actionlint, whose newest release does not know what GitHub has had since July 2026: bound to the workflows
 * that use it, and to the one message about it.
 */
import type { Pipeline } from "../pipeline/types.ts";
import { callsWorkflow, type Workflow } from "../workflow/model.ts";
import type { EmittedFile } from "./program-files.ts";
import { programOf } from "./steps/program.ts";

/** Where actionlint looks first, from the root of a git repository; `.yml` is the other place. */
export const ACTIONLINT_FILE = ".github/actionlint.yaml";

/** A form of GitHub's that actionlint does not know. */
export interface UnknownForm {
  comment: string;
  /** What the messages about it match. */
  ignore: string;
  /** Such a message of actionlint 1.7.12. */
  message: string;
}

const FORMS = {
  self: {
    comment: "`$/` is this repository, at the commit of the workflow file (rhysd/actionlint#711).",
    ignore: '^specifying action "\\$/\\.github/pipewright/[a-z-]+" in invalid format because ref is missing',
    message:
      'specifying action "$/.github/pipewright/take-image" in invalid format because ref is missing. available formats are "{owner}/{repo}@{ref}" or "{owner}/{repo}/{path}@{ref}"',
  },
  cacheMode: {
    comment: "`cache-mode` says what a job may do with caches (GitHub's changelog, September 2026).",
    ignore: '^unexpected key "cache-mode" for "(job|workflow)" section',
    message: 'unexpected key "cache-mode" for "job" section. expected one of "concurrency", "container"',
  },
  queue: {
    comment: "`queue: max` keeps every run that waits (GitHub's changelog, 2026).",
    ignore: '^unexpected key "queue" for "concurrency" section',
    message: 'unexpected key "queue" for "concurrency" section. expected one of "cancel-in-progress", "group"',
  },
} as const satisfies Record<string, UnknownForm>;

/** A workflow file with what actionlint does not know in it. */
export interface UnknownForms {
  path: string;
  forms: readonly UnknownForm[];
}

/** The files of which actionlint would complain, in the order of their paths. */
export const unknownForms = (
  files: readonly { pipeline: Pipeline; path: string; workflow: Workflow }[],
): UnknownForms[] =>
  files
    .map(({ pipeline, path, workflow }) => ({ path, forms: formsIn(pipeline, workflow) }))
    .filter(({ forms }) => forms.length > 0)
    .sort((left, right) => (left.path < right.path ? -1 : 1));

function formsIn({ programs }: Pipeline, workflow: Workflow): UnknownForm[] {
  const jobs = Object.values(workflow.jobs);
  const usesSelf = programs === "self" && jobs.some((job) => !callsWorkflow(job) && job.steps.some(programOf));
  const saysCacheMode = [workflow, ...jobs].some((one) => "cache-mode" in one);
  const saysQueue = [workflow, ...jobs].some((one) => "concurrency" in one && one.concurrency?.queue !== undefined);
  return [
    ...(usesSelf ? [FORMS.self] : []),
    ...(saysCacheMode ? [FORMS.cacheMode] : []),
    ...(saysQueue ? [FORMS.queue] : []),
  ];
}

/** The file, where there is something to ignore. */
export const actionlintFile = (files: readonly UnknownForms[]): EmittedFile[] =>
  files.length === 0 ? [] : [{ path: ACTIONLINT_FILE, body: () => `${HEAD}${printIgnores(files)}` }];

const HEAD = `# What GitHub knows and the newest release of actionlint, 1.7.12, does not.
`;

/** The lines below `paths:`, that one included. The same list is written once. */
export function printIgnores(files: readonly UnknownForms[]): string {
  const named = new Map<string, string>();
  const entries = files.map(({ path, forms }) => {
    const key = forms.map(({ ignore }) => ignore).join("\n");
    const name = named.get(key);
    if (name !== undefined) return `  ${path}:\n    ignore: *${name}\n`;
    const anchor = `unknown${named.size === 0 ? "" : `-${named.size + 1}`}`;
    named.set(key, anchor);
    const isShared = files.filter((other) => sameForms(other.forms, forms)).length > 1;
    // Above the key, where Prettier leaves a comment beside an anchor.
    const comments = forms.map(({ comment }) => `    # ${comment}\n`).join("");
    const ignores = forms.map(({ ignore }) => `      - '${ignore}'\n`).join("");
    return `  ${path}:\n${comments}    ignore:${isShared ? ` &${anchor}` : ""}\n${ignores}`;
  });
  return `paths:\n${entries.join("")}`;
}

const sameForms = (left: readonly UnknownForm[], right: readonly UnknownForm[]): boolean =>
  left.length === right.length && left.every((form, index) => form === right[index]);
