/** The model in words, for tests and for people who wonder what a rule saw. */
import { writtenName } from "./github-values.ts";
import type { Deed, ImageReference, Known, Pipeline } from "./model.ts";
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
      for (const deed of job.deeds) lines.push(`    ${sure(deed.happens)}${inWords(deed)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

export function inWords(deed: Deed): string {
  switch (deed.kind) {
    case "build":
      return `builds ${value(deed.recipe.file)}${deed.recipe.name === undefined ? "" : ` (${deed.recipe.name})`} as ${deed.images.map(image).join(", ") || "no name"}${deed.certain ? "" : " (some of them)"}, ${deed.pushed === undefined ? "pushed perhaps" : deed.pushed ? "pushed" : "not pushed"}, by ${deed.by}`;
    case "push":
      return `pushes ${image(deed.image)}`;
    case "take":
      return `takes ${image(deed.image)} (${deed.how})`;
    case "move":
      return `names ${image(deed.from)} ${image(deed.to)}${deed.inRegistry ? " in the registry" : ""}`;
    case "save":
      return `saves ${deed.images.map(image).join(", ")}`;
    case "load":
      return "loads images";
    case "delete-image":
      return `deletes ${deed.selects} of ${deed.image ? image(deed.image) : value(deed.package)}`;
    case "scan":
      return `scans ${image(deed.image)}`;
    case "upload":
      return `uploads ${value(deed.name)}`;
    case "download":
      return `downloads ${deed.name ? value(deed.name) : deed.pattern ? value(deed.pattern) : "everything"} of ${deed.from}`;
    case "delete-artifact":
      return `deletes artifact ${value(deed.name)}`;
    case "login":
      return `logs in to ${value(deed.registry)}`;
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
