import { inputOf, type Job, jobOf, type Step } from "../../../workflow/document/document.ts";
import { isAction } from "../../../workflow/document/uses.ts";
import { commandsIn, scriptOf, spanOf } from "../../scripts.ts";
import { rule } from "../../rule.ts";
import { checkoutInScript, checkoutOf, type UntrustedCheckout } from "../../taint/checkouts.ts";
import { taintOf } from "../../taint/document-taint.ts";
import { guardAt } from "../../taint/guards.ts";
import { PRIVILEGED_EVENTS } from "../../taint/sources.ts";
import { holdsPower, isTrue, stepsAfter } from "./place.ts";
import { wayTo } from "./injection.ts";

export const untrustedCheckout = rule({
  id: "untrusted-checkout",
  family: "security",
  levels: { recommended: "error", strict: "error" },
  summary: "No run that holds the repository's token or secrets runs a pull request's files.",
  why: 'On `pull_request_target`, `workflow_run` and `issue_comment` a run has the repository\'s own token, cache and secrets. When it checks out the commit of a pull request and builds, tests or installs it, whoever opened the pull request runs code with them (GitHub Security Lab, "Preventing pwn requests").',
  bad: `on: pull_request_target
permissions:
  contents: write
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          ref: \${{ github.event.pull_request.head.sha }}
      - run: npm ci && npm test
`,
  good: [
    `on: pull_request
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          ref: \${{ github.event.pull_request.head.sha }}
      - run: npm ci && npm test
`,
    `on: pull_request_target
jobs:
  label:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: npm ci && npm run label
`,
    `on: pull_request_target
jobs:
  test:
    if: github.event.pull_request.head.repo.full_name == github.repository
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          ref: \${{ github.event.pull_request.head.sha }}
      - run: npm test
`,
  ],
  step(step, { document, report }) {
    if (document.kind !== "workflow" || !document.triggers.some(({ event }) => PRIVILEGED_EVENTS.has(event))) return;
    const analysis = taintOf(document);
    const job = step.owner.kind === "job" ? step.owner : undefined;
    const place = { job, step };
    const events = analysis.eventsAt(place).filter((event) => PRIVILEGED_EVENTS.has(event));
    if (events.length === 0 || guardAt(place).ownRepository) return;
    const script = scriptOf(step);
    const checkout = checkoutOf(step, analysis, events) ?? (script && checkoutInScript(script, analysis, events));
    if (
      !checkout ||
      checkout.taint.trust !== "anyone" ||
      !checkout.taint.events.some((event) => PRIVILEGED_EVENTS.has(event))
    )
      return;
    const on = checkout.taint.events.filter((event) => PRIVILEGED_EVENTS.has(event));
    const executed = [...(script ? [step] : []), ...stepsAfter(step)].find((later) => executes(later, checkout));
    const power = holdsPower(step);
    // Another checkout in between may put trusted files in their place.
    const replaced =
      executed !== undefined &&
      stepsAfter(step).some(
        (later) =>
          later.index < executed.index &&
          isAction(later.uses, "actions/checkout") &&
          !checkoutOf(later, analysis, events),
      );
    const related = [
      ...wayTo(checkout.taint, document, checkout.at),
      ...(executed
        ? [{ at: executed.run ?? executed.uses?.node ?? executed.node, message: "This runs its files." }]
        : []),
    ];
    if (executed) {
      report(
        checkout.at,
        `This takes the commit of a pull request that anybody may open, and a later step runs its files on \`${on.join("`, `")}\`${power ? ", with the repository's token or secrets" : ", where what it writes to the cache reaches the default branch"}. Build and test it in a workflow on \`pull_request\`, and keep this one to what needs no file of it.`,
        { related, ...(power && !replaced && !isGated(step) ? {} : { level: "warning" as const }) },
      );
      return;
    }
    report(
      checkout.at,
      `This takes the commit of a pull request that anybody may open into a run on \`${on.join("`, `")}\`. Its files must only be read: check it out into a folder of its own (\`path\`), without \`persist-credentials\`, or work on the pull request's diff.`,
      { related, level: power ? "warning" : "info" },
    );
  },
});

