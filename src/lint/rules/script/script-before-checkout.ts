import type { Job, Step } from "../../../workflow/document/document.ts";
import { invocationOf } from "../../../shell/invocation.ts";
import { holdsPlaceholder } from "../../../shell/words.ts";
import { isAction } from "../../../workflow/document/uses.ts";
import { rule } from "../../rule.ts";
import { commandsIn, type Script, scriptOf, type ShellCommand, spanOf } from "../../scripts.ts";
import { isHosted } from "../../hosted-job.ts";

export const scriptBeforeCheckout = rule({
  id: "script-before-checkout",
  family: "script",
  levels: { recommended: "error", strict: "error" },
  summary: "A repository's script runs after the repository is checked out.",
  why: "A job starts in an empty folder. Until `actions/checkout` has run there is no `./scripts` to call.",
  bad: [
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: ./scripts/prepare.sh
      - uses: actions/checkout@v6
`,
    `on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/setup-node@v6
      - run: bash .github/scripts/deploy.sh
`,
    `on: push
jobs:
  cleanup:
    runs-on: ubuntu-latest
    steps:
      - run: scripts/registry/cleanup.sh success
`,
  ],
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - run: ./scripts/prepare.sh
  other:
    runs-on: ubuntu-latest
    steps:
      - run: |
          curl -fsSLo install.sh https://example.com/install.sh
          bash ./install.sh
      - run: ./tool/run
  fetched:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v5
      - run: ./dist/run
`,
  workflow(workflow, { report }) {
    for (const job of workflow.jobs) {
      if (isElsewhere(job) || job.defaults?.workingDirectory || workflow.defaults?.workingDirectory) continue;
      for (const step of job.steps) {
        const script = scriptOf(step);
        if (script) {
          const found = script.step.workingDirectory ? undefined : callIn(script);
          if (found) {
            const later = job.steps.slice(step.index + 1).find(({ uses }) => isAction(uses, "actions/checkout"));
            report(
              spanOf(script, found.at),
              `There is no \`${found.path}\` yet: ${later ? "the repository is checked out later. Move \`actions/checkout\` before this step." : "this job never checks the repository out. Add a step with \`actions/checkout\` before this one."}`,
              later ? { related: [{ at: later.node, message: "The repository is checked out here." }] } : {},
            );
          }
          // Commands of any other kind may put files there.
          if (found || commandsIn(script).some((command) => !leavesNoFiles(command))) break;
        } else if (!leavesWorkspaceEmpty(step)) break;
      }
    }
  },
});

/** In a container the image may bring files; on a runner of one's own, earlier runs may. */
const isElsewhere = (job: Job): boolean => job.container !== undefined || !isHosted(job, "ubuntu", "macos", "windows");

/** Actions that put no files of the repository into the workspace. */
const leavesWorkspaceEmpty = ({ uses, run }: Step): boolean =>
  run === undefined &&
  uses?.kind === "repository" &&
  /^(?:actions\/setup-(?:node|python|java|go|dotnet)|docker\/(?:login|setup-(?:buildx|qemu))-action|step-security\/harden-runner|ruby\/setup-ruby|dtolnay\/rust-toolchain|astral-sh\/setup-uv|pnpm\/action-setup)$/.test(
    uses.repository,
  );

const INTERPRETER = /^(?:bash|sh|zsh|python3?|node|ruby|source|\.)$/;
/** `scripts/build.sh`: below a folder, with the ending of a script. */
const SCRIPT = /^(?:\.\/)?(?:\.?[\w-]+\/)+[\w.-]+\.(?:sh|py|js|mjs|cjs|rb|bash)$/;
/** `./gradlew` */
const PROGRAM = /^\.\/(?:[\w.-]+\/)*[\w.-]+$/;
/** What an installation puts there, or what lies outside of the workspace. */
const INSTALLED = /node_modules|\.\.\/|^\/|(?:^|\/)\.?venv\//;

/** Before the first command that might make or fetch files. */
function callIn(script: Script): { path: string; at: ShellCommand["node"] } | undefined {
  for (const command of commandsIn(script)) {
    // `[ -x ./run ] && ./run`: asked for first.
    if (
      command.inCondition ||
      command.orElse ||
      command.inFunction ||
      (command.andThen && (command.name === "[" || command.name === "test")) ||
      /\[\[.*&&/.test(script.source)
    )
      return undefined;
    const { name, args } = invocationOf(command);
    const interpreted = name !== undefined && INTERPRETER.test(name);
    const path = interpreted ? args[0] : name;
    if (
      path !== undefined &&
      !holdsPlaceholder(path) &&
      (interpreted ? SCRIPT.test(path) : SCRIPT.test(path) || PROGRAM.test(path)) &&
      !INSTALLED.test(path)
    )
      return { path, at: command.node };
    if (!leavesNoFiles(command)) return undefined;
  }
  return undefined;
}

const QUIET = new Set([
  "echo",
  "printf",
  "true",
  ":",
  "set",
  "export",
  "test",
  "[",
  "date",
  "sleep",
  "exit",
  "chmod",
  "uname",
  "env",
  "pwd",
  "ls",
  "which",
  "df",
  "free",
  "id",
  "whoami",
  "node",
  "java",
]);
const writesFile = (redirect: ShellCommand["redirects"][number]): boolean =>
  redirect.type === "Redirect" &&
  /^>>?$/.test(redirect.operator) &&
  !/^\$\{?GITHUB_|^\/dev\/null$|^&/.test(redirect.target?.value ?? "");

const leavesNoFiles = (command: ShellCommand): boolean => {
  const { name } = invocationOf(command);
  if (command.redirects.some(writesFile)) return false;
  return name === undefined ? command.assignments.length > 0 : QUIET.has(name) || /^(?:apt|apt-get)$/.test(name);
};
