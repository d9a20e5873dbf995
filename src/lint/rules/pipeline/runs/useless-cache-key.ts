import { stepsOf, type Step } from "../../../../workflow/document/document.ts";
import { isAction } from "../../../../workflow/document/uses.ts";
import { embeddedExpressions } from "../../../../workflow/expressions/embedded.ts";
import { type Expression, pathOf } from "../../../../workflow/expressions/expression.ts";
import { type ScalarNode, scalarOf } from "../../../../workflow/yaml/node.ts";
import type { Repository } from "../../../repository.ts";
import { repositoryRule } from "../../../rule.ts";

export const uselessCacheKey = repositoryRule({
  id: "useless-cache-key",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A cache's key can be met again.",
  why: "A key with the commit or the run in it is new every time. Without `restore-keys` no other run ever finds the cache: every run saves one, none is read, and the useless ones push useful ones out of the repository's 10 GB.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/cache@v5
        with:
          path: ~/.cache/tool
          key: tool-\${{ runner.os }}-\${{ github.sha }}
      - run: make test
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/cache@v5
        with:
          path: ~/.cache/tool
          key: tool-\${{ runner.os }}-\${{ github.sha }}
          restore-keys: tool-\${{ runner.os }}-
      - run: make test
`,
  repository({ repository, report }) {
    const all = cachesIn(repository);
    for (const cache of all) {
      if (cache.restoreKeys || !cache.key || !isAction(cache.step.uses, "actions/cache", "actions/cache/save"))
        continue;
      const unique = uniqueIn(cache.key);
      if (!unique || all.some((other) => other !== cache && meets(cache.key?.value ?? "", other, unique.at))) continue;
      const { owner } = cache.step;
      const before = cache.key.value.slice(0, unique.at);
      report(
        owner.kind === "job" ? owner.workflow : owner,
        cache.key,
        `\`${unique.name}\` makes this key new for every ${/run/.test(unique.name) ? "run" : "commit"}, and there are no \`restore-keys\`, so nothing that is saved here is found again. ${before === "" ? "Build the key from what the contents depend on, such as `hashFiles('**/lockfile')`" : `Add \`restore-keys: ${before}\`, or build the key from what the contents depend on, such as \`hashFiles('**/lockfile')\``}.`,
      );
    }
  },
});

interface Cache {
  step: Step;
  key: ScalarNode | undefined;
  restoreKeys: ScalarNode | undefined;
}

const cachesIn = ({ documents }: Repository): Cache[] =>
  documents
    .flatMap(stepsOf)
    .filter(({ uses }) => isAction(uses, "actions/cache", "actions/cache/save", "actions/cache/restore"))
    .map((step) => ({
      step,
      key: scalarOf(step.with.get("key")?.value),
      restoreKeys: scalarOf(step.with.get("restore-keys")?.value),
    }));

/** Jobs of one run may hand files on under a common key; a prefix that another step restores finds it as well. */
function meets(key: string, other: Cache, uniqueAt: number): boolean {
  const plain = spaceless(key);
  if (other.key && spaceless(other.key.value) === plain) return true;
  // A computed key may be this one.
  if (other.key && /^\s*\$\{\{\s*(?:env|needs|steps|inputs|format\()/.test(other.key.value)) return true;
  const prefix = spaceless(key.slice(0, uniqueAt));
  return (other.restoreKeys?.value ?? "")
    .split("\n")
    .some(
      (restored) =>
        restored.trim() !== "" && (prefix.startsWith(spaceless(restored)) || plain.startsWith(spaceless(restored))),
    );
}

const spaceless = (text: string): string => text.replaceAll(/\s+/g, "").toLowerCase();

/** What of the key is another for every run, and where it begins. A fallback behind `||` need not be. */
function uniqueIn(key: ScalarNode): { name: string; at: number } | undefined {
  for (const { expression, within } of embeddedExpressions(key)) {
    const name = expression && uniqueName(expression);
    if (name !== undefined) return { name, at: within.start };
  }
  return undefined;
}

function uniqueName(expression: Expression): string | undefined {
  if (expression.kind === "call" && expression.name.toLowerCase() === "format") {
    for (const argument of expression.args) {
      const name = uniqueName(argument);
      if (name !== undefined) return name;
    }
    return undefined;
  }
  const name = pathOf(expression)?.join(".");
  return name !== undefined &&
    /^github\.(?:sha|run_id|run_number|event\.pull_request\.head\.sha|event\.after|event\.workflow_run\.(?:id|head_sha))$/.test(
      name,
    )
    ? name
    : undefined;
}
