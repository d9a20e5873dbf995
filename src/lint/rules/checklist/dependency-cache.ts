import { versionOf } from "../../../actions/versions.ts";
import { inputOf, type Job, type Step, type Trigger } from "../../../workflow/document/document.ts";
import { isAction } from "../../../workflow/document/uses.ts";
import { fixOf, setIn } from "../../edits.ts";
import { rule } from "../../rule.ts";
import { invocationOf, operandsOf } from "../../../shell/invocation.ts";
import { commandsIn, scriptOf } from "../../scripts.ts";
import { isPublished } from "../security/publishing.ts";

const CACHING_ACTIONS = [
  "actions/cache",
  "actions/cache/restore",
  "gradle/actions/setup-gradle",
  "gradle/gradle-build-action",
  "bahmutov/npm-install",
];

export const dependencyCache = rule({
  id: "dependency-cache",
  family: "checklist",
  levels: { recommended: "info", strict: "info" },
  checklist: "10.3.1",
  summary: "A setup action that can cache what the job installs does so.",
  why: "Each run downloads all dependencies again: that costs a minute or two, and fails whenever the package registry does. The setup actions keep them in GitHub's cache for one input more.",
  bad: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 20
      - run: npm ci
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
      - run: pip install -r requirements.txt
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-java@v4
        with: { distribution: temurin, java-version: 21 }
      - run: ./gradlew build
`,
  ],
  good: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          cache: npm
      - run: npm ci
  pinned:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v6
      - run: npm ci
  nothing-installed:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/setup-python@v5
      - run: python3 tools/check.py
  by-hand:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/setup-node@v4
      - uses: actions/cache@v4
        with: { path: ~/.npm, key: npm }
      - run: npm ci
`,
    `on:
  release:
    types: [published]
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/setup-node@v4
      - run: npm ci
`,
    `on: push
jobs:
  pack:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/setup-node@v4
      - run: npm ci && npm pack
      - uses: actions/upload-artifact@v4
        with: { name: package, path: "*.tgz" }
  publish:
    needs: pack
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v5
      - run: npm publish package/*.tgz
`,
    `on: workflow_call
jobs:
  pack:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/setup-java@v4
        with: { distribution: temurin, java-version: 21 }
      - run: ./gradlew assemble
      - uses: actions/upload-artifact@v4
        with: { name: package, path: build/libs }
`,
  ],
  fixable: true,
  job(job, { report }) {
    // A cache that anybody's run may have filled is a risk where something is released.
    if (job.workflow.triggers.every(isForReleases) || isPublished(job) || handsOnToCaller(job)) return;
    if (job.container || job.steps.some(({ uses }) => isAction(uses, ...CACHING_ACTIONS))) return;
    const seen = new Set<string>();
    for (const step of job.steps) {
      if (step.uses?.kind !== "repository" || seen.has(step.uses.repository)) continue;
      const found = missingCache(step, job);
      if (!found) continue;
      // One more set up for another version shares the first one's cache.
      seen.add(step.uses.repository);
      report(
        step.uses.node,
        `\`${found.installs}\` downloads all dependencies in every run. Let this action keep them: set \`cache: ${found.cache}\`${found.safe ? "" : ", and `cache-dependency-path` where the file that lists them is not at the root"}.`,
        {
          fix: found.safe
            ? fixOf(`Add \`cache: ${found.cache}\``, setIn(job.workflow.file, step.node, "with", "cache", found.cache))
            : undefined,
        },
      );
    }
  },
});

/** Whoever calls the workflow may publish what it uploads. */
const handsOnToCaller = ({ workflow, steps }: Job): boolean =>
  workflow.triggers.every(({ event }) => event === "workflow_call") &&
  steps.some(({ uses }) => isAction(uses, "actions/upload-artifact"));

interface MissingCache {
  cache: string;
  /** The command that installs. */
  installs: string;
  /** The files that the action looks for are known to stand where it looks: without them it fails. */
  safe: boolean;
}

