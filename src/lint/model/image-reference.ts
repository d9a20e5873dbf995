/** Image references as templates: `registry/name:tag@digest` (the distribution project's "reference" grammar). */
import type { ImageReference } from "./model.ts";
import { writtenName } from "./github-values.ts";
import { join, keyOf, type Part, type Template, textOfTemplate, type Value } from "./value.ts";

/** Symbols whose text holds neither a colon nor an at sign. */
const PLAIN_SYMBOL = /(?:repository|repository_owner|repository\.name|owner|sha|number|run_id|ref_name|actor)$/;

export const referencesOf = (value: Value): ImageReference[] => value.map(referenceOf);

export function referenceOf(whole: Template): ImageReference {
  const trimmed = trim(whole);
  const at = find(trimmed, "@", true);
  const digest = at && after(trimmed, at);
  const rest = at ? before(trimmed, at) : trimmed;
  const colon = tagColon(rest);
  if (colon) return { whole: trimmed, name: before(rest, colon), tag: after(rest, colon), digest };
  const last = rest.at(-1);
  // What a variable holds may have its tag in it.
  const open =
    last !== undefined &&
    last.kind !== "text" &&
    !(last.kind === "symbol" && PLAIN_SYMBOL.test(writtenName(last.name)));
  return { whole: trimmed, name: rest, tag: open && !digest ? [{ kind: "hole" }] : undefined, digest };
}

const trim = (template: Template): Template =>
  template.map((part, index): Part =>
    part.kind !== "text"
      ? part
      : {
          kind: "text",
          text: index === 0 ? part.text.trimStart() : index === template.length - 1 ? part.text.trimEnd() : part.text,
        },
  );

interface Place {
  part: number;
  offset: number;
}

function find(template: Template, character: string, last: boolean): Place | undefined {
  const order = last ? [...template.keys()].reverse() : [...template.keys()];
  for (const part of order) {
    const piece = template[part];
    const offset =
      piece?.kind === "text" ? (last ? piece.text.lastIndexOf(character) : piece.text.indexOf(character)) : -1;
    if (offset !== -1) return { part, offset };
  }
  return undefined;
}

/** The colon after the last slash: others belong to a registry's port. */
function tagColon(template: Template): Place | undefined {
  const colon = find(template, ":", true);
  const slash = find(template, "/", true);
  if (!colon) return undefined;
  return slash && (slash.part > colon.part || (slash.part === colon.part && slash.offset > colon.offset))
    ? undefined
    : colon;
}

const before = (template: Template, { part, offset }: Place): Template =>
  join([template.slice(0, part), textPart(template[part], 0, offset)]);
const after = (template: Template, { part, offset }: Place): Template =>
  join([textPart(template[part], offset + 1), template.slice(part + 1)]);
const textPart = (part: Part | undefined, from: number, to?: number): Template =>
  part?.kind === "text" ? [{ kind: "text", text: part.text.slice(from, to) }] : [];

/** One key for one image, however its name is written; nothing where the name is not known. */
export function imageKey({ name }: ImageReference): string | undefined {
  if (name.length === 0 || name.some(({ kind }) => kind === "hole")) return undefined;
  const key = keyOf(
    name.map((part): Part =>
      part.kind === "text"
        ? { kind: "text", text: part.text.toLowerCase() }
        : part.kind === "symbol"
          ? { kind: "symbol", name: part.name }
          : part,
    ),
  );
  return key
    .replaceAll(
      "\u0001github.repository_owner\u0002/\u0001github.event.repository.name\u0002",
      "\u0001github.repository\u0002",
    )
    .replace(/^(?:index\.)?docker\.io\//, "")
    .replace(/^library\//, "");
}

/** Whether the name says where the image is kept; `app` or `app:local` may exist on the machine alone. */
export function namesRegistry({ name }: ImageReference): boolean {
  const [first] = name;
  if (first?.kind !== "text") return false;
  const slash = first.text.indexOf("/");
  const host = slash === -1 ? "" : first.text.slice(0, slash);
  return host.includes(".") || host.includes(":") || host === "localhost";
}

/** A registry that the job itself runs, or that forgets its images after a day: nobody else pulls from it. */
export function isPassing({ name }: ImageReference): boolean {
  const [first] = name;
  return (
    first?.kind === "text" &&
    /^(?:localhost|127\.0\.0\.1|host\.docker\.internal|kind-registry|registry|ttl\.sh)(?::\d+)?\//.test(first.text)
  );
}

/** The tag that is meant: `latest` where none is written and no digest is. */
export const tagOf = ({ tag, digest }: ImageReference): Template | undefined =>
  tag ?? (digest ? undefined : [{ kind: "text", text: "latest" }]);

export const tagText = (image: ImageReference): string | undefined => {
  const tag = tagOf(image);
  return tag && textOfTemplate(tag);
};
