/**
 * Images that a Dockerfile builds upon: `FROM`, `COPY --from` and `RUN --mount=from=` of the stages that the target
 * needs ("Dockerfile reference", FROM; "Multi-stage builds"). A name that the files do not tell in full is left out.
 */
import type { RepositoryFiles } from "../../repository.ts";
import { referenceOf } from "../image-reference.ts";
import type { ImageBuild, ImageTake, Recipe } from "../model.ts";
import { hasRepository } from "../step-scripts.ts";
import { concat, hasHole, HOLE, literal, textOf, type Value } from "../value.ts";

interface Stage {
  name: string | undefined;
  /** Images and stages as written: of its `FROM` first. */
  uses: string[];
}

interface Dockerfile {
  /** `ARG`s before the first `FROM`, with their defaults. */
  args: ReadonlyMap<string, string | undefined>;
  stages: readonly Stage[];
}

/** Longer ones are generated; UTF-16 code units. */
const LONGEST = 50_000;
const MOST_STAGES = 100;

const known = new WeakMap<RepositoryFiles, Map<string, Dockerfile | undefined>>();

/** What a build takes, in the order in which the file names it. */
export function takesOfBuild(build: ImageBuild, files: RepositoryFiles): ImageTake[] {
  const { recipe, step } = build;
  const path = textOf(recipe.file);
  const target = textOf(recipe.target);
  if (path === undefined || target === undefined || !step || !(recipe.git || hasRepository(step))) return [];
  const dockerfile = dockerfileAt(path, files);
  if (!dockerfile) return [];
  const takes: ImageTake[] = [];
  const { at, document, job, happens, tolerated, script } = build;
  for (const written of imagesFor(dockerfile, target)) {
    const value = filledIn(written, dockerfile.args, recipe);
    for (const template of value)
      if (template.length > 0 && !hasHole(template))
        takes.push({
          kind: "take",
          job,
          step,
          document,
          at,
          happens,
          tolerated,
          script,
          by: `FROM in ${path}`,
          how: "from",
          image: referenceOf(template),
          certain: value.length === 1,
        });
  }
  return takes;
}

function dockerfileAt(path: string, files: RepositoryFiles): Dockerfile | undefined {
  let byPath = known.get(files);
  if (!byPath) known.set(files, (byPath = new Map()));
  if (!byPath.has(path)) {
    const text = files.read(path);
    byPath.set(path, text === undefined || text.length > LONGEST ? undefined : read(text));
  }
  return byPath.get(path);
}

function read(text: string): Dockerfile | undefined {
  const args = new Map<string, string | undefined>();
  const stages: Stage[] = [];
  for (const line of text.replace(/\\[ \t]*\r?\n/g, " ").split(/\r?\n/)) {
    const [word = "", ...rest] = line.trim().split(/\s+/);
    const instruction = word.toUpperCase();
    const stage = stages.at(-1);
    if (instruction === "ARG" && !stage) {
      for (const one of rest) {
        const equals = one.indexOf("=");
        args.set(
          equals === -1 ? one : one.slice(0, equals),
          equals === -1 ? undefined : one.slice(equals + 1).replace(/^(["'])(.*)\1$/, "$2"),
        );
      }
    } else if (instruction === "FROM") {
      const operands = rest.filter((one) => !one.startsWith("--"));
      const [image, as, name] = operands;
      if (image === undefined || stages.length >= MOST_STAGES) return undefined;
      stages.push({ name: as?.toUpperCase() === "AS" ? name?.toLowerCase() : undefined, uses: [image] });
    } else if (stage && (instruction === "COPY" || instruction === "ADD" || instruction === "RUN")) {
      for (const one of rest) {
        const from =
          /^--from=(.+)$/.exec(one)?.[1] ??
          (one.startsWith("--mount=") ? /[=,]from=([^,]+)/.exec(one)?.[1] : undefined);
        if (from === undefined && !one.startsWith("--")) break;
        if (from !== undefined) stage.uses.push(from);
      }
    }
  }
  return stages.length === 0 ? undefined : { args, stages };
}

/** What the stages take that the target needs, without the names of stages. */
function imagesFor({ stages }: Dockerfile, target: string): Set<string> {
  const images = new Set<string>();
  const find = (name: string, before: number): number =>
    /^\d+$/.test(name)
      ? Number(name)
      : stages.findLastIndex((stage, index) => index < before && stage.name === name.toLowerCase());
  const seen = new Set<number>();
  const stack = [target === "" ? stages.length - 1 : find(target, stages.length)];
  for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
    const stage = stages[index];
    if (!stage || seen.has(index)) continue;
    seen.add(index);
    for (const [position, used] of stage.uses.entries()) {
      const other = position === 0 && /^\d+$/.test(used) ? -1 : find(used, index);
      if (other >= 0) stack.push(other);
      else if (used.toLowerCase() !== "scratch") images.add(used);
    }
  }
  return images;
}

/** `$NAME`, `${NAME}` and `${NAME:-default}` by the build's arguments and the file's defaults. */
function filledIn(written: string, args: Dockerfile["args"], recipe: Recipe, depth = 0): Value {
  const text = written.replace(/^(["'])(.*)\1$/, "$2");
  const parts: Value[] = [];
  let cursor = 0;
  for (const match of text.matchAll(/\$(?:(\w+)|\{(\w+)(?::?-([^}$]*))?\})/g)) {
    const name = match[1] ?? match[2] ?? "";
    parts.push(literal(text.slice(cursor, match.index)));
    const given = recipe.buildArgs.get(name);
    const fallback = args.get(name) ?? match[3];
    // Arguments that cannot be read may be this one.
    parts.push(
      !args.has(name) || !recipe.complete || depth > 3
        ? HOLE
        : (given ?? (fallback === undefined ? HOLE : filledIn(fallback, args, recipe, depth + 1))),
    );
    cursor = match.index + match[0].length;
  }
  const rest = text.slice(cursor);
  return rest.includes("$") ? HOLE : concat([...parts, literal(rest)]);
}
