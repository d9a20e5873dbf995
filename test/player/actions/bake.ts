/** docker/bake-action: targets of a bake file, with `set` over them, as the builder takes them. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { knownAction } from "../../../src/actions/catalogue.ts";
import { type Action, type ActionContext, ActionFailed } from "../action.ts";
import { type BakeTarget, readBakeFiles, targetsOf } from "../bake-file.ts";
import { build } from "../builder.ts";
import { fitsName } from "../glob.ts";
import { PlayerError } from "../json.ts";

const IGNORED = ["builder", "github-token", "allow", "pull", "no-cache"];
const PLAYED = ["source", "files", "targets", "set", "push", "load", "provenance", "sbom"];
/** What bake looks for when it is given no file (docs.docker.com, "docker buildx bake: --file"). Compose files are not played. */
const DEFAULT_FILES = ["docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl"];

const lines = (text: string | undefined): string[] =>
  (text ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
const items = (text: string | undefined): string[] =>
  lines(text)
    .flatMap((line) => line.split(","))
    .map((item) => item.trim())
    .filter((item) => item !== "");

/** The keys of a target that `set` may write (docs.docker.com, "docker buildx bake: --set"). */
const LISTS = ["tags", "platform", "output", "cache-from", "cache-to"];
const MAPPINGS = ["args", "labels"];
const TEXTS = ["context", "dockerfile", "target", "no-cache", "pull", "attest", "provenance", "sbom"];

export const bake: Action = {
  name: "docker/bake-action",
  inputs: Object.keys(knownAction("docker/bake-action")?.inputs ?? {}),
  async run(context) {
    const { inputs, env } = context;
    for (const [name, value] of Object.entries(inputs)) {
      if (value !== "" && !IGNORED.includes(name) && !PLAYED.includes(name))
        throw new PlayerError(`The stand-in of docker/bake-action does not play \`${name}\`.`);
    }
    // Without a source the action builds from the repository on GitHub, not from what is checked out.
    const source = inputs["source"] ?? "";
    if (source === "")
      throw new PlayerError(
        "The stand-in of docker/bake-action does not play a Git context: set `source: .` to build what is checked out.",
      );
    const metadata = await bakeTargets(context, {
      source,
      files: lines(inputs["files"]?.replaceAll(",", "\n")).map((path) => path.replace(/^cwd:\/\//, "")),
      targets: items(inputs["targets"]),
      overrides: lines(inputs["set"]).map(parseOverride),
      push: inputs["push"] === "true",
      load: inputs["load"] === "true",
      // The action asks for provenance unless it is told not to.
      provenance: inputs["provenance"] !== "false",
      sbom: !["", "false"].includes(inputs["sbom"] ?? ""),
      env,
    });
    return { metadata: JSON.stringify(metadata) };
  },
};

/** What bake is asked for, by the action or on the command line. */
export interface BakeRequest {
  /** Relative to the workspace. */
  readonly source: string;
  readonly files: readonly string[];
  readonly targets: readonly string[];
  readonly overrides: readonly Override[];
  readonly push: boolean;
  readonly load: boolean;
  readonly provenance: boolean;
  readonly sbom: boolean;
  readonly env: Readonly<Record<string, string>>;
}

/** Builds targets of bake files; gives bake's metadata. Throws `ActionFailed` where bake would fail. */
export async function bakeTargets(context: ActionContext, request: BakeRequest): Promise<Record<string, object>> {
  const folder = resolve(context.workspace, request.source);
  const paths =
    request.files.length > 0 ? request.files : DEFAULT_FILES.filter((path) => existsSync(join(folder, path)));
  if (paths.length === 0) throw new ActionFailed("ERROR: couldn't find a bake definition");
  for (const path of paths)
    if (!existsSync(resolve(folder, path)))
      throw new ActionFailed(`ERROR: failed to read ${path}: no such file or directory`);
  const file = readBakeFiles(
    paths.map((path) => ({ path, text: readFileSync(resolve(folder, path), "utf8") })),
    request.env,
  );
  const names = targetsOf(file, request.targets.length > 0 ? request.targets : ["default"]);
  const metadata: Record<string, object> = {};
  for (const name of names) {
    const declared = file.targets.get(name);
    if (!declared) continue;
    const overrides = request.overrides.filter((override) => fitsName(override.pattern, name));
    const target = overridden(declared, overrides);
    // What the file says of attestations goes before what the command line asks for, and `set` has the last word.
    const provenance = asked(
      overrides,
      "provenance",
      declaredAttestation(declared, "provenance") ?? request.provenance,
    );
    const sbom = asked(overrides, "sbom", declaredAttestation(declared, "sbom") ?? request.sbom);
    const { digest, imageId } = await build(context, {
      name: name.replace(/^pipewright-(layers|archive|push)-/, ""),
      context: join(request.source, target.context),
      dockerfile: join(request.source, target.context, target.dockerfile),
      stage: target.target,
      args: Object.entries(target.args).map(([key, value]) => `${key}=${value}`),
      labels: target.labels,
      platforms: target.platforms.length > 0 ? target.platforms : ["linux/amd64"],
      tags: target.tags,
      outputs: target.output,
      push: request.push,
      load: request.load,
      attested: provenance || sbom,
      sbom,
    });
    metadata[name] = {
      "containerimage.config.digest": imageId,
      ...(digest === undefined ? {} : { "containerimage.digest": digest, "image.name": target.tags.join(",") }),
    };
  }
  return metadata;
}

/** What a target's own `attest` says; undefined where it says nothing. */
function declaredAttestation({ attest }: BakeTarget, kind: "provenance" | "sbom"): boolean | undefined {
  const found = attest.filter((text) => text.includes(`type=${kind}`)).at(-1);
  return found === undefined ? undefined : !found.includes("disabled=true");
}

interface Override {
  readonly pattern: string;
  readonly key: string;
  /** The name of an argument or a label; empty for other keys. */
  readonly field: string;
  /** `+=`: adds to what the file says. */
  readonly adds: boolean;
  readonly value: string;
}

/** One line of `set`: `web.tags=a`, `*.platform=linux/amd64`, `web.args.X=1`, `web.labels.x.y=z`. */
function parseOverride(line: string): Override {
  const match = /^([^.=]+)\.([^.=+]+)(?:\.([^=+]+))?(\+)?=(.*)$/.exec(line);
  const [, pattern = "", key = "", field = "", plus, value = ""] = match ?? [];
  if (!match || ![...LISTS, ...MAPPINGS, ...TEXTS].includes(key) || MAPPINGS.includes(key) !== (field !== ""))
    throw new PlayerError(`docker buildx bake does not know the override \`${line}\`.`);
  return { pattern, key, field, adds: plus !== undefined, value };
}

/** A list that `set` writes is all that it says, together with the file's where every line adds. */
function overridden(declared: BakeTarget, overrides: readonly Override[]): BakeTarget {
  const of = (key: string): Override[] => overrides.filter((override) => override.key === key);
  const list = (key: string, before: readonly string[]): readonly string[] => {
    const found = of(key);
    return found.length === 0
      ? before
      : [...(found.every((override) => override.adds) ? before : []), ...found.map((override) => override.value)];
  };
  const text = (key: string, before: string): string => of(key).at(-1)?.value ?? before;
  const mapping = (key: string, before: Readonly<Record<string, string>>): Record<string, string> => ({
    ...before,
    ...Object.fromEntries(of(key).map(({ field, value }) => [field, value])),
  });
  return {
    context: text("context", declared.context),
    dockerfile: text("dockerfile", declared.dockerfile),
    target: text("target", declared.target),
    args: mapping("args", declared.args),
    labels: mapping("labels", declared.labels),
    tags: list("tags", declared.tags),
    platforms: list("platform", declared.platforms).flatMap((platforms) => platforms.split(",")),
    output: list("output", declared.output),
    attest: declared.attest,
  };
}

/** `attest=type=provenance,disabled=true` and `provenance=false` mean the same. */
function asked(overrides: readonly Override[], kind: "provenance" | "sbom", before: boolean): boolean {
  const found = overrides
    .filter(
      (override) => override.key === kind || (override.key === "attest" && override.value.includes(`type=${kind}`)),
    )
    .at(-1);
  if (!found) return before;
  return found.key === "attest" ? !found.value.includes("disabled=true") : found.value !== "false";
}