/** What a condition may ask about the person, or about what somebody allowed before. */
const ASKS_WHO =
  /label|author_association|permission|github\.(?:triggering_)?actor\b|sender|\.login\b|\b(?:needs|steps)\./i;

/** Somebody may have to allow the run: by an environment's reviewers, a label, or a check whose outcome no file shows. */
function isGated(step: Step): boolean {
  const job = jobOf(step);
  const seen = new Set<Job>();
  const asks = (candidate: Job): boolean => {
    if (seen.has(candidate)) return false;
    seen.add(candidate);
    if (
      candidate.environment !== undefined ||
      guardAt({ job: candidate }).ownRepository ||
      ASKS_WHO.test(candidate.if?.value ?? "")
    )
      return true;
    return candidate.needs.some(({ value }) =>
      candidate.workflow.jobs.some((needed) => needed.id === value && asks(needed)),
    );
  };
  return ASKS_WHO.test(step.if?.value ?? "") || (job !== undefined && asks(job));
}

const RUNNERS =
  /^(?:npm|npx|pnpm|yarn|bun|make|cmake|cargo|go|mvn|gradle|python3?|pip3?|poetry|uv|tox|pytest|pre-commit|bundle|rake|gem|composer|php|dotnet|msbuild|bazel|docker|docker-compose|just|task|nx|turbo|lerna|mage|swift|mix|sbt|flutter|dart|deno|node|ruby|bash|sh|nix|nix-build|cabal|stack|terraform|ansible-playbook|hugo|jekyll|mkdocs|sphinx-build|eslint|prettier|phpunit|ctest|ninja|meson)$/;
/** Programs that read files without running any: what is asked for decides. */
const ONLY_ASKS = /^(?:--version|-v|-V|version|config|view|whoami|info|login|logout|pull|tag|push|inspect|images|ps)$/;
const BUILD_ACTIONS =
  /^(?:docker\/build-push-action|gradle\/gradle-build-action|cypress-io\/github-action|github\/codeql-action\/autobuild|ruby\/setup-ruby|actions-rs\/cargo|goreleaser\/goreleaser-action|pre-commit\/action|bazelbuild\/.*|borales\/actions-yarn|super-linter\/super-linter.*|github\/super-linter.*)$/i;

/** A step that runs what lies in the workspace. */
function executes(step: Step, checkout: UntrustedCheckout): boolean {
  const { uses } = step;
  const { path } = checkout;
  if (uses?.kind === "local" && uses.from === "workspace") return path === "" || uses.path.startsWith(path);
  if (uses?.kind === "repository")
    return (
      BUILD_ACTIONS.test(uses.name) &&
      (uses.repository !== "ruby/setup-ruby" || isTrue(inputOf(step, "bundler-cache"))) &&
      (path === "" || uses.repository === "docker/build-push-action"
        ? (inputOf(step, "context")?.value.includes(path) ?? true)
        : false)
    );
  const script = scriptOf(step);
  if (!script) return false;
  if (path !== "" && ![step.workingDirectory?.value ?? "", script.text].some((text) => namesFolder(text, path)))
    return false;
  return commandsIn(script).some(({ name, args, node }) => {
    if (name === undefined || (step === checkout.step && spanOf(script, node).start <= checkout.at.start)) return false;
    if (/^(?:\.\/|\.\.\/)/.test(name) || name === "source" || name === ".")
      return !args[0]?.startsWith("/") || name.startsWith(".");
    return (
      RUNNERS.test(name) &&
      !ONLY_ASKS.test(args[0] ?? "") &&
      !(name === "node" && (args[0] === "-e" || args[0] === "-p")) &&
      !(/^python3?$/.test(name) && (args[0] === "-c" || args[0] === "-V"))
    );
  });
}

/** The folder as a word or the beginning of a path: `pr` in `cd pr`, and not in `npm run prettier`. */
function namesFolder(text: string, path: string): boolean {
  for (let at = text.indexOf(path); at !== -1; at = text.indexOf(path, at + 1))
    if (!/[\w-]/.test(text[at - 1] ?? " ") && !/[\w-]/.test(text[at + path.length] ?? " ")) return true;
  return false;
}
