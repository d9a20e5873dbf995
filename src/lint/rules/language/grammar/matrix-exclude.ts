import { didYouMean } from "../../../../nearest.ts";
import type { Pair, YamlNode } from "../../../../workflow/yaml/node.ts";
import { rule } from "../../../rule.ts";
import { isComputed, matches } from "./matrix-value.ts";

export const matrixExclude = rule({
  id: "matrix-exclude",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "`exclude` names keys and values that the matrix has.",
  why: "GitHub fails the job where an excluded key is no dimension of the matrix. A value that no combination has excludes nothing, mostly since the list above was changed.",
  bad: `on: push
jobs:
  test:
    strategy:
      matrix:
        node: [22, 24]
        os: [ubuntu-latest, macos-latest]
        exclude:
          - node: 20
            os: macos-latest
          - version: 22
    runs-on: \${{ matrix.os }}
    steps:
      - run: make test
`,
  good: `on: push
jobs:
  test:
    strategy:
      matrix:
        node: [22, 24]
        system: [{ os: ubuntu-latest, arch: x64 }, { os: macos-latest, arch: arm64 }]
        exclude:
          - node: "22"
            system: { os: macos-latest }
    runs-on: \${{ matrix.system.os }}
    steps:
      - run: make test
`,
  job({ matrix }, { report }) {
    if (
      !matrix ||
      matrix.pair.value.kind !== "mapping" ||
      [...matrix.dimensions.keys()].some((key) => key.includes("${{") || key === "<<")
    )
      return;
    const dimensions = new Map<string, Pair>([...matrix.dimensions].map(([name, pair]) => [name.toLowerCase(), pair]));
    for (const entry of matrix.exclude)
      for (const { key, value } of entry.pairs) {
        if (key.value.includes("${{") || key.value === "<<") continue;
        const dimension = dimensions.get(key.value.toLowerCase());
        if (!dimension)
          report(
            key,
            `\`${key.value}\` is no dimension of this matrix, so GitHub fails the job. ${didYouMean(key.value, [...matrix.dimensions.keys()]) ?? "Remove it."}`,
          );
        else if (!isComputed(value) && neverMatches(value, dimension.value))
          report(
            value,
            `No value of \`${key.value}\` is this one, so the entry excludes nothing. Correct it, or remove the entry.`,
            { level: "warning" },
          );
      }
  },
});

const neverMatches = (filter: YamlNode, values: YamlNode): boolean =>
  values.kind === "sequence" && !values.items.some((value) => isComputed(value) || matches(filter, value));
