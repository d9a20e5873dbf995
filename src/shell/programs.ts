/** What well-known programs do, so far as it matters whether their failure is noticed. */
import { hasOption, type Invocation, operandsOf } from "./invocation.ts";

export type Work =
  /** Runs tests or checks. */
  | "test"
  /** Compiles, packages, installs. */
  | "build"
  /** Fetches from a network; on failure it prints little or nothing. */
  | "download"
  /** Makes something visible to others. */
  | "publish"
  /** Deletes it again. */
  | "delete";

const TEST_PROGRAMS = new Set(
  "ctest pytest tox nox rspec phpunit jest vitest mocha ava playwright cypress eslint flake8 mypy ruff pylint pyright clippy-driver golangci-lint staticcheck shellcheck pre-commit trivy grype semgrep prove gotestsum cargo-nextest robot codeception behat stylelint tsc markdownlint yamllint hadolint bandit".split(
    " ",
  ),
);
const BUILD_PROGRAMS = new Set(
  "cmake ninja meson gradle gradlew mvn mvnw ant sbt xcodebuild msbuild bazel bazelisk make gmake cabal stack mix rebar3 scons tsup webpack vite rollup goreleaser fastlane msbuild.exe emmake emcmake docker-compose".split(
    " ",
  ),
);
const DOWNLOAD_PROGRAMS = new Set([
  "curl",
  "wget",
  "gh",
  "aws",
  "az",
  "gcloud",
  "gsutil",
  "kubectl",
  "doctl",
  "flyctl",
  "fly",
  "crane",
  "skopeo",
  "oras",
  "vault",
  "op",
]);
const PACKAGE_MANAGERS = new Set(["npm", "yarn", "pnpm", "bun"]);

