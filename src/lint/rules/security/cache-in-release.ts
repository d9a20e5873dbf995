import type { Step, WorkflowDocument } from "../../../workflow/document/document.ts";
import { scalarsOf, valueOf } from "../../../workflow/yaml/node.ts";
import { rule } from "../../rule.ts";
import { guardAt } from "../../taint/guards.ts";
import { cacheOf } from "./cache-actions.ts";
import { buildersOf, publisherIn } from "./publishing.ts";

export const cacheInRelease = rule({
  id: "cache-in-release",
  family: "security",
  levels: { recommended: "off", strict: "warning" },
  summary: "A job that publishes takes nothing from the cache.",
  why: 'Any job on the default branch can write a cache entry that a release restores: one weak workflow is enough to put code into what is published (Adnan Khan, "The Monsters in Your Build Cache"). Steps with a condition are left out, since it may keep them out of releases; where the file does not show that anything is published, it is advice.',
  bad: `on:
  push:
    tags: ["v*"]
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          cache: npm
      - run: npm ci && npm publish
`,
  good: [
    `on:
  push:
    tags: ["v*"]
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
      - run: npm ci && npm publish
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          cache: npm
      - run: npm test
`,
  ],
  workflow(workflow, { report, settings }) {
    const isRelease = releases(workflow);
    if (!isRelease && settings.preset !== "strict") return;
    const said = new Set<Step>();
    for (const job of workflow.jobs) {
      if (guardAt({ job }).only?.has("pull_request") === true) continue;
      const publishing = publisherIn(job);
      if (!publishing || (!isRelease && isGuarded(publishing))) continue;
      const level = isRelease ? undefined : ("info" as const);
      const related = [{ at: publishing.run ?? publishing.uses?.node ?? publishing.node, message: "This publishes." }];
      const judge = (step: Step): void => {
        const restored = step.if ? undefined : cacheOf(step);
        if (!restored || !step.uses || said.has(step)) return;
        said.add(step);
        report(
          step.uses.node,
          `${step.owner === job ? "This job publishes" : `What this job builds is published by \`${job.id}\``}, and ${restored} restores what other runs have put into the cache. Build a release without it.`,
          { related, ...(level ? { level } : {}) },
        );
      };
      job.steps.slice(0, publishing.index).forEach(judge);
      for (const builder of buildersOf(job)) builder.steps.forEach(judge);
    }
    if (!isRelease || settings.preset !== "strict") return;
    // What becomes of these jobs' work the file does not show.
    for (const step of workflow.jobs.flatMap(({ steps }) => steps)) {
      const restored = said.has(step) || step.if ? undefined : cacheOf(step);
      if (restored && step.uses)
        report(
          step.uses.node,
          `This workflow runs for releases, and ${restored} restores what other runs have put into the cache. Where something of this job is published, build it without.`,
          { level: "info" },
        );
    }
  },
});

/** The publishing itself asks for more than that the workflow runs. */
const isGuarded = (step: Step): boolean => step.if !== undefined;

/** Runs on releases, tags and release branches, and on nothing else that a cache would be for. */
function releases(workflow: WorkflowDocument): boolean {
  return workflow.triggers.some(({ event, config }) => {
    if (event === "release") return true;
    const branches = valueOf(config, "branches");
    return (
      event === "push" &&
      (branches === undefined
        ? valueOf(config, "tags") !== undefined
        : scalarsOf(branches).length > 0 && scalarsOf(branches).every(({ value }) => /^releases?(?:\W|$)/.test(value)))
    );
  });
}
