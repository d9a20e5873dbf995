/** Everything that a job does, in order. */
import type { Step } from "../../../workflow/document/document.ts";
import { isAction } from "../../../workflow/document/uses.ts";
import type { RepositoryFiles } from "../../repository.ts";
import { spanOf } from "../../scripts.ts";
import { valueOfScalar } from "../evaluate.ts";
import type { Span } from "../../../workflow/yaml/node.ts";
import { commandsOfCalled, mayCallScript } from "../called-scripts.ts";
import { referencesOf } from "../image-reference.ts";
import { scriptOf, scriptRunOf } from "../step-scripts.ts";
import type { Effect, JobRun, StepRun } from "../model.ts";
import type { RunCommand } from "../shell-frame.ts";
import { literal, textOf, type Value } from "../value.ts";
import { artifactEffects } from "./artifacts.ts";
import { cleanupEffects } from "./cleanup.ts";
import { type EffectBase, effectBase, inputPlace, inputValue } from "./effect.ts";
import { effectsOfDockerAction } from "./docker-actions.ts";
import { takesOfBuild } from "./dockerfile.ts";
import { dockerEffects, takes } from "./docker-commands.ts";
import { composeEffects } from "./compose.ts";
import { orasEffects, regctlEffects } from "./oci-commands.ts";
import { craneEffects, curlEffects, flyEffects, ghEffects, skopeoEffects } from "./registry-commands.ts";

/** A script without any of these words does nothing that the model tells. */
const TELLING =
  /\b(?:docker|docker-compose|podman|nerdctl|crane|skopeo|oras|regctl|flyctl|fly|gh|DELETE|get-login-password)\b/;

export function effectsOfJob(job: JobRun, files: RepositoryFiles): Effect[] {
  if (job.happens === false) return [];
  const effects: Effect[] = [];
  for (const [container, how] of [
    ...(job.job.container ? [[job.job.container, "container"] as const] : []),
    ...job.job.services.map((service) => [service, "service"] as const),
  ]) {
    if (!container.image || container.image.value === "") continue;
    const value = valueOfScalar(container.image, job.scope);
    for (const image of referencesOf(value))
      effects.push({
        kind: "take",
        job,
        step: undefined,
        document: job.job.workflow,
        at: container.image,
        by: how === "container" ? "container:" : "services:",
        happens: job.happens,
        tolerated: false,
        how,
        image,
        certain: value.length === 1,
      });
  }
  for (const step of job.steps) {
    if (step.happens === false) continue;
    for (const effect of [
      ...(step.step.uses ? effectsOfAction(step, files) : []),
      ...(scriptMayTell(step.step, files) ? effectsOfScript(step, files) : []),
    ]) {
      if (effect.kind === "build") effects.push(...takesOfBuild(effect, files));
      effects.push(effect);
    }
  }
  return effects;
}

const telling = new WeakMap<Step, boolean>();

function scriptMayTell(step: Step, files: RepositoryFiles): boolean {
  let known = telling.get(step);
  if (known === undefined) telling.set(step, (known = mayTell(step, files)));
  return known;
}

const mayTell = (step: Step, files: RepositoryFiles): boolean =>
  (step.run !== undefined && (TELLING.test(step.run.value) || mayCallScript(step.run.value, files))) ||
  (step.uses?.kind === "repository" && /(?:^|\/)(?:retry|wretry\.action)$/.test(step.uses.repository));

function effectsOfAction(step: StepRun, files: RepositoryFiles): Effect[] {
  const { uses } = step.step;
  if (uses?.kind === "docker")
    return takes([literal(uses.image)], "run", effectBase(step, uses.node, "docker://"), "uses: docker://");
  if (uses?.kind !== "repository") return [];
  if (isAction(uses, "superfly/flyctl-actions")) {
    const args = inputValue(step, "args");
    return args ? flyEffects(words(args), effectBase(step, inputPlace(step, "args"), "flyctl"), files) : [];
  }
  return [...effectsOfDockerAction(step, files), ...artifactEffects(step), ...cleanupEffects(step)];
}

const words = (value: Value): Value[] =>
  (textOf(value) ?? "")
    .split(/\s+/)
    .filter((word) => word !== "")
    .map(literal);

function effectsOfScript(step: StepRun, files: RepositoryFiles): Effect[] {
  const script = scriptOf(step);
  const run = scriptRunOf(step);
  if (!script || !run) return [];
  return run.commands.flatMap((command) => {
    const at = spanOf(script, commandSpan(command));
    const inner = command.environment ? commandsOfCalled(command, step, files) : undefined;
    return inner
      ? inner.flatMap(({ command: one, script: file }) => effectsOfWords(one, at, file, step, files))
      : effectsOfWords(command, at, undefined, step, files);
  });
}

/** `script`: the repository's, that the command stands in. */
function effectsOfWords(
  command: RunCommand,
  at: Span,
  script: Effect["script"],
  step: StepRun,
  files: RepositoryFiles,
): Effect[] {
  const [first] = command.words;
  const name = first && textOf(first);
  return name === undefined
    ? []
    : effectsOfCommand(name, command.words.slice(1), effectBase(step, at, name, { ...command, script }), step, files);
}

function effectsOfCommand(
  name: string,
  args: readonly Value[],
  base: EffectBase,
  step: StepRun,
  files: RepositoryFiles,
): Effect[] {
  switch (name) {
    case "docker":
    case "podman":
    case "nerdctl":
      return dockerEffects(args, base, step, files);
    case "docker-compose":
      return composeEffects(args, base, step, files);
    case "crane":
    case "gcrane":
      return craneEffects(args, base);
    case "skopeo":
      return skopeoEffects(args, base);
    case "oras":
      return orasEffects(args, base);
    case "regctl":
      return regctlEffects(args, base);
    case "flyctl":
    case "fly":
      return flyEffects(args, base, files);
    case "gh":
      return ghEffects(args, base);
    case "curl":
      return curlEffects(args, base);
    case "sudo":
    case "timeout":
    case "time":
    case "exec":
    case "retry":
    case "nohup": {
      const index = args.findIndex((word) =>
        /^(?:docker|docker-compose|podman|crane|skopeo|oras|regctl|flyctl|fly|gh|curl)$/.test(textOf(word) ?? ""),
      );
      return index === -1 || index > 4
        ? []
        : effectsOfCommand(textOf(args[index] ?? literal("")) ?? "", args.slice(index + 1), base, step, files);
    }
    default:
      return [];
  }
}

/** The words of a command, without redirections and what is put in front. */
function commandSpan({ node }: RunCommand): { pos: number; end: number } {
  const last = node.args.at(-1);
  return { pos: node.name?.pos ?? node.pos, end: last?.end ?? node.name?.end ?? node.end };
}
