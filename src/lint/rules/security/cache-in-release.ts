import type { Job, Step, WorkflowDocument } from "../../../workflow/document/document.ts";
import { isAction } from "../../../workflow/document/uses.ts";
import { valueOf } from "../../../workflow/yaml/node.ts";
import { commandsIn } from "../../scripts.ts";
import { rule } from "../../rule.ts";
import { guardAt } from "../../taint/guards.ts";
import { inputOf, isFalse, isTrue, scriptOf } from "./place.ts";
import { versionOf } from "./versions.ts";

export const cacheInRelease = rule({
  id: "cache-in-release",
  family: "security",
  levels: { recommended: "off", strict: "warning" },
  summary: "A job that publishes takes nothing from the cache.",
  why: "Any job on the default branch can write a cache entry that a release restores: one weak workflow is enough to put code into what is published (Adnan Khan, \"The Monsters in Your Build Cache\").",
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
  workflow(workflow, { report }) {
    if (!releases(workflow)) return;
    for (const job of workflow.jobs) {
      if (guardAt({ job }).only?.has("pull_request") === true) continue;
      const publishing = publisherIn(job);
      if (!publishing) continue;
      const related = [{ at: publishing.run ?? publishing.uses?.node ?? publishing.node, message: "This publishes." }];
      const judge = (step: Step): void => {
        const restored = cacheOf(step);
        if (restored && step.uses) report(step.uses.node, `${step.owner === job ? "This job publishes" : `What this job builds is published by \`${job.id}\``}, and ${restored} restores what other runs have put into the cache. Build a release without it.`, { related });
      };
      job.steps.slice(0, publishing.index).forEach(judge);
      for (const builder of buildersOf(job)) builder.steps.forEach(judge);
    }
  },
});

/** The jobs before it whose artifacts it takes. */
function buildersOf(job: Job): Job[] {
  if (!job.steps.some(({ uses }) => isAction(uses, "actions/download-artifact"))) return [];
  const found = new Set<Job>();
  const visit = ({ workflow, needs }: Job): void => {
    for (const { value } of needs) {
      const needed = workflow.jobs.find(({ id }) => id === value);
      if (!needed || found.has(needed) || needed === job) continue;
      found.add(needed);
      visit(needed);
    }
  };
  visit(job);
  return [...found].filter(({ steps }) => steps.some(({ uses }) => isAction(uses, "actions/upload-artifact")));
}

/** Runs on releases and tags, and on nothing else that a cache would be for. */
function releases(workflow: WorkflowDocument): boolean {
  return workflow.triggers.some(({ event, config }) => event === "release" || (event === "push" && valueOf(config, "tags") !== undefined && valueOf(config, "branches") === undefined));
}

const PUBLISHING = /^(?:pypa\/gh-action-pypi-publish|softprops\/action-gh-release|ncipollo\/release-action|goreleaser\/goreleaser-action|js-devtools\/npm-publish|rubygems\/release-gem|actions\/create-release|actions\/upload-release-asset|svenstaro\/upload-release-action|cycjimmy\/semantic-release-action|changesets\/action|rust-lang\/crates-io-auth-action)$/i;

function publisherIn(job: Job): Step | undefined {
  return job.steps.find((step) => {
    const { uses } = step;
    if (uses?.kind === "repository") return PUBLISHING.test(uses.name) || (uses.repository === "docker/build-push-action" && isTrue(inputOf(step, "push")));
    const script = scriptOf(step);
    return script !== undefined && commandsIn(script).some(({ name, args }) => (/^(?:npm|pnpm|yarn|cargo|poetry|flit|uv|hatch|lerna)$/.test(name ?? "") && args.includes("publish") && !args.includes("--dry-run")) || (name === "twine" && args[0] === "upload") || (name === "gem" && args[0] === "push") || (name === "gh" && args[0] === "release" && (args[1] === "create" || args[1] === "upload")));
  });
}

/** What restores a cache in this step. */
function cacheOf(step: Step): string | undefined {
  const { uses } = step;
  if (uses?.kind !== "repository" || step.if !== undefined) return undefined;
  const major = versionOf(uses.ref)?.[0];
  const input = inputOf(step, "cache");
  switch (uses.repository) {
    case "actions/cache":
      return uses.path === "save" || isTrue(inputOf(step, "lookup-only")) ? undefined : `\`${uses.name}\``;
    case "swatinem/rust-cache":
      return isTrue(inputOf(step, "lookup-only")) ? undefined : `\`${uses.name}\``;
    case "actions/setup-node":
    case "actions/setup-python":
    case "actions/setup-java":
    case "actions/setup-dotnet":
      return input && !isFalse(input) && input.value.trim() !== "" && !input.value.includes("${{") ? `\`cache: ${input.value}\`` : undefined;
    case "actions/setup-go":
      return isFalse(input) || input?.value.includes("${{") === true || (input === undefined && (major === undefined || major < 4)) ? undefined : "its cache, which is on by default,";
    case "ruby/setup-ruby":
      return isTrue(inputOf(step, "bundler-cache")) ? "`bundler-cache`" : undefined;
    case "astral-sh/setup-uv":
      return isTrue(inputOf(step, "enable-cache")) ? "`enable-cache`" : undefined;
    case "pnpm/action-setup":
      return isTrue(input) ? "`cache`" : undefined;
    default:
      return undefined;
  }
}
