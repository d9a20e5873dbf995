/** Tools that talk to registries, platforms that build, and calls of GitHub's API for packages and artifacts. */
import type { RepositoryFiles } from "../../repository.ts";
import { referencesOf } from "../image-reference.ts";
import type { Effect, ImageDelete, ImageMove } from "../model.ts";
import { literal, textOf, type Value } from "../value.ts";
import type { EffectBase } from "./effect.ts";
import { takes } from "./docker-commands.ts";
import { has, lastOf, lineOf, valuesOf } from "./options.ts";
import { normal } from "../paths.ts";
import { recipeOf } from "./recipe.ts";

const set = (words: string): ReadonlySet<string> => new Set(words.split(" "));

export const move = (from: Value | undefined, to: Value, base: EffectBase, by: string): ImageMove[] =>
  referencesOf(to).map((image) => ({
    kind: "move",
    ...base,
    by,
    from: from?.length === 1 ? referencesOf(from)[0] : undefined,
    to: image,
    certain: to.length === 1,
    inRegistry: true,
  }));

/** `crane copy a b`, `crane tag a tag`, `crane push|pull|delete`. */
export function craneEffects(words: readonly Value[], base: EffectBase): Effect[] {
  const line = lineOf(words, set("platform j jobs format p u username password"));
  const [verb, a, b] = line.operands;
  switch (textOf(verb ?? literal(""))) {
    case "copy":
    case "cp":
      return a && b ? move(a, b, base, "crane copy") : [];
    case "tag": {
      const [image] = a ? referencesOf(a) : [];
      return a && b && image
        ? b.flatMap((tag) => move(a, [[...image.name, { kind: "text", text: ":" }, ...tag]], base, "crane tag"))
        : [];
    }
    case "pull":
      return a ? takes([a], "pull", base, "crane pull") : [];
    case "push":
      return b
        ? referencesOf(b).map((image) => ({ kind: "push", ...base, by: "crane push", image, certain: b.length === 1 }))
        : [];
    case "auth":
      return textOf(a ?? literal("")) === "login" && b
        ? [{ kind: "login", ...base, by: "crane auth login", registry: b }]
        : [];
    case "digest":
    case "manifest":
      return a ? takes([a], "inspect", base, `crane ${textOf(verb ?? literal(""))}`) : [];
    case "delete":
      return a
        ? referencesOf(a).map((image) => ({
            kind: "delete-image",
            ...base,
            by: "crane delete",
            package: undefined,
            image,
            selects: "tagged",
            keeps: undefined,
          }))
        : [];
    default:
      return [];
  }
}

const withoutTransport = (value: Value): Value | undefined => {
  const texts = value.map((template) => template[0]);
  if (!texts.every((part) => part?.kind === "text" && part.text.startsWith("docker://"))) return undefined;
  return value.map((template) => {
    const [first, ...rest] = template;
    return first?.kind === "text"
      ? [...(first.text === "docker://" ? [] : [{ kind: "text" as const, text: first.text.slice(9) }]), ...rest]
      : template;
  });
};

export function skopeoEffects(words: readonly Value[], base: EffectBase): Effect[] {
  const line = lineOf(
    words,
    set(
      "src-creds dest-creds creds authfile src-authfile dest-authfile format f u username p password override-arch override-os retry-times",
    ),
  );
  const [verb, a, b] = line.operands;
  const from = a && withoutTransport(a);
  const to = b && withoutTransport(b);
  switch (textOf(verb ?? literal(""))) {
    case "copy":
      return [
        ...(from && !to ? takes([from], "copy", base, "skopeo copy") : []),
        ...(to ? move(from, to, base, "skopeo copy") : []),
      ];
    case "login":
      return a ? [{ kind: "login", ...base, by: "skopeo login", registry: a }] : [];
    case "inspect":
      return from ? takes([from], "inspect", base, "skopeo inspect") : [];
    case "delete":
      return from
        ? referencesOf(from).map((image) => ({
            kind: "delete-image",
            ...base,
            by: "skopeo delete",
            package: undefined,
            image,
            selects: "tagged",
            keeps: undefined,
          }))
        : [];
    default:
      return [];
  }
}

const FLY = set(
  "a app image i config c dockerfile build-target strategy region r primary-region env e org o access-token t image-label build-arg build-secret wait-timeout vm-size vm-memory vm-cpus vm-cpu-kind ignorefile label builder file-local volume-initial-size max-unavailable release-command-timeout regions",
);

