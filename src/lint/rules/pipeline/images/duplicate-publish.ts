import { isAction } from "../../../../workflow/document/uses.ts";
import type { Span } from "../../../../workflow/yaml/node.ts";
import { commandsIn, type ShellCommand, spanOf } from "../../../scripts.ts";
import { scriptOf } from "../../../model/step-scripts.ts";
import type { JobRun, Known, Pipeline, Run, StepRun } from "../../../model/model.ts";
import { pipelineOf } from "../../../model/pipeline.ts";
import { mayOverlap } from "../../../model/runs.ts";
import { repositoryRule } from "../../../rule.ts";

export const duplicatePublish = repositoryRule({
  id: "duplicate-publish",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A version is published by one path.",
  why: "Registries of packages take a version once. Publishing a release in the web pushes its tag as well, so that `push: tags` and `release: published` both run: the second one fails, or overwrites what the first has published.",
  bad: [
    {
      ".github/workflows/tag.yml": `on:
  push:
    tags: ['v*']
jobs:
  npm:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: npm publish
`,
      ".github/workflows/release.yml": `on:
  release:
    types: [published]
jobs:
  npm:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: npm publish --provenance
`,
    },
    `on:
  push:
    tags: ['v*']
  release:
    types: [published]
jobs:
  pypi:
    runs-on: ubuntu-latest
    steps:
      - uses: pypa/gh-action-pypi-publish@release/v1
`,
  ],
  good: {
    ".github/workflows/tag.yml": `on:
  push:
    tags: ['v*']
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - run: gh release create "$GITHUB_REF_NAME" --draft
`,
    ".github/workflows/release.yml": `on:
  push:
    tags: ['v*']
  release:
    types: [published]
jobs:
  npm:
    if: github.event_name == 'release'
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: npm publish
      - run: npm publish --dry-run
`,
  },
  repository({ repository, report }) {
    const pipeline = pipelineOf(repository);
    const publishers = publishersOf(pipeline);
    const told = new Set<string>();
    for (const [index, a] of publishers.entries())
      for (const b of publishers.slice(index + 1)) {
        if (
          a.what !== b.what ||
          a.job.run === b.job.run ||
          !bothForOneVersion(a.job.run, b.job.run) ||
          (a.happens === undefined && b.happens === undefined)
        )
          continue;
        const same = a.step.step === b.step.step;
        const [first, second] = same ? [b, b] : [a, b];
        const key = `${second.step.document.file.path}:${second.at.start}`;
        if (told.has(key)) continue;
        told.add(key);
        const events = `\`${nameOf(a.job.run)}\` and \`${nameOf(b.job.run)}\``;
        report(
          second.step.document,
          second.at,
          same
            ? `This publishes the same version twice: a release that is published in the web makes both ${events} run. Keep one of the two triggers.`
            : `Job \`${first.job.path}\` in ${first.job.job.workflow.file.path} publishes the same version: one release makes both ${events} run. Publish in one of the two.`,
          {
            related: same
              ? []
              : [{ in: first.step.document, at: first.at, message: "The same package is published here." }],
          },
        );
      }
  },
});

interface Publisher {
  what: string;
  job: JobRun;
  step: StepRun;
  at: Span;
  happens: Known;
}

const ACTIONS: Readonly<Record<string, string>> = {
  "pypa/gh-action-pypi-publish": "pypi",
  "js-devtools/npm-publish": "npm",
  "katyo/publish-crates": "crates",
};

/** The jobs that publish a package on a tag. */
function publishersOf({ runs }: Pipeline): Publisher[] {
  const found: Publisher[] = [];
  for (const run of runs) {
    if (run.event !== "release" && !(run.event === "push" && run.ref === "tag")) continue;
    for (const job of run.jobs) {
      if (job.happens === false || job.matrix) continue;
      for (const step of job.steps) {
        if (step.happens === false) continue;
        const happens: Known = job.happens === true && step.happens === true ? true : undefined;
        for (const [name, what] of Object.entries(ACTIONS))
          if (isAction(step.step.uses, name) && step.step.uses && step.step.with.size === 0)
            found.push({ what, job, step, at: step.step.uses.node, happens });
        if (!/\bpublish\b/.test(step.step.run?.value ?? "")) continue;
        const script = scriptOf(step);
        for (const command of script ? commandsIn(script) : []) {
          if (!script || !publishesAll(command)) continue;
          const at = spanOf(script, command.node);
          found.push({ what: `${command.name} ${folderOf(step)}`, job, step, at, happens });
        }
      }
    }
  }
  return found;
}

/** What makes a publication another one: a part of the packages, another tag or registry, or none at all. */
const ELSEWHERE = /^--dry-run|^-n$|^--tag|^--registry|^--filter|^-p$|^--package|^-w|^--workspace|^-r/;

function publishesAll({ name = "", args }: ShellCommand): boolean {
  const [first, ...others] = args;
  if (!/^(?:npm|pnpm|yarn|cargo|poetry|uv)$/.test(name) || first !== "publish") return false;
  return others.every((word) => (word.startsWith("-") && !ELSEWHERE.test(word)) || word === "publish");
}

const folderOf = ({ step, job }: StepRun): string =>
  (step.workingDirectory ?? job.job.defaults?.workingDirectory ?? job.job.workflow.defaults?.workingDirectory)?.value ??
  ".";

const nameOf = (run: Run): string => (run.event === "push" ? "push: tags" : "release");

/** A tag and its release, or two pushes of one tag. */
function bothForOneVersion(a: Run, b: Run): boolean {
  if (a.event === "push" && b.event === "push") return a.workflow !== b.workflow && mayOverlap(a.tags, b.tags);
  if (a.event === b.event)
    return (
      a.workflow !== b.workflow && (a.types ?? ["published"]).some((type) => (b.types ?? ["published"]).includes(type))
    );
  const [push, release] = a.event === "push" ? [a, b] : [b, a];
  // Without filters a push is meant for branches.
  return (
    push.tags !== undefined &&
    !push.tags.ignore &&
    (release.types === undefined ||
      release.types.some((type) => type === "published" || type === "released" || type === "created"))
  );
}
