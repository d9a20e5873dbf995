/** Anchors and the aliases that name them. */
import type { ScalarNode, Span, YamlFile, YamlNode } from "./node.ts";

/** More nodes than this through aliases is an attack or a mistake, not a workflow ("billion laughs"). */
const MAX_ALIASED_NODES = 50_000;

interface Marks {
  anchorStart: number;
  anchorEnd: number;
}

export interface AnchorBook {
  /** A scalar, or a collection that is complete. */
  remember(node: YamlNode, marks: Marks): void;
  /** A collection that begins: an alias to it from inside would have no end. */
  open(node: YamlNode, marks: Marks): void;
  close(node: YamlNode): void;
  resolve(span: Span, written: string): YamlNode;
}

export function anchorBook(file: YamlFile): AnchorBook {
  const byName = new Map<string, YamlNode>();
  const unfinished = new Set<YamlNode>();
  const sizes = new Map<YamlNode, number>();
  let aliased = 0;

  const note = (node: YamlNode, { anchorStart, anchorEnd }: Marks): void => {
    if (anchorStart === -1) return;
    const name = file.text.slice(anchorStart, anchorEnd);
    node.anchor = name;
    byName.set(name, node);
    file.anchors.push({ name, span: { start: anchorStart - 1, end: anchorEnd }, node });
  };

  const nothing = ({ start, end }: Span): ScalarNode => ({
    kind: "scalar",
    value: "",
    style: "plain",
    content: { start, end },
    indent: 0,
    start,
    end,
  });

  return {
    remember: note,
    open(node, marks) {
      note(node, marks);
      unfinished.add(node);
    },
    close: (node) => void unfinished.delete(node),
    resolve(span, written) {
      const name = written.replace(/^\*/, "");
      const target = byName.get(name);
      file.aliases.push({ ...span, name, ...(target === undefined ? {} : { target }) });
      if (target === undefined) {
        file.problems.push({
          code: "unknown-alias",
          message: `No anchor \`&${name}\` stands before this alias.`,
          ...span,
        });
        return nothing(span);
      }
      if (unfinished.has(target)) {
        file.problems.push({
          code: "recursive-alias",
          message: `The alias \`*${name}\` stands inside the node that it names.`,
          ...span,
        });
        return nothing(span);
      }
      aliased += sizeOf(target, sizes);
      if (aliased > MAX_ALIASED_NODES) {
        file.problems.push({
          code: "alias-bomb",
          message: `The aliases of this file stand for more than ${MAX_ALIASED_NODES} nodes.`,
          ...span,
        });
        return nothing(span);
      }
      return target;
    },
  };
}

function sizeOf(node: YamlNode, known: Map<YamlNode, number>): number {
  const before = known.get(node);
  if (before !== undefined) return before;
  let size = 1;
  if (node.kind === "sequence") for (const item of node.items) size += sizeOf(item, known);
  if (node.kind === "mapping") for (const { value } of node.pairs) size += 1 + sizeOf(value, known);
  known.set(node, size);
  return size;
}
