/** The model in words, for tests and for people who wonder what a rule saw. */
import { writtenName } from "./github-values.ts";
import type { Effect, ImageReference, Known, Pipeline } from "./model.ts";
import { type Template, type Value, written } from "./value.ts";

const sure = (known: Known): string => (known === undefined ? "maybe " : known ? "" : "never ");
const image = (reference: ImageReference | undefined): string => (reference ? written(reference.whole) : "?");
const value = (known: Value | undefined): string =>
  known?.map((template: Template) => written(template)).join(" | ") ?? "?";

export function rendered(pipeline: Pipeline): string {
  const lines: string[] = [];
  for (const run of pipeline.runs) {
    lines.push(
      `${run.workflow.file.path} on ${run.event} (${run.ref})${run.upstream ? ` after ${run.upstream.workflow.file.path} on ${run.upstream.event} (${run.upstream.ref})` : ""}`,
    );
    for (const job of run.jobs) {
      lines.push(
        `  ${sure(job.happens)}${job.path}${job.needs.length > 0 ? ` after ${job.needs.map(({ path }) => path).join(", ")}` : ""}`,
      );
      for (const effect of job.effects) lines.push(`    ${sure(effect.happens)}${inWords(effect)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

export function inWords(effect: Effect): string {
  switch (effect.kind) {
    case "build":
      return `builds ${value(effect.recipe.file)}${effect.recipe.name === undefined ? "" : ` (${effect.recipe.name})`} as ${effect.images.map(image).join(", ") || "no name"}${effect.certain ? "" : " (some of them)"}, ${effect.pushed === undefined ? "pushed perhaps" : effect.pushed ? "pushed" : "not pushed"}, by ${effect.by}`;
    case "push":
      return `pushes ${image(effect.image)}`;
    case "take":
      return `takes ${image(effect.image)} (${effect.how})`;
    case "move":
      return `names ${image(effect.from)} ${image(effect.to)}${effect.inRegistry ? " in the registry" : ""}`;
    case "save":
      return `saves ${effect.images.map(image).join(", ")}`;
    case "load":
      return "loads images";
    case "delete-image":
      return `deletes ${effect.selects} of ${effect.image ? image(effect.image) : value(effect.package)}`;
    case "scan":
      return `scans ${image(effect.image)}`;
    case "upload":
      return `uploads ${value(effect.name)}`;
    case "download":
      return `downloads ${effect.name ? value(effect.name) : effect.pattern ? value(effect.pattern) : "everything"} of ${effect.from}`;
    case "delete-artifact":
      return `deletes artifact ${value(effect.name)}`;
    case "login":
      return `logs in to ${value(effect.registry)}`;
  }
}

/** A text for a message: without the places of its symbols, cut SHAs as people write them. */
export const readable = (template: Template): string =>
  template
    .map((part) => {
      if (part.kind === "text") return part.text;
      if (part.kind === "hole") return "…";
      const name = writtenName(part.name);
      return part.length === undefined ? `\${{ ${name} }}` : `<first ${part.length} of ${name}>`;
    })
    .join("");
