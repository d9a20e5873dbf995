/** The tags that docker/metadata-action makes (its README: "tags input", "flavor input", "Global expressions"). */
import { type Pair, scalarOf, type Span } from "../../workflow/yaml/node.ts";
import { sourceSpan } from "../../workflow/yaml/scalar-source.ts";
import { valueOfScalar } from "./evaluate.ts";
import { plainNames } from "../../workflow/filters.ts";
import type { Known, Scope, StepRun } from "./model.ts";
import { lowered } from "./shell-words.ts";
import { HOLE, join, literal, type Part, type Template, textOf, textOfTemplate, type Value } from "./value.ts";

export interface MetadataTag {
  /** `image:tag`. */
  whole: Template;
  tag: Template;
  /** Whether it is among the tags in this run. */
  given: Known;
  /** The line of `tags:` that asks for it; nothing for `latest` that the flavor adds. */
  type: string;
  at: Span;
}

const known = new WeakMap<StepRun, MetadataTag[]>();

export function metadataTags(step: StepRun): MetadataTag[] {
  let tags = known.get(step);
  if (!tags) {
    tags = read(step);
    known.set(step, tags);
  }
  return tags;
}

export function metadataOutput(step: StepRun, name: string): Value | undefined {
  if (name !== "tags") return undefined;
  const tags = metadataTags(step);
  if (tags.length === 0) return HOLE;
  return [join(tags.flatMap(({ whole }, index) => (index === 0 ? [whole] : [[{ kind: "text", text: "\n" }], whole])))];
}

/** The lines of an input, each with its `${{ }}` filled in on its own so that alternatives stay small. */
export const linesOf = (pair: Pair | undefined, scope: Scope): Value[] =>
  placedLines(pair, scope).map(({ value }) => value);

/** With each line's place in the scalar's value. */
function placedLines(pair: Pair | undefined, scope: Scope): { value: Value; within: Span }[] {
  const node = scalarOf(pair?.value);
  if (!node) return [];
  const lines: { value: Value; within: Span }[] = [];
  let start = 0;
  for (const line of node.value.split("\n")) {
    const text = line.trim();
    const from = start + line.indexOf(text);
    start += line.length + 1;
    if (text === "" || text.startsWith("#")) continue;
    lines.push({
      value: valueOfScalar({ ...node, value: text }, scope),
      within: { start: from, end: from + text.length },
    });
  }
  return lines;
}

/** Templates of several lines, line by line. */
export function splitLines(template: Template): Template[] {
  const lines: Part[][] = [[]];
  for (const part of template) {
    if (part.kind !== "text") {
      lines.at(-1)?.push(part);
      continue;
    }
    part.text.split(/\r?\n/).forEach((piece, index) => {
      if (index > 0) lines.push([]);
      if (piece !== "") lines.at(-1)?.push({ kind: "text", text: piece });
    });
  }
  return lines.filter((line) => line.some((part) => part.kind !== "text" || part.text.trim() !== ""));
}

/** `a=b` fields of a line in CSV, the values as texts with symbols. */
function fieldsOf(line: Template): Map<string, Template> {
  const fields = new Map<string, Template>();
  let current: Part[] = [];
  const done = (): void => {
    const [first, ...rest] = join([current]);
    const text = first?.kind === "text" ? first.text : "";
    const at = text.indexOf("=");
    if (at === -1) fields.set("", [...(first ? [first] : []), ...rest]);
    else fields.set(text.slice(0, at).trim().toLowerCase(), join([[{ kind: "text", text: text.slice(at + 1) }], rest]));
    current = [];
  };
  for (const part of line) {
    if (part.kind !== "text") {
      current.push(part);
      continue;
    }
    part.text.split(",").forEach((piece, index) => {
      if (index > 0) done();
      if (piece !== "") current.push({ kind: "text", text: piece });
    });
  }
  if (current.length > 0) done();
  return fields;
}

const DEFAULT_TAGS = ["type=schedule", "type=ref,event=branch", "type=ref,event=tag", "type=ref,event=pr"];

