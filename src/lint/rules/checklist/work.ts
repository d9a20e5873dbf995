/** What kind of work a step does: what the checklist's questions of time, retries and reports turn on. */
import { inputOf, type Job, type Step, stepsOf, type WorkflowDocument } from "../../../workflow/document/document.ts";
import { isAction } from "../../../workflow/document/uses.ts";
import { scalarOf } from "../../../workflow/yaml/node.ts";
import { invocationOf, operandsOf } from "../../../shell/invocation.ts";
import { commandsIn, scriptOf, type ShellCommand } from "../../scripts.ts";

/** From the longest to the shortest. */
export type Work = "image" | "browser" | "build" | "test" | "unknown" | "transfer" | "setup" | "trivial";

/** How long each may reasonably take, in minutes, with room to spare. */
export const MINUTES: Readonly<Record<Work, number>> = {
  image: 60,
  browser: 60,
  build: 45,
  test: 45,
  unknown: 45,
  transfer: 15,
  setup: 10,
  trivial: 5,
};

const ORDER: readonly Work[] = ["image", "browser", "build", "test", "unknown", "transfer", "setup", "trivial"];

const works = new WeakMap<Step, Work>();

export function workOf(step: Step): Work {
  let work = works.get(step);
  if (work === undefined) {
    const script = scriptOf(step);
    work = step.uses
      ? workOfAction(step)
      : script
        ? heaviest(commandsIn(script).map(workOfCommand))
        : step.run
          ? "build"
          : "trivial";
    works.set(step, work);
  }
  return work;
}

export const heaviest = (all: readonly Work[]): Work => ORDER.find((work) => all.includes(work)) ?? "trivial";

function workOfAction({ uses }: Step): Work {
  if (uses?.kind === "docker" || uses?.kind === "local" || uses?.kind === "computed") return "unknown";
  if (uses?.kind !== "repository") return "trivial";
  const name = uses.name.toLowerCase();
  // Emulated machines are slow.
  if (
    /^docker\/(?:build-push|bake)-action/.test(name) ||
    /(?:^|[-/])(?:build-push|kaniko|buildah|builder|run-on-arch|vm-action|qemu-run)|-vm$/.test(name)
  )
    return "image";
  if (/cypress|playwright|android-emulator|browserstack|saucelabs/.test(name)) return "browser";
  if (
    /codeql-action\/(?:analyze|autobuild)|goreleaser|cibuildwheel|tauri-action|maturin|semantic-release|electron-builder|sonar|golangci-lint|super-linter|megalinter/.test(
      name,
    )
  )
    return "build";
  if (
    /upload|download|deploy|pages|trivy|grype|snyk|scan|login|codecov|coveralls|cache|stale|label|comment|notify|slack|create-release|gh-release|release-drafter|upload-release|merge|lint|spell/.test(
      name,
    )
  )
    return "transfer";
  if (/setup|toolchain|install|checkout/.test(name)) return "setup";
  return uses.repository.startsWith("actions/") ? "trivial" : "unknown";
}

const TRIVIAL = new Set(
  "echo printf cd pwd ls cat mkdir rm cp mv touch test [ [[ exit true false set export grep sed awk cut tr sort head tail jq basename dirname date sleep wc tee find chmod source . read local return eval env".split(
    " ",
  ),
);
/** Programs that end at once, and words of the shell. */
const QUICK =
  /^(?:git|uname|which|command|type|sudo|ln|df|du|free|id|whoami|chown|xargs|yq|tar|gzip|unzip|zip|gunzip|xz|sha256sum|md5sum|stat|readlink|realpath|mktemp|pushd|popd|trap|shift|unset|declare|mapfile|readarray|break|continue|hash|ulimit|umask|nproc|sysctl|systemctl|service|kill|killall|ps|update-alternatives|locale-gen|gpg|openssl|ssh-keyscan|ssh-add|diff|cmp|comm|paste|join|uniq|rev|seq|yes|base64|od|tree|file|patch|:)$/;
