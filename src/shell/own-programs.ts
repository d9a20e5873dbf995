/** Commands that run a repository's own programs: what those do cannot be read from the script. */
import { type Invocation, operandsOf } from "./invocation.ts";

const INTERPRETERS = new Set(
  "bash sh zsh dash source . python python3 node deno ruby perl php Rscript pwsh tsx ts-node".split(" "),
);
/** Programs that do what a file of the repository says. */
const RUNNERS = new Set(
  "make gmake just task mage rake nox tox invoke gradle gradlew mvn mvnw ant sbt bazel bazelisk nx turbo lerna npx pnpx bunx earthly dagger hatch".split(
    " ",
  ),
);
/** What makes those run one that do other things too; installing is none of it. */
const RUN_VERBS: Readonly<Record<string, RegExp>> = {
  npm: /^(?:run|run-script|exec|x|test|t|start)$/,
  pnpm: /^(?!install$|i$|add$|config$)/,
  yarn: /^(?!install$|add$|config$)/,
  bun: /^(?!install$|i$|add$|config$)/,
  cargo: /^(?:run|r|xtask|make)$/,
  go: /^(?:run|generate|tool)$/,
  dotnet: /^(?:run|msbuild|tool)$/,
  uv: /^run$/,
  poetry: /^run$/,
  pipenv: /^run$/,
  pdm: /^run$/,
  bundle: /^exec$/,
  composer: /^(?:run|run-script|exec)$/,
  mix: /^run$/,
};

/** Runs a file of the repository, or a task that its tools' files describe. */
export function ownProgramOf(
  invocation: Invocation,
): { kind: "file" } | { kind: "task"; words: readonly string[] } | undefined {
  const { name, args } = invocation;
  if (name === undefined) return undefined;
  if (name.includes("/") || name.endsWith(".sh")) return { kind: "file" };
  const words = operandsOf({ args });
  const [first] = words;
  if (INTERPRETERS.has(name)) return first === undefined ? undefined : { kind: "file" };
  return RUNNERS.has(name) ||
    (first !== undefined && Object.hasOwn(RUN_VERBS, name) && RUN_VERBS[name]?.test(first) === true)
    ? { kind: "task", words }
    : undefined;
}

/** It may set git up: any script can, a task is believed by its name. */
export function maySetGitUp(invocation: Invocation): boolean {
  const program = ownProgramOf(invocation);
  return (
    program?.kind === "file" ||
    program?.words.some((word) =>
      /git|set-?up|config|init|login|auth|credential|prepare|bootstrap|release|deploy|publish|^ci$/i.test(word),
    ) === true
  );
}
