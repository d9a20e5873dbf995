import { nearest } from "../../../nearest.ts";
import { jobOf, type Step } from "../../../workflow/document/document.ts";
import type { VariableSet } from "../../../shell/variables.ts";
import { defaultVariables, isDefaultVariable } from "../../default-variables.ts";
import { rule } from "../../rule.ts";
import { type Script, scriptsOf, spanOf, variablesIn } from "../../scripts.ts";

export const lostVariable = rule({
  id: "lost-variable",
  family: "script",
  levels: { recommended: "warning", strict: "error" },
  summary: "A variable that a script reads has been set where the script can see it.",
  why: "Every step is a shell of its own: what one step assigns or exports is gone in the next, and reads there as the empty text. `$GITHUB_ENV` carries a variable on. GitHub sets only the variables of its list: `GITHUB_TOKEN`, for one, is not among them.",
  bad: [
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: export VERSION=$(cat VERSION)
      - run: docker build --tag "app:$VERSION" .
`,
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: docker build --tag "app:$GITHUB_BRANCH" .
`,
  ],
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          VERSION=$(cat VERSION)
          echo "VERSION=$VERSION" >> "$GITHUB_ENV"
      - run: docker build --tag "app:$VERSION" .
      - run: echo "\${GITHUB_BRANCH:-none} $HOME"
      - run: |
          for NAME in a b; do echo "$NAME"; done
      - run: NAME=c; echo "$NAME"
      - run: ./publish "$GITHUB_TOKEN"
        env:
          GITHUB_TOKEN: \${{ github.token }}
`,
  document(document, { report }) {
    const byOwner = new Map<Step["owner"], Script[]>();
    for (const script of scriptsOf(document)) {
      const together = byOwner.get(script.step.owner);
      if (together) together.push(script);
      else byOwner.set(script.step.owner, [script]);
    }
    for (const scripts of byOwner.values()) {
      const carried = carriedOn(scripts);
      const earlier = new Map<string, { script: Script; set: VariableSet }>();
      for (const script of scripts) {
        const { reads, sets, opaque } = variablesIn(script);
        const own = new Set(sets.map(({ name }) => name));
        const said = new Set<string>();
        for (const read of opaque ? [] : reads) {
          const { name } = read;
          if (
            read.tolerant ||
            own.has(name) ||
            said.has(name) ||
            isGiven(script, name) ||
            carried.has(name) ||
            carried.has("*")
          )
            continue;
          const before = earlier.get(name);
          if (before) {
            said.add(name);
            report(
              spanOf(script, read),
              `\`${name}\` is empty here: an earlier step sets it in its own shell, which has ended. Write it to \`$GITHUB_ENV\` there, or set it in this step.`,
              {
                related: [{ at: spanOf(before.script, before.set), message: `\`${name}\` is set for that step only.` }],
              },
            );
          } else if (
            document.kind === "workflow" &&
            /^(?:GITHUB|RUNNER)_[A-Z_]+$/.test(name) &&
            !isDefaultVariable(name) &&
            !isSetByAction(name) &&
            !script.step.owner.steps.slice(0, script.step.index).some(setsVariables)
          ) {
            said.add(name);
            const near = nearest(name, defaultVariables());
            report(
              spanOf(script, read),
              name === "GITHUB_TOKEN"
                ? "`GITHUB_TOKEN` is empty here: GitHub does not set it by itself. Add `env: GITHUB_TOKEN: ${{ github.token }}` to the step."
                : `GitHub sets no variable \`${name}\`, and no step or \`env:\` does.${near === undefined ? " Set it in `env:`." : ` Did you mean \`${near}\`?`}`,
            );
          }
        }
        // Kept in a file that a later step may read, or meant for this step alone.
        for (const set of sets)
          if (
            (set.by === "assignment" || set.by === "export") &&
            !set.inFunction &&
            !set.inSubshell &&
            set.name.length > 2 &&
            !earlier.has(set.name)
          )
            earlier.set(set.name, { script, set });
      }
    }
  },
});

/** From `env:` of any level, of the container, or by the system. */
function isGiven({ step, document }: Script, name: string): boolean {
  if (isDefaultVariable(name) || COMMON.has(name)) return true;
  const job = jobOf(step);
  const blocks = [step.env, job?.env, job?.container?.env, document.kind === "workflow" ? document.env : undefined];
  return blocks.some((block) => block?.computed === true || block?.variables.has(name) === true);
}

/** What shells, systems and the usual images set. */
const COMMON = new Set(
  "PATH HOME USER LOGNAME SHELL PWD OLDPWD LANG LC_ALL LANGUAGE TERM HOSTNAME HOSTTYPE OSTYPE MACHTYPE UID EUID GROUPS PPID RANDOM SECONDS LINENO BASH BASH_SOURCE BASH_VERSION BASH_VERSINFO BASHPID BASH_ENV FUNCNAME PIPESTATUS IFS OPTARG OPTIND REPLY SHLVL TMPDIR TMP TEMP TZ EDITOR DISPLAY JAVA_HOME GOPATH GOROOT ANDROID_HOME ANDROID_SDK_ROOT ANDROID_NDK_HOME CONDA CONDA_PREFIX VCPKG_INSTALLATION_ROOT XDG_CONFIG_HOME XDG_RUNTIME_DIR XDG_CACHE_HOME CARGO_HOME RUSTUP_HOME PYTHONPATH LD_LIBRARY_PATH PKG_CONFIG_PATH CPATH CFLAGS CXXFLAGS LDFLAGS MAKEFLAGS".split(
    " ",
  ),
);

const isSetByAction = (name: string): boolean =>
  /^GITHUB_(?:INPUT|USER|COPILOT)|_SLUG|_SHORT|_URL$|_PART/.test(name) ||
  name === "RUNNER_IMAGE" ||
  /^RUNNER_(?:IMAGE|ALLOW|UID|GID)/.test(name);

/** An action may write any variable: those that name branches and commits exist for nothing else. */
const setsVariables = ({ uses }: Step): boolean =>
  uses !== undefined && (uses.kind !== "repository" || !/^(?:actions|docker)\//.test(uses.repository));

/** Names that any step of the job writes to `$GITHUB_ENV`; `*` where they cannot be told. */
function carriedOn(scripts: readonly Script[]): ReadonlySet<string> {
  const names = new Set(scripts.flatMap(writtenNames));
  const read = new Set(scripts.map(({ step }) => step));
  for (const step of scripts[0]?.step.owner.steps ?? []) {
    const code = step.with.get("script")?.value;
    // Scripts in other languages.
    if (
      (step.run && !read.has(step) && step.run.value.includes("GITHUB_ENV")) ||
      (code?.kind === "scalar" && /exportVariable|GITHUB_ENV/.test(code.value))
    )
      names.add("*");
  }
  return names;
}

function writtenNames({ source, text }: Script): string[] {
  if (!/GITHUB_ENV|::set-env/.test(source)) return [];
  const names = [...text.matchAll(/\b([A-Za-z_]\w*)(?:=|<<|::)/g)].map(([, name]) => name ?? "");
  const setEnv = [...text.matchAll(/::set-env\s+name=(\w+)/g)].map(([, name]) => name ?? "");
  // `env >> "$GITHUB_ENV"`, `cat file >> ...`, a program's output: nobody knows which.
  const opaque =
    /^\s*(?!echo\b|printf\b|cat\s*<<|\}|\)|done|fi|-)[^\n#=]*>>\s*["']?\$\{?(?:\{\s*)?(?:env\.|github\.)?(?:GITHUB_ENV|env)\b/m.test(
      source,
    ) ||
    /GITHUB_ENV["'}]*\s*(?:\)|<)|tee\b[^\n]*GITHUB_ENV/.test(source) ||
    /(?:echo|printf)[^\n]*["'\s]\$\{?\w+\}?=?[^\n]*>>\s*["']?\$\{?GITHUB_ENV/.test(
      source.replace(/[A-Za-z_]\w*=[^\n]*?>>/g, ">>"),
    );
  return [...names, ...setEnv, ...(opaque ? ["*"] : [])];
}