const BUILDERS =
  /^(?:make|ninja|cmake|meson|bazel|bazelisk|gradle|gradlew|mvn|mvnw|sbt|cargo|go|dotnet|msbuild|xcodebuild|swift|flutter|nix|nix-build|scons|ant|tox|nox|pytest|phpunit|composer|rake|mix|rebar3|stack|cabal|zig|just|task|turbo|nx|webpack|tsc|vite|jest|vitest|mocha|goreleaser|earthly|docker-compose|hatch|maturin|python|python3|node|ruby|perl|php|julia|R|Rscript|bundle|npx|pnpx|bunx|poetry|uv|uvx|pdm)$/;

function workOfCommand(command: ShellCommand): Work {
  const { name: full, args } = invocationOf(command);
  if (full === undefined) return command.node.name ? "unknown" : "trivial";
  const name = full.slice(full.lastIndexOf("/") + 1);
  const verbs = operandsOf({ args });
  const [verb = ""] = verbs;
  if (name === "docker" || name === "podman" || name === "buildah") {
    if (
      verb === "build" ||
      verb === "buildx" ||
      verb === "bake" ||
      (verb === "compose" && verbs.some((word) => word === "build" || word === "up"))
    )
      return verbs.includes("imagetools") ? "transfer" : "image";
    if (verb === "pull" || verb === "push" || verb === "login") return "transfer";
    return verb === "run" || verb === "compose" ? "test" : "trivial";
  }
  if (
    /^(?:playwright|cypress)$/.test(name) ||
    (/^(?:npx|pnpm|yarn|bunx?)$/.test(name) && args.some((arg) => /^(?:playwright|cypress)$/.test(arg)))
  )
    return args.includes("install") ? "transfer" : "browser";
  if (/^(?:npm|pnpm|yarn|bun)$/.test(name))
    return verb === "" || /^(?:ci|install|i|add|publish)$/.test(verb)
      ? "transfer"
      : /^(?:run|run-script|exec|test|t|dlx|build|lint)$/.test(verb)
        ? verbs.some((word) => /e2e|cypress|playwright|browser/.test(word))
          ? "browser"
          : "build"
        : /^(?:config|cache|version|--version|-v|link|set|get|prefix|root|bin|whoami|pkg|ls|list)$/.test(verb)
          ? "trivial"
          : "unknown";
  if (
    /^(?:pip|pip3|pipx|apt|apt-get|brew|choco|dnf|yum|apk|gem|curl|wget|rsync|scp|skopeo|crane|oras|aws|gcloud|az|kubectl|helm|terraform|gh|twine|trivy|grype|syft|cosign|snyk|flyctl|git-lfs)$/.test(
      name,
    )
  )
    return "transfer";
  if (name === "git") return /^(?:clone|fetch|pull|push|submodule)$/.test(verb) ? "transfer" : "trivial";
  if (TRIVIAL.has(name)) return "trivial";
  if (BUILDERS.test(name))
    return /^(?:python3?|node|ruby|perl|php)$/.test(name) && /^(?:-c|-e|--version|-V)$/.test(args[0] ?? "")
      ? "trivial"
      : verbs.some((word) => word === "test" || word === "pytest") || /test|tox|nox|spec/.test(name)
        ? "test"
        : args.length > 0 && args.every((arg) => /^-?-?v(?:ersion)?$/i.test(arg))
          ? "trivial"
          : "build";
  return /\.(?:sh|py|js|rb|pl)$/.test(name) || full.startsWith("./")
    ? "build"
    : QUICK.test(name)
      ? "trivial"
      : "unknown";
}

/** How many minutes a job may be given: what its steps may take together, in round numbers. */
export function minutesFor(job: Job): number {
  const work = heaviest(job.steps.map(workOf));
  if (work === "trivial" || work === "setup") return 10;
  if (work === "transfer") return 20;
  // Other machines than Linux, and several of the same kind of work, take longer.
  const heavy = job.steps.filter((step) => workOf(step) === work).length;
  const slow = scalarOf(job.runsOn?.value)?.value ?? "";
  return Math.min(MINUTES[work] * (heavy > 2 || /windows|macos|matrix/i.test(slow) ? 2 : 1), 120);
}