function read(step: StepRun): MetadataTag[] {
  const images = linesOf(step.step.with.get("images"), step.scope)
    .flatMap((value) => value.flatMap(splitLines))
    .map((line) => {
      const fields = fieldsOf(line);
      return {
        name: lowered([fields.get("name") ?? fields.get("") ?? []])[0] ?? [],
        enabled: truthOfField(fields.get("enable"), step),
      };
    });
  const flavor = new Map(
    linesOf(step.step.with.get("flavor"), step.scope).flatMap((value) => (value[0] ? [...fieldsOf(value[0])] : [])),
  );
  const list = scalarOf(step.step.with.get("tags")?.value);
  const written = placedLines(step.step.with.get("tags"), step.scope);
  const all = step.step.uses?.node ?? step.step.node;
  const lines =
    written.length > 0 && list
      ? written.map(({ value, within }) => ({
          alternatives: value,
          at: sourceSpan(step.document.file.text, list, within),
        }))
      : DEFAULT_TAGS.map((line) => ({ alternatives: literal(line), at: all }));
  const tags: { tag: Template; given: Known; type: string; at: Span }[] = [];
  let latest: Known = false;
  for (const { alternatives, at } of lines)
    for (const line of alternatives.flatMap(splitLines)) {
      const fields = fieldsOf(line);
      const type = fields.has("type") ? (textOfTemplate(fields.get("type") ?? []) ?? "") : "raw";
      const made = tagOf(type, fields, step);
      if (!made || made.given === false) continue;
      const enabled = truthOfField(fields.get("enable"), step);
      if (enabled === false) continue;
      const given = made.given === true && enabled === true && alternatives.length === 1 ? true : undefined;
      const around = (key: string): Template =>
        fields.get(key) ?? (key === "prefix" ? made.prefix : undefined) ?? flavor.get(key) ?? [];
      tags.push({ tag: sanitised(join([around("prefix"), made.tag, around("suffix")])), given, type, at });
      if (
        ["semver", "pep440", "match"].includes(type) ||
        (type === "ref" && textOfTemplate(fields.get("event") ?? []) === "tag")
      )
        latest = latest === true ? true : given;
    }
  const flavorLatest = textOfTemplate(flavor.get("latest") ?? []);
  if (flavorLatest === "true") latest = true;
  else if (flavorLatest === "false") latest = false;
  else if (flavor.has("latest") && flavorLatest !== "auto") latest = undefined;
  else if (latest === true) latest = undefined; // A pre-release gives no `latest`.
  if (latest !== false) tags.push({ tag: [{ kind: "text", text: "latest" }], given: latest, type: "latest", at: all });
  return images.flatMap(({ name, enabled }) =>
    enabled === false
      ? []
      : tags.map(({ tag, given, type, at }) => ({
          whole: name.length === 0 ? tag : join([name, [{ kind: "text", text: ":" }], tag]),
          tag,
          given: enabled === true ? given : undefined,
          type,
          at,
        })),
  );
}

/** The action puts `-` for what a tag may not hold. */
const sanitised = (tag: Template): Template =>
  join([
    tag.map((part): Part =>
      part.kind === "text"
        ? { kind: "text", text: part.text.replace(/[^A-Za-z0-9._-]+/g, "-") }
        : part.kind === "symbol" && !/sha$|number$|run_id$/.test(part.name)
          ? { ...part, cleaned: true }
          : part,
    ),
  ]);

function truthOfField(field: Template | undefined, step: StepRun): Known {
  if (!field) return true;
  const text = textOfTemplate(field)?.trim();
  if (text === undefined) return undefined;
  if (text === "true" || text === "") return true;
  if (text === "false") return false;
  if (/^\{\{\s*is_default_branch\s*\}\}$/.test(text)) {
    const { run } = step.scope;
    if (run.ref === "tag") return false;
    return run.ref === "default" ? true : undefined;
  }
  return undefined;
}

