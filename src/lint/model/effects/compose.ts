/** Compose files: which services build and which take images ("Compose file reference"). */
import { type MappingNode, scalarOf, valueOf } from "../../../workflow/yaml/node.ts";
import { readEvents } from "../../../workflow/yaml/read-events.ts";
import type { RepositoryFiles } from "../../repository.ts";
import { referencesOf } from "../image-reference.ts";
import type { Effect, StepRun } from "../model.ts";
import { concat, HOLE, literal, textOf, type Value } from "../value.ts";
import type { EffectBase } from "./effect.ts";
import { has, lineOf, valuesOf } from "./options.ts";
import { normal } from "../paths.ts";
import { recipeOf } from "./recipe.ts";

const DEFAULT_FILES = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
const GLOBAL = new Set("f file p project-name profile env-file project-directory ansi progress parallel".split(" "));
const AFTER = new Set("scale pull timeout t build-arg memory m".split(" "));

interface Service {
  name: string;
  image: Value | undefined;
  build: { context: string; file: string | undefined; target: string | undefined; plain: boolean } | undefined;
}

const read = new WeakMap<RepositoryFiles, Map<string, MappingNode | undefined>>();

function rootOf(files: RepositoryFiles, path: string): MappingNode | undefined {
  let known = read.get(files);
  if (!known) read.set(files, (known = new Map()));
  if (known.has(path)) return known.get(path);
  let root: MappingNode | undefined;
  const text = files.read(path);
  try {
    const tree = text === undefined ? undefined : readEvents(text).root;
    root = tree?.kind === "mapping" ? tree : undefined;
  } catch {
    root = undefined;
  }
  known.set(path, root);
  return root;
}

export function composeEffects(
  words: readonly Value[],
  base: EffectBase,
  step: StepRun,
  files: RepositoryFiles,
): Effect[] {
  const line = lineOf(words, GLOBAL, true);
  const folder = base.folder;
  const [verb, ...rest] = line.operands;
  if (line.open || folder === undefined || !verb) return [];
  const written = valuesOf(line, "f", "file").map((value) => textOf(value));
  if (written.includes(undefined)) return [];
  const paths =
    written.length > 0
      ? written.map((path) => normal(`${folder}/${path}`))
      : DEFAULT_FILES.map((name) => normal(`${folder}/${name}`))
          .filter((path) => files.exists(path))
          .slice(0, 1);
  const services = servicesOf(paths, files, (name) => step.scope.lookup(["env", name.toLowerCase()]));
  const after = lineOf(rest, AFTER);
  const action = textOf(verb);
  const wanted = after.operands.map((value) => textOf(value));
  const chosen = services.filter(({ name }) =>
    action === "run" || action === "exec" ? false : wanted.length === 0 || wanted.includes(name),
  );
  const effects: Effect[] = [];
  for (const { name, image, build } of chosen) {
    const builds = build && (action === "build" || (action === "up" && has(after, "build")));
    if (builds)
      effects.push({
        kind: "build",
        ...base,
        by: `docker compose ${action}`,
        images: image ? referencesOf(image) : [],
        certain: image ? image.length === 1 : true,
        pushed: action === "build" && has(after, "push"),
        loaded: true,
        recipe: recipeOf({
          name,
          context: literal(build.context),
          file: build.file === undefined ? undefined : literal(build.file),
          target: build.target === undefined ? undefined : literal(build.target),
          platforms: undefined,
          buildArgs: new Map(),
          complete: build.plain,
          git: false,
          folder: ".",
        }),
        caches: [],
        tagsAt: undefined,
      });
    else if (image && !build && (action === "pull" || action === "up" || action === "create"))
      for (const one of referencesOf(image))
        effects.push({
          kind: "take",
          ...base,
          by: `docker compose ${action}`,
          how: action === "pull" ? "pull" : "run",
          image: one,
          certain: image.length === 1,
        });
    else if (image && action === "push")
      for (const one of referencesOf(image))
        effects.push({ kind: "push", ...base, by: "docker compose push", image: one, certain: image.length === 1 });
  }
  return effects;
}

function servicesOf(
  paths: readonly string[],
  files: RepositoryFiles,
  variable: (name: string) => Value | undefined,
): Service[] {
  const services = new Map<string, Service>();
  const [main] = paths;
  const folder = main === undefined ? "." : normal(`${main}/..`);
  for (const path of paths) {
    const list = valueOf(rootOf(files, path), "services");
    if (list?.kind !== "mapping") continue;
    for (const { key, value } of list.pairs) {
      const before = services.get(key.value);
      const image = scalarOf(valueOf(value, "image"));
      const build = valueOf(value, "build");
      const context = scalarOf(build)?.value ?? scalarOf(valueOf(build, "context"))?.value ?? (build ? "." : undefined);
      const file = scalarOf(valueOf(build, "dockerfile"))?.value;
      const root = context === undefined ? undefined : normal(`${folder}/${context}`);
      services.set(key.value, {
        name: key.value,
        image: image ? filled(image.value, variable) : before?.image,
        build:
          root === undefined
            ? before?.build
            : {
                context: root,
                file: file === undefined ? undefined : normal(`${root}/${file}`),
                target: scalarOf(valueOf(build, "target"))?.value,
                plain: valueOf(build, "args") === undefined,
              },
      });
    }
  }
  return [...services.values()];
}

/** `${NAME}` and `${NAME:-default}`. */
const filled = (text: string, variable: (name: string) => Value | undefined): Value =>
  concat(
    text.split(/(\$\{[^}]*\}|\$[A-Za-z_]\w*)/).map((piece) => {
      const match = /^\$\{?([A-Za-z_]\w*)(?::?-([^}]*))?\}?$/.exec(piece);
      if (!match) return piece.startsWith("${") ? HOLE : literal(piece);
      return variable(match[1] ?? "") ?? (match[2] === undefined ? HOLE : literal(match[2]));
    }),
  );