function missingCache(step: Step, job: Job): MissingCache | undefined {
  const { uses } = step;
  if (
    uses?.kind !== "repository" ||
    step.with.has("cache") ||
    step.with.has("package-manager-cache") ||
    (step.node.pairs.some(({ key }) => key.value === "with") && step.with.size === 0)
  )
    return undefined;
  const known = versionOf(uses.name, uses.ref);
  // An older version, or a commit that nobody recorded, may not have the input.
  if (known?.fit !== "exact" || !known.version.inputs.has("cache")) return undefined;
  const { version } = known;
  const later = job.steps.slice(step.index + 1);
  if (isAction(uses, "actions/setup-node")) {
    // From version 5 on it decides by package.json, which is not this file's text; what it does for a commit is not known.
    if (!/^v?[2-4](?:\.|$)/.test(version.tag)) return undefined;
    return installing(later, (name, verbs, args) => {
      if (name === "npm" && verbs[0] === "ci" && !args.includes("-g") && !args.includes("--prefix"))
        return { cache: "npm", safe: true };
      if (name === "yarn" && args.some((arg) => arg === "--frozen-lockfile" || arg === "--immutable"))
        return { cache: "yarn", safe: true };
      // `pnpm` must be there before the action that asks it for its store.
      if (name === "pnpm" && /^i(?:nstall)?$/.test(verbs[0] ?? ""))
        return job.steps.slice(0, step.index).some((other) => isAction(other.uses, "pnpm/action-setup"))
          ? { cache: "pnpm", safe: true }
          : undefined;
      return undefined;
    });
  }
  if (isAction(uses, "actions/setup-python")) {
    return installing(later, (name, verbs, args) => {
      const pip =
        name === "pip" || name === "pip3" || (/^python3?$/.test(name) && args[0] === "-m" && args[1] === "pip");
      const requirements = args.find((_arg, index) => /^(?:-r|--requirement)$/.test(args[index - 1] ?? ""));
      if (pip && verbs.includes("install") && requirements !== undefined)
        return { cache: "pip", safe: requirements === "requirements.txt" };
      return name === "pipenv" && verbs[0] === "install" ? { cache: "pipenv", safe: false } : undefined;
    });
  }
  if (isAction(uses, "actions/setup-java")) {
    return installing(later, (name) => {
      if (name === "gradle" || name === "gradlew" || name === "./gradlew") return { cache: "gradle", safe: true };
      return name === "mvn" || name === "./mvnw" ? { cache: "maven", safe: true } : undefined;
    });
  }
  return undefined;
}

/** The first command that installs, of the steps up to the next setup of the same kind. */
function installing(
  steps: readonly Step[],
  judge: (
    name: string,
    verbs: readonly string[],
    args: readonly string[],
  ) => Pick<MissingCache, "cache" | "safe"> | undefined,
): MissingCache | undefined {
  for (const step of steps) {
    const script = scriptOf(step);
    if (!script) continue;
    for (const command of commandsIn(script)) {
      const { name, args } = invocationOf(command);
      const found = name === undefined ? undefined : judge(name, operandsOf({ args }), args);
      if (!found) continue;
      // A cache that another run has filled has no place in what is published.
      if (args.some((arg) => /deploy|publish|upload|release/i.test(arg))) return undefined;
      // In another folder the action would have to be told where the lock file is.
      const moved =
        step.workingDirectory !== undefined ||
        inputOf(step, "working-directory") !== undefined ||
        /(?:^|\n|&&|;)\s*(?:cd|pushd)\s/.test(script.source) ||
        ownerMoves(step);
      return { ...found, safe: found.safe && !moved, installs: `${name} ${args.slice(0, 3).join(" ")}`.trim() };
    }
  }
  return undefined;
}

const ownerMoves = ({ owner }: Step): boolean =>
  owner.kind === "job" &&
  (owner.defaults?.workingDirectory !== undefined || owner.workflow.defaults?.workingDirectory !== undefined);

function isForReleases({ event, config }: Trigger): boolean {
  if (event === "release" || event === "workflow_dispatch") return true;
  const filters = config?.kind === "mapping" ? config.pairs : [];
  return event === "push" && filters.length > 0 && filters.every(({ key }) => key.value === "tags");
}