function tagOf(
  type: string,
  fields: ReadonlyMap<string, Template>,
  step: StepRun,
): { tag: Template; given: Known; prefix?: Template } | undefined {
  const { run } = step.scope;
  const text = (key: string): string | undefined =>
    fields.has(key) ? textOfTemplate(fields.get(key) ?? []) : undefined;
  const branch: Part = { kind: "symbol", name: "github.ref_name", cleaned: true };
  switch (type) {
    case "raw":
      return { tag: expanded(fields.get("value") ?? fields.get("") ?? [], step), given: true };
    case "sha": {
      const head =
        textOf(step.scope.lookup(["env", "docker_metadata_pr_head_sha"]) ?? literal("")) === "true" &&
        run.ref === "pull";
      const length =
        Number(textOf(step.scope.lookup(["env", "docker_metadata_short_sha_length"]) ?? literal("7"))) || 7;
      return {
        tag: [
          {
            kind: "symbol",
            name: head ? "github.event.pull_request.head.sha" : "github.sha",
            ...(text("format") === "long" ? {} : { length }),
          },
        ],
        given: true,
        prefix: [{ kind: "text", text: "sha-" }],
      };
    }
    case "ref":
      switch (text("event")) {
        case "branch": {
          const names = run.ref === "branch" ? plainNames(run.branches) : undefined;
          const tag: Template =
            names?.length === 1 ? (literal((names[0] ?? "").replace(/[^A-Za-z0-9._-]/g, "-"))[0] ?? []) : [branch];
          return {
            tag,
            given: run.ref === "branch" || run.ref === "default" ? true : run.ref === "unknown" ? undefined : false,
          };
        }
        case "tag":
          return { tag: [branch], given: run.ref === "tag" ? true : run.ref === "unknown" ? undefined : false };
        case "pr":
          return {
            tag: [{ kind: "symbol", name: "github.event.pull_request.number" }],
            given: run.ref === "pull" ? true : run.event === "workflow_call" ? undefined : false,
            prefix: [{ kind: "text", text: "pr-" }],
          };
        default:
          return undefined;
      }
    case "semver":
    case "pep440":
    case "match": {
      if (fields.has("value")) return { tag: [{ kind: "hole" }], given: undefined };
      const pattern = text("pattern") ?? "";
      const tag: Template =
        type === "match" || run.ref === "unknown"
          ? [{ kind: "hole" }]
          : join(
              pattern
                .split(/(\{\{[^}]*\}\})/)
                .map((piece): Template =>
                  piece === ""
                    ? []
                    : piece.startsWith("{{")
                      ? [{ kind: "symbol", name: `semver ${piece.slice(2, -2).trim()}` }]
                      : [{ kind: "text", text: piece }],
                ),
            );
      return { tag, given: run.ref === "tag" ? true : run.ref === "unknown" ? undefined : false };
    }
    case "schedule":
      return {
        tag: expanded(fields.get("pattern") ?? [{ kind: "text", text: "nightly" }], step),
        given: run.event === "schedule" ? true : run.event === "workflow_call" ? undefined : false,
      };
    case "edge":
      return {
        tag: [{ kind: "text", text: "edge" }],
        given: run.ref === "tag" || run.ref === "pull" ? false : undefined,
      };
    default:
      return { tag: [{ kind: "hole" }], given: undefined };
  }
}

/** `{{sha}}`, `{{branch}}` and their like in a value. */
function expanded(template: Template, step: StepRun): Template {
  return join(
    template.map((part): Template => {
      if (part.kind !== "text" || !part.text.includes("{{")) return [part];
      return join(
        part.text.split(/(\{\{[^}]*\}\})/).map((piece): Template => {
          if (!piece.startsWith("{{")) return piece === "" ? [] : [{ kind: "text", text: piece }];
          const name = piece.slice(2, -2).trim();
          if (name === "sha") return [{ kind: "symbol", name: "github.sha", length: 7 }];
          if (name === "branch")
            return step.scope.run.ref === "branch"
              ? [{ kind: "symbol", name: "github.ref_name", cleaned: true }]
              : [{ kind: "hole" }];
          return [{ kind: "hole" }];
        }),
      );
    }),
  );
}