/** Something that people or machines outside of the run see. */
export interface Effect {
  step: Step;
  /** "pushes an image", as a part of a sentence. */
  what: string;
}

const effects = new WeakMap<WorkflowDocument, Effect[]>();

/** The steps of a workflow that write to something that runs share: a branch, a site, a moving tag, an environment. */
export function effectsOf(workflow: WorkflowDocument): Effect[] {
  let found = effects.get(workflow);
  if (!found) {
    found = stepsOf(workflow).flatMap((step) => {
      const what = effectOf(step);
      return what === undefined ? [] : [{ step, what }];
    });
    effects.set(workflow, found);
  }
  return found;
}

function effectOf(step: Step): string | undefined {
  const { uses } = step;
  if (uses?.kind === "repository") {
    const name = uses.name.toLowerCase();
    if (isAction(uses, "actions/deploy-pages", "peaceiris/actions-gh-pages", "jamesives/github-pages-deploy-action"))
      return "publishes a site";
    if (isAction(uses, "stefanzweifel/git-auto-commit-action", "endbug/add-and-commit", "ad-m/github-push-action"))
      return "pushes commits";
    if (
      isAction(
        uses,
        "actions/delete-package-versions",
        "dataaxiom/ghcr-cleanup-action",
        "snok/container-retention-policy",
      )
    )
      return DELETES;
    if (isAction(uses, "docker/build-push-action", "docker/bake-action")) {
      const push = inputOf(step, "push")?.value;
      return push !== undefined && push !== "false" && movesTag(inputOf(step, "tags")?.value)
        ? "moves an image's tag"
        : undefined;
    }
    if (
      /^(?:aws-actions\/amazon-ecs-deploy|azure\/webapps-deploy|google-github-actions\/deploy|superfly\/flyctl-actions$|cloudflare\/(?:wrangler|pages)-action|amondnet\/vercel-action|nwtgck\/actions-netlify|appleboy\/ssh-action|firebaseextended\/action-hosting-deploy)/.test(
        name,
      )
    )
      return "deploys";
    return undefined;
  }
  const script = scriptOf(step);
  if (!script) return undefined;
  for (const command of commandsIn(script)) {
    const { name, args } = invocationOf(command);
    const verbs = operandsOf({ args });
    if (deletesPackages(name, args)) return DELETES;
    if (
      name === "git" &&
      verbs[0] === "push" &&
      !args.some((arg) => arg === "--tags" || arg === "--dry-run" || arg.startsWith("refs/tags/"))
    )
      return "pushes commits";
    if (name === "docker" && verbs[0] === "push" && verbs.some((arg) => /:latest$/.test(arg)))
      return "moves an image's tag";
    if (name === "terraform" && verbs[0] === "apply") return "applies Terraform";
    if (
      (name === "kubectl" && /^(?:apply|set|rollout)$/.test(verbs[0] ?? "")) ||
      (name === "helm" && verbs[0] === "upgrade")
    )
      return "deploys";
    if ((name === "flyctl" || name === "fly") && verbs[0] === "deploy") return "deploys";
    if ((name === "mkdocs" && verbs[0] === "gh-deploy") || name === "gh-pages") return "publishes a site";
  }
  return undefined;
}

/** The effect that a second run at the same time does not undo but trip over: a version that is gone is a 404. */
export const DELETES = "deletes package versions";

/** `gh api -X DELETE /user/packages/...`, behind `xargs` too. */
const deletesPackages = (name: string | undefined, args: readonly string[]): boolean =>
  (name === "gh" || name === "curl" || (name === "xargs" && args.some((arg) => arg === "gh" || arg === "curl"))) &&
  /(?:-X|--method|--request)[ =]?DELETE\b/.test(args.join(" ")) &&
  args.some((arg) => /(?:^|\/)packages\//.test(arg));

/** `latest`, a branch's name: a tag that the next run writes again. */
const movesTag = (tags: string | undefined): boolean =>
  tags !== undefined &&
  (/:latest\b|:(?:main|master|dev|edge|nightly)\b|ref_name/.test(tags) || /steps\.\w+\.outputs\.tags/.test(tags));
