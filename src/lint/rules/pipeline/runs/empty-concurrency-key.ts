import type { Run } from "../../../model/model.ts";
import type { SourceFile } from "../../../../workflow/document/source-file.ts";
import { spanInFile } from "../../../../workflow/expressions/embedded.ts";
import { expressionsWithin } from "../../../../workflow/expressions/expression.ts";
import { plainNames } from "../../../../workflow/filters.ts";
import { symbolsIn } from "../../../model/value.ts";
import { cancels, type Group, groupsOf, namesOf } from "../../../runs/concurrency.ts";
import { occasionsOf } from "../../../runs/occasions.ts";
import { type Reference, referencesOf } from "../../../runs/references.ts";
import { rule } from "../../../rule.ts";
import { isFieldOf } from "../../../runs/payloads.ts";

export const emptyConcurrencyKey = rule({
  id: "empty-concurrency-key",
  family: "pipeline",
  levels: { recommended: "warning", strict: "warning" },
  summary: "A concurrency group is built from fields that every trigger of the workflow has.",
  why: "A field that the event does not have is an empty text. All runs of that event are then in one group, where they cancel each other or wait for each other, whatever branch they are for.",
  bad: `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
  workflow_dispatch:
concurrency:
  group: e2e-\${{ github.event.workflow_run.head_branch }}
  cancel-in-progress: true
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  good: `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
  workflow_dispatch:
concurrency:
  group: e2e-\${{ github.event.workflow_run.head_branch || github.ref_name }}
  cancel-in-progress: true
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  workflow(workflow, { report }) {
    for (const group of groupsOf(workflow)) {
      const name = group.concurrency.group;
      if (!name) continue;
      const references = referencesOf(workflow.file, name).filter((reference) => !isCompared(workflow.file, reference));
      const missing = occasionsOf(workflow).flatMap((run) => {
        const reference = isOneGroup(group, run)
          ? references.find((candidate) => isFieldOf(candidate.name, run.event) === false)
          : undefined;
        return reference ? [{ run, reference }] : [];
      });
      const [first] = missing;
      if (first)
        report(
          first.reference.at,
          sentence(
            first.reference,
            missing.map(({ run }) => run),
            group,
          ),
        );
    }
  },
});

const TESTS = new Set(["contains", "startswith", "endswith"]);

/** Whether a field only decides what the name holds: whoever compares it has thought of the events that lack it. */
function isCompared({ text }: SourceFile, { at, site }: Reference): boolean {
  if (!site.expression) return false;
  return [...expressionsWithin(site.expression)].some((one) => {
    if (one.kind !== "comparison" && !(one.kind === "call" && TESTS.has(one.name.toLowerCase()))) return false;
    const { start, end } = spanInFile(text, site, one);
    return start <= at.start && at.end <= end;
  });
}

/** Whether nothing in the name tells one run of this event from another, although they are for different refs. */
function isOneGroup({ concurrency, job }: Group, run: Run): boolean {
  // A push of one branch, the nightly run: one group for all of them is what `github.ref` would give as well.
  if (
    run.event === "schedule" ||
    (run.event === "push" && run.ref === "branch" && plainNames(run.branches)?.length === 1)
  )
    return false;
  if (run.event === "workflow_call") return false;
  const names = namesOf(concurrency, run);
  return (
    names.length > 0 &&
    names.every(
      (name) =>
        name.every((part) => part.kind === "text") ||
        (symbolsIn(name).every(
          (symbol) =>
            isConstant(symbol, job !== undefined) || isFieldOf(symbol.split("@", 1)[0] ?? symbol, run.event) === false,
        ) &&
          name.every(({ kind }) => kind !== "hole")),
    )
  );
}

const isConstant = (symbol: string, inJob: boolean): boolean =>
  /^github\.(?:workflow|workflow_ref|repository|repository_owner|event_name|job|server_url)(?:@|$)/.test(symbol) ||
  (inJob && symbol.startsWith("matrix."));

function sentence({ name }: Reference, runs: readonly Run[], { concurrency }: Group): string {
  const events = [...new Set(runs.map(({ event }) => event))];
  const [run] = runs;
  const what =
    run && cancels(concurrency, run) !== false
      ? "cancel each other"
      : "wait for each other, and a newer one drops the one that waits";
  return `\`${name}\` is empty on ${events.map((event) => `\`${event}\``).join(" and ")}, so all these runs share one group and ${what}. Give it a fallback, such as \`${name} || github.ref\`${events.includes("workflow_dispatch") ? " or `github.run_id`" : ""}.`;
}
