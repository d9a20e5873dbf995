/**
 * The plan as data: what the programs on the runners read, beside themselves. One file a repository, a part a pipeline.
 * Pure, and in one order, so that a changed line of the config is a changed line of the file. Its shape is
 * `plan-file/schema.ts`; one file a part makes what stands in it.
 */
import { basesPart } from "./plan-file/bases.ts";
import { buildsPart } from "./plan-file/builds.ts";
import { cachesPart } from "./plan-file/caches.ts";
import { packagesPart, retentionPart } from "./plan-file/cleanup.ts";
import { consumersPart, groupsPart } from "./plan-file/consumers.ts";
import { flakesPart } from "./plan-file/flakes.ts";
import { metricsPart } from "./plan-file/metrics.ts";
import { movesPart } from "./plan-file/moves.ts";
import { channelsPart, tiersPart } from "./plan-file/notify.ts";
import { promotionsPart } from "./plan-file/promotion.ts";
import { publishPart } from "./plan-file/publish.ts";
import { releasePart } from "./plan-file/release.ts";
import type { PipelinePart, PlanFile } from "./plan-file/schema.ts";
import { tagsPart } from "./plan-file/tags.ts";
import type { Pipeline } from "./types.ts";

export type { PlanFile } from "./plan-file/schema.ts";

/** Its place in a repository, from the root: beside the programs, which look for it there. */
export const PLAN_FILE = ".github/pipewright/plan.json";

/** The version of the shape; a program refuses one that it does not know. */
const VERSION = 1;

/** @param files the digest of each emitted file of a program, by its path below the programs' folder */
export const planFile = (pipelines: readonly Pipeline[], files: Readonly<Record<string, string>>): PlanFile => ({
  version: VERSION,
  pipelines: Object.fromEntries(pipelines.map((pipeline) => [pipeline.member ?? "", pipelinePart(pipeline)])),
  files: { ...files },
});

function pipelinePart(pipeline: Pipeline): PipelinePart {
  return {
    bases: basesPart(pipeline),
    builds: buildsPart(pipeline),
    caches: cachesPart(pipeline),
    channels: channelsPart(pipeline),
    consumers: consumersPart(pipeline),
    flakes: flakesPart(pipeline),
    groups: groupsPart(pipeline),
    forks: pipeline.forks,
    freshness: pipeline.freshness,
    metrics: metricsPart(pipeline),
    movesAtBuild: movesPart(pipeline),
    packages: packagesPart(pipeline),
    project: pipeline.project,
    promotions: promotionsPart(pipeline),
    publish: publishPart(pipeline),
    publishedCheck: pipeline.checks.published,
    pullRequests: pipeline.pullRequests === false ? null : pipeline.pullRequests === "artifact" ? "artifact" : "push",
    retry: pipeline.retry ? { ...pipeline.retry } : null,
    release: releasePart(pipeline),
    retention: retentionPart(pipeline),
    tags: tagsPart(pipeline),
    tiers: tiersPart(pipeline),
    versionBase: pipeline.version?.base ?? "0.0",
  };
}

/**
 * The file's text: sorted keys, two blanks an indent, and short lists on a line of their own, as Prettier has them. Who owns
 * it stands first, where people look.
 */
export function printPlanFile({ generated, ...plan }: PlanFile): string {
  const body = `${printed(plan, "", 0)}\n`;
  return generated === undefined ? body : `{\n  "generated": ${printed(generated, "  ", 15)},\n${body.slice(2)}`;
}

type Data = string | number | boolean | null | readonly Data[] | { readonly [key: string]: Data | undefined };

/** The width at which Prettier breaks a list, by default. */
const WIDTH = 80;

/** @param before how many characters of the line stand before the value */
function printed(value: Data | Omit<PlanFile, "generated">, indent: string, before: number): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item: Data) => printed(item, inner, inner.length));
    const isFlat = value.every((item: Data) => typeof item !== "object" || item === null);
    const line = `[${items.join(", ")}]`;
    // A comma may follow.
    if (items.length === 0 || (isFlat && before + line.length + 1 <= WIDTH)) return line;
    return `[\n${items.map((item) => inner + item).join(",\n")}\n${indent}]`;
  }
  const entries = Object.entries(value as Record<string, Data | undefined>)
    .filter((entry): entry is [string, Data] => entry[1] !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  if (entries.length === 0) return "{}";
  const lines = entries.map(([key, item]) => {
    const head = `${inner}${JSON.stringify(key)}: `;
    return head + printed(item, inner, head.length);
  });
  return `{\n${lines.join(",\n")}\n${indent}}`;
}
