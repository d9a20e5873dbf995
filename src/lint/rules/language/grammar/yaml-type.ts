import type { FaultOf } from "../../../../workflow/grammar/fault.ts";
import { faultsOfKind } from "../../../../workflow/grammar/validate.ts";
import { kindsOf } from "../../../../workflow/grammar/words.ts";
import { scalarType } from "../../../../workflow/yaml/node.ts";
import type { ReportDetails } from "../../../rule.ts";
import { rule } from "../../../rule.ts";

export const yamlType = rule({
  id: "yaml-type",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  fixable: true,
  summary: "A value is a list, a mapping, a number, a boolean or text, as GitHub asks at its place.",
  why: 'GitHub does not convert text to numbers or booleans, `"true"` in quotes included, and YAML 1.2 knows no `yes` and `off`: it refuses the file.',
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: "10"
    strategy:
      fail-fast: no
    steps:
      run: make test
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    continue-on-error: \${{ github.event_name == 'push' }}
    strategy:
      fail-fast: false
    steps:
      - run: make test
`,
  document(document, { report }) {
    for (const fault of faultsOfKind(document, "value-type")) {
      // `status: {}` is as good as `status:`.
      if (fault.node.kind === "mapping" && fault.node.pairs.length === 0 && fault.wanted.includes("nothing")) continue;
      // Events are read more loosely than the rest, and so are an action's inputs.
      const forgiven = fault.path.length >= 2 && (fault.path[0] === "on" || fault.path[0] === "inputs");
      const harmless: ReportDetails = forgiven ? { level: "warning" } : {};
      const [root, event] = fault.path;
      if (
        root === "on" &&
        event !== undefined &&
        fault.path.length === 2 &&
        fault.node.kind === "mapping" &&
        isNothing(fault.wanted)
      ) {
        for (const { key } of fault.node.pairs)
          report(
            key,
            `\`${event}\` takes no filters and no types: it starts the workflow on every such event. Remove \`${key.value}\`.`,
            harmless,
          );
        continue;
      }
      report(fault.at, messageOf(fault), { ...harmless, fix: fixOf(fault) });
    }
  },
});

const isNothing = (wanted: FaultOf<"value-type">["wanted"]): boolean => wanted.length === 1 && wanted[0] === "nothing";

function messageOf({ node, wanted, path }: FaultOf<"value-type">): string {
  const owner = path.findLast((key) => key !== "*");
  const subject = owner === undefined ? "The file" : path.at(-1) === "*" ? `An item of \`${owner}:\`` : `\`${owner}:\``;
  const written =
    node.kind === "mapping"
      ? "a mapping"
      : node.kind === "sequence"
        ? "a list"
        : scalarType(node) === "string"
          ? "text"
          : scalarType(node) === "number"
            ? "a number"
            : `\`${node.value}\``;
  if (wanted.length === 1 && wanted[0] === "nothing")
    return `${subject} takes nothing under it, but has ${written}. Remove what stands there.`;
  return `${subject} must be ${kindsOf(wanted)}, not ${written}.${hintOf(node, wanted)}`;
}

const BOOLEANS_OF_YAML_1_1: Readonly<Record<string, string>> = {
  yes: "true",
  on: "true",
  y: "true",
  no: "false",
  off: "false",
  n: "false",
};

function hintOf(node: FaultOf<"value-type">["node"], wanted: FaultOf<"value-type">["wanted"]): string {
  if (node.kind !== "scalar") return "";
  const boolean = BOOLEANS_OF_YAML_1_1[node.value.toLowerCase()];
  if (wanted.includes("`true` or `false`") && boolean !== undefined)
    return ` YAML 1.2 reads \`${node.value}\` as a word; write \`${boolean}\`.`;
  if (node.style !== "plain" && unquotedFits(node.value, wanted)) return " Remove the quotes.";
  return "";
}

function unquotedFits(value: string, wanted: FaultOf<"value-type">["wanted"]): boolean {
  if (wanted.includes("`true` or `false`") && /^(?:true|false)$/.test(value)) return true;
  return wanted.includes("a number") && /^\d+(?:\.\d+)?$/.test(value);
}

function fixOf({ node, wanted }: FaultOf<"value-type">): ReportDetails["fix"] {
  if (node.kind !== "scalar" || node.anchor !== undefined || node.tag !== undefined) return undefined;
  const boolean = wanted.includes("`true` or `false`") ? BOOLEANS_OF_YAML_1_1[node.value.toLowerCase()] : undefined;
  const text =
    boolean ??
    ((node.style === "single" || node.style === "double") && unquotedFits(node.value, wanted) ? node.value : undefined);
  return text === undefined
    ? undefined
    : { title: `Write \`${text}\``, edits: [{ start: node.start, end: node.end, text }] };
}