/** What the command is for; nothing for commands whose failure says little, and for unknown ones. */
export function workOf(invocation: Invocation): Work | undefined {
  const { name, args } = invocation;
  if (name === undefined) return undefined;
  const operands = operandsOf(invocation);
  const [first, second] = operands;
  const published = publicationOf(invocation);
  if (published) return published;
  // Asking for a version or for help fails only where the program is missing.
  if (
    args.some(
      (argument) => argument === "--version" || argument === "--help" || (argument === "-v" && args.length === 1),
    )
  )
    return undefined;
  const base = name.slice(name.lastIndexOf("/") + 1);
  if (TEST_PROGRAMS.has(base)) return "test";
  if (base === "make" || base === "gmake")
    return operands.some(
      (target) =>
        /^(?:.*[-_:])?(?:test|tests|check|lint)(?:[-_:].*)?$/.test(target) &&
        !/(?:build|install|deps|setup)$/.test(target),
    )
      ? "test"
      : "build";
  if (BUILD_PROGRAMS.has(base)) return operands.some((target) => /test|check/.test(target)) ? "test" : "build";
  if (DOWNLOAD_PROGRAMS.has(base)) return "download";
  switch (base) {
    case "go":
      return first === "test" || first === "vet"
        ? "test"
        : first !== undefined && ["build", "install", "generate", "get", "run"].includes(first)
          ? "build"
          : undefined;
    case "cargo":
      return first !== undefined &&
        ["test", "clippy", "check", "nextest", "miri", "bench", "audit", "deny"].includes(first)
        ? "test"
        : first !== undefined && ["build", "install", "run", "rustc", "doc", "package"].includes(first)
          ? "build"
          : undefined;
    case "npx":
    case "pnpx":
    case "bunx":
    case "poetry":
    case "pipenv":
    case "uv":
    case "bundle":
      return first === "run" || first === "exec"
        ? testOrBuild(operands.slice(1))
        : base === "npx" || base === "bunx" || base === "pnpx"
          ? testOrBuild(operands)
          : first === "install" || first === "sync"
            ? "build"
            : undefined;
    case "python":
    case "python3":
      return args[0] === "-m"
        ? TEST_PROGRAMS.has(args[1] ?? "") || args[1] === "unittest"
          ? "test"
          : args[1] === "pip" || args[1] === "build"
            ? "build"
            : undefined
        : undefined;
    case "pip":
    case "pip3":
    case "gem":
    case "brew":
    case "apt-get":
    case "apt":
    case "apk":
    case "dnf":
    case "yum":
    case "choco":
    case "composer":
      return first !== undefined && ["install", "update", "upgrade", "add"].includes(first) ? "build" : undefined;
    case "dotnet":
    case "swift":
    case "deno":
    case "mage":
    case "rake":
    case "just":
    case "task":
    case "turbo":
    case "nx":
      return first === undefined
        ? undefined
        : /test|lint|check/.test(first)
          ? "test"
          : /build|publish|restore|pack|compile/.test(first)
            ? "build"
            : undefined;
    case "docker":
    case "podman":
    case "buildah":
      if (first === "compose")
        return ["up", "build", "run", "pull", "exec"].includes(second ?? "") ? "build" : undefined;
      if (first === "buildx") return second === "build" || second === "bake" ? "build" : undefined;
      return first === "pull" || first === "login"
        ? "download"
        : first !== undefined && ["build", "run", "load", "exec", "save", "tag"].includes(first)
          ? "build"
          : undefined;
    case "helm":
      return first === "lint" || first === "test"
        ? "test"
        : first === "pull" || first === "template"
          ? "download"
          : first === "package" || first === "dependency"
            ? "build"
            : undefined;
    case "git":
      return first !== undefined && ["clone", "fetch", "pull", "submodule", "ls-remote"].includes(first)
        ? "download"
        : undefined;
    case "terraform":
    case "tofu":
    case "terragrunt":
      return first === "plan" || first === "validate" || first === "init" ? "test" : undefined;
    default:
      if (PACKAGE_MANAGERS.has(base)) {
        if (first === "test" || first === "t") return "test";
        if (first === "run" || (base !== "npm" && first !== "install" && first !== "add"))
          return testOrBuild(first === "run" ? operands.slice(1) : operands);
        return first === "ci" || first === "install" || first === "add" ? "build" : undefined;
      }
      // A program of the repository.
      if (/^(?:ba|z)?sh$/.test(base))
        return first !== undefined && args[0] === first && /^(?:\.\/)?[\w./-]+\.(?:ba)?sh$/.test(first)
          ? "build"
          : undefined;
      return /^[\w.-]+\//.test(name) ? "build" : undefined;
  }
}

const testOrBuild = ([program]: readonly string[]): Work | undefined =>
  program === undefined
    ? undefined
    : /test|lint|check|cov|e2e/.test(program) || TEST_PROGRAMS.has(program)
      ? "test"
      : /build|compile|bundle|pack|webpack|tsc/.test(program)
        ? "build"
        : undefined;