/** `flyctl deploy` builds unless an image is named ("Deploy a Fly app"). */
export function flyEffects(words: readonly Value[], base: EffectBase, files: RepositoryFiles): Effect[] {
  const line = lineOf(words, FLY);
  const [verb, second] = line.operands;
  const action = textOf(verb ?? literal(""));
  if (action === "auth" && textOf(second ?? literal("")) === "docker")
    return [{ kind: "login", ...base, by: "flyctl auth docker", registry: literal("registry.fly.io") }];
  if (action !== "deploy" || line.open) return [];
  const image = lastOf(line, "image", "i");
  if (image && textOf(image) !== "") return takes([image], "deploy", base, "flyctl deploy");
  const folder = base.folder;
  const place = textOf(second ?? literal("."));
  const root = folder === undefined || place === undefined ? undefined : normal(`${folder}/${place}`);
  const config = lastOf(line, "config", "c");
  const configPath = config ? textOf(config) : root && normal(`${root}/fly.toml`);
  const toml = configPath === undefined ? undefined : files.read(configPath);
  const named =
    toml === undefined ? undefined : /^\s*\[build\][^[]*?^\s*image\s*=\s*["']([^"']+)["']/ms.exec(toml)?.[1];
  if (named !== undefined) return takes([literal(named)], "deploy", base, "flyctl deploy");
  const inToml =
    toml === undefined ? undefined : /^\s*\[build\][^[]*?^\s*dockerfile\s*=\s*["']([^"']+)["']/ms.exec(toml)?.[1];
  const file = lastOf(line, "dockerfile") ?? (inToml === undefined ? undefined : literal(inToml));
  return [
    {
      kind: "build",
      ...base,
      by: "flyctl deploy",
      images: [],
      certain: true,
      pushed: true,
      loaded: false,
      // A builder other than the Dockerfile may be written in a file that is not here.
      recipe: recipeOf({
        context: root === undefined ? undefined : literal(root),
        file,
        target: lastOf(line, "build-target"),
        platforms: undefined,
        buildArgs: new Map(),
        complete: !has(line, "build-arg") && root !== undefined,
        git: false,
        folder: root === undefined ? undefined : ".",
      }),
      caches: [],
      tagsAt: undefined,
    },
  ];
}

const GH_RUN = set("n name p pattern D dir R repo");

/** `gh run download`, and `gh api` on packages and artifacts. */
export function ghEffects(words: readonly Value[], base: EffectBase): Effect[] {
  const [area, verb, ...rest] = words.map((word) => word);
  if (textOf(area ?? literal("")) === "run" && textOf(verb ?? literal("")) === "download") {
    const line = lineOf(rest, GH_RUN);
    const names = valuesOf(line, "n", "name");
    const [run] = line.operands;
    const common = {
      kind: "download" as const,
      ...base,
      by: "gh run download",
      pattern: lastOf(line, "p", "pattern"),
      from:
        run &&
        run.length === 1 &&
        run[0]?.length === 1 &&
        run[0][0]?.kind === "symbol" &&
        run[0][0].name === "github.run_id"
          ? ("this-run" as const)
          : ("other-run" as const),
      runId: run,
      workflow: undefined,
      hasToken: true,
    };
    return names.length === 0 ? [{ ...common, name: undefined }] : names.map((name) => ({ ...common, name }));
  }
  if (textOf(area ?? literal("")) !== "api") return [];
  const line = lineOf(
    words.slice(1),
    set("X method H header f raw-field F field q jq t template input cache hostname p preview"),
  );
  const method = textOf(lastOf(line, "X", "method") ?? literal("GET"))?.toUpperCase();
  const path = line.operands.find((value) =>
    value.some((template) => template.some((part) => part.kind === "text" && /packages|artifacts/.test(part.text))),
  );
  return path && method === "DELETE" ? deletes(path, base, "gh api") : [];
}

const CURL = set(
  "X request H header o output d data u user w write-out A user-agent e retry retry-delay max-time connect-timeout m",
);

export function curlEffects(words: readonly Value[], base: EffectBase): Effect[] {
  const line = lineOf(words, CURL);
  if (textOf(lastOf(line, "X", "request") ?? literal(""))?.toUpperCase() !== "DELETE") return [];
  return line.operands.slice(0, 1).flatMap((path) => deletes(path, base, "curl -X DELETE"));
}

/** `.../packages/container/<name>/versions/<id>` and `.../actions/artifacts/<id>`. */
function deletes(path: Value, base: EffectBase, by: string): Effect[] {
  const [template] = path;
  const text = (template ?? []).map((part) => (part.kind === "text" ? part.text : "\u0000")).join("");
  if (/\/actions\/artifacts\//.test(text)) return [{ kind: "delete-artifact", ...base, by, name: undefined }];
  const match = /\/packages\/container\/([^/]+)\/versions\//.exec(text);
  if (!match) return [];
  const name = match[1] ?? "";
  const deleted: ImageDelete = {
    kind: "delete-image",
    ...base,
    by,
    package: name.includes("\u0000") ? undefined : literal(decodeURI(name)),
    image: undefined,
    selects: "unknown",
    keeps: undefined,
  };
  return [deleted];
}

function decodeURI(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
