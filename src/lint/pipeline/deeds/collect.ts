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
import type { Deed, JobRun, StepRun } from "../model.ts";
import type { RunCommand } from "../shell-frame.ts";
import { literal, textOf, type Value } from "../value.ts";
import { artifactDeeds } from "./artifacts.ts";
import { cleanupDeeds } from "./cleanup.ts";
import { type DeedBase, deedBase, inputPlace, inputValue } from "./deed.ts";
import { deedsOfDockerAction } from "./docker-actions.ts";
import { takesOfBuild } from "./dockerfile.ts";
import { dockerDeeds, takes } from "./docker-commands.ts";
import { composeDeeds } from "./compose.ts";
import { orasDeeds, regctlDeeds } from "./oci-commands.ts";
import { craneDeeds, curlDeeds, flyDeeds, ghDeeds, skopeoDeeds } from "./registry-commands.ts";

/** A script without any of these words does nothing that the model tells. */
const TELLING =
  /\b(?:docker|docker-compose|podman|nerdctl|crane|skopeo|oras|regctl|flyctl|fly|gh|DELETE|get-login-password)\b/;

export function deedsOfJob(job: JobRun, files: RepositoryFiles): Deed[] {
  if (job.happens === false) return [];
  const deeds: Deed[] = [];
  for (const [container, how] of [
    ...(job.job.container ? [[job.job.container, "container"] as const] : []),
    ...job.job.services.map((service) => [service, "service"] as const),
  ]) {
    if (!container.image || container.image.value === "") continue;
    const value = valueOfScalar(container.image, job.scope);
    for (const image of referencesOf(value))
      deeds.push({
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
    for (const deed of [
      ...(step.step.uses ? deedsOfAction(step, files) : []),
      ...(scriptMayTell(step.step, files) ? deedsOfScript(step, files) : []),
    ]) {
      if (deed.kind === "build") deeds.push(...takesOfBuild(deed, files));
      deeds.push(deed);
    }
  }
  return deeds;
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

function deedsOfAction(step: StepRun, files: RepositoryFiles): Deed[] {
  const { uses } = step.step;
  if (uses?.kind === "docker")
    return takes([literal(uses.image)], "run", deedBase(step, uses.node, "docker://"), "uses: docker://");
  if (uses?.kind !== "repository") return [];
  if (isAction(uses, "superfly/flyctl-actions")) {
    const args = inputValue(step, "args");
    return args ? flyDeeds(words(args), deedBase(step, inputPlace(step, "args"), "flyctl"), files) : [];
  }
  return [...deedsOfDockerAction(step, files), ...artifactDeeds(step), ...cleanupDeeds(step)];
}

const words = (value: Value): Value[] =>
  (textOf(value) ?? "")
    .split(/\s+/)
    .filter((word) => word !== "")
    .map(literal);

function deedsOfScript(step: StepRun, files: RepositoryFiles): Deed[] {
  const script = scriptOf(step);
  const run = scriptRunOf(step);
  if (!script || !run) return [];
  return run.commands.flatMap((command) => {
    const at = spanOf(script, commandSpan(command));
    const inner = command.environment ? commandsOfCalled(command, step, files) : undefined;
    return inner
      ? inner.flatMap(({ command: one, script: file }) => deedsOfWords(one, at, file, step, files))
      : deedsOfWords(command, at, undefined, step, files);
  });
}

/** `script`: the repository's, that the command stands in. */
function deedsOfWords(
  command: RunCommand,
  at: Span,
  script: Deed["script"],
  step: StepRun,
  files: RepositoryFiles,
): Deed[] {
  const [first] = command.words;
  const name = first && textOf(first);
  return name === undefined
    ? []
    : deedsOfCommand(name, command.words.slice(1), deedBase(step, at, name, { ...command, script }), step, files);
}

function deedsOfCommand(
  name: string,
  args: readonly Value[],
  base: DeedBase,
  step: StepRun,
  files: RepositoryFiles,
): Deed[] {
  switch (name) {
    case "docker":
    case "podman":
    case "nerdctl":
      return dockerDeeds(args, base, step, files);
    case "docker-compose":
      return composeDeeds(args, base, step, files);
    case "crane":
    case "gcrane":
      return craneDeeds(args, base);
    case "skopeo":
      return skopeoDeeds(args, base);
    case "oras":
      return orasDeeds(args, base);
    case "regctl":
      return regctlDeeds(args, base);
    case "flyctl":
    case "fly":
      return flyDeeds(args, base, files);
    case "gh":
      return ghDeeds(args, base);
    case "curl":
      return curlDeeds(args, base);
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
        : deedsOfCommand(textOf(args[index] ?? literal("")) ?? "", args.slice(index + 1), base, step, files);
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