/** Pushes, publishes, deploys, and deletions of what others use. */
export function publicationOf(invocation: Invocation): "publish" | "delete" | undefined {
  const { name, args } = invocation;
  if (name === undefined || hasOption(args, "dry-run")) return undefined;
  const [first, second, third] = operandsOf(invocation);
  switch (name) {
    case "git":
      // `-C dir` and `-c name=value` come before the verb.
      if (!operandsAfterGitOptions(args).startsWith("push")) return undefined;
      return hasOption(args, "delete") || args.includes("-d") || args.some((argument) => argument.startsWith(":"))
        ? undefined
        : "publish";
    case "docker":
    case "podman":
    case "buildah":
      if (
        first === "push" ||
        (first === "compose" && second === "push") ||
        (first === "manifest" && second === "push") ||
        (first === "image" && second === "push")
      )
        return "publish";
      return first === "buildx" &&
        ((second === "imagetools" && third === "create") ||
          ((second === "build" || second === "bake") && hasOption(args, "push")))
        ? "publish"
        : undefined;
    case "npm":
    case "pnpm":
    case "yarn":
    case "bun":
    case "lerna":
      return first === "publish" || (first === "npm" && second === "publish") ? "publish" : undefined;
    case "cargo":
    case "poetry":
    case "uv":
    case "hatch":
    case "flit":
    case "vsce":
    case "ovsx":
    case "wrangler":
      return first === "publish" || (name === "wrangler" && first === "deploy") ? "publish" : undefined;
    case "twine":
      return first === "upload" ? "publish" : undefined;
    case "gem":
    case "crane":
    case "oras":
      return first === "push" || (name === "crane" && (first === "tag" || first === "copy")) ? "publish" : undefined;
    case "dotnet":
      return first === "nuget" && second === "push" ? "publish" : undefined;
    case "mvn":
    case "mvnw":
      return args.includes("deploy") ? "publish" : undefined;
    case "goreleaser":
      return first === "release" && !hasOption(args, "snapshot") ? "publish" : undefined;
    case "semantic-release":
      return "publish";
    case "gh":
      if (first === "release") return second === "create" || second === "upload" ? "publish" : undefined;
      if (first === "pr") return second === "merge" ? "publish" : undefined;
      return first === "api" && /^(?:-X|--method)[ =]?DELETE\b|(?:-X|--method)=?\s*DELETE\b/.test(args.join(" "))
        ? "delete"
        : undefined;
    case "helm":
      return first === "upgrade" || first === "install" || first === "push" ? "publish" : undefined;
    case "kubectl":
      return first === "apply" || (first === "rollout" && second !== "status") ? "publish" : undefined;
    case "terraform":
    case "tofu":
      return first === "apply" ? "publish" : undefined;
    case "flyctl":
    case "fly":
    case "vercel":
    case "netlify":
    case "firebase":
    case "gcloud":
    case "serverless":
    case "cdk":
      return first === "deploy" || second === "deploy" ? "publish" : undefined;
    case "aws":
      return first === "s3" &&
        (second === "sync" || second === "cp") &&
        operandsOf(invocation).at(-1)?.startsWith("s3://") === true
        ? "publish"
        : first === "cloudformation" && second === "deploy"
          ? "publish"
          : undefined;
    default:
      return undefined;
  }
}

function operandsAfterGitOptions(args: readonly string[]): string {
  let at = 0;
  while (args[at]?.startsWith("-") === true) at += args[at] === "-C" || args[at] === "-c" ? 2 : 1;
  return args.slice(at).join(" ");
}

/** Commands that succeed whatever comes in: the status of what fed them is lost. */
const TRANSPARENT = new Set(
  "tee cat ts sed awk gawk sort uniq tail cut tr xcpretty xcbeautify gzip pigz zstd xz base64 wc column fold nl jq yq xargs bash sh zsh python python3 node perl ruby paste rev fmt sponge less envsubst tojunit go-junit-report tap-spec moby".split(
    " ",
  ),
);

/** Whether a command in a pipeline succeeds on empty or broken input. */
export const acceptsAnything = ({ name, args }: Invocation): boolean =>
  name !== undefined &&
  TRANSPARENT.has(name) &&
  !(name === "jq" && (hasOption(args, "exit-status") || hasOption(args, "e")));

/** Those that only show or keep what they read: whatever feeds them is the point of the line. */
const SHOWING = new Set("tee cat ts xcpretty xcbeautify go-junit-report tap-spec".split(" "));
export const onlyShows = ({ name }: Invocation): boolean => name !== undefined && SHOWING.has(name);

/** Commands that hardly ever fail, or whose failure nobody needs to know. */
const HARMLESS = new Set(
  "echo printf date pwd basename dirname nproc uname whoami hostname id true false seq cut tr wc sort uniq head tail mktemp realpath readlink which getconf arch tput locale sw_vers lsb_release logname".split(
    " ",
  ),
);
export const isHarmless = ({ name, args }: Invocation): boolean =>
  name === undefined || HARMLESS.has(name) || (name === "command" && args[0]?.startsWith("-") === true);
