import { isGenerated } from "../../generated.ts";
import { stepsOf, type Step } from "../../../workflow/document/document.ts";
import { isAction } from "../../../workflow/document/uses.ts";
import type { YamlNode } from "../../../workflow/yaml/node.ts";
import { type Repository, workflowsOf } from "../../repository.ts";
import { repositoryRule } from "../../rule.ts";

interface Options {
  /** How many steps in a row. */
  steps: number;
  /** In how many jobs. */
  jobs: number;
}

export const repeatedSteps = repositoryRule<Options>({
  id: "repeated-steps",
  family: "checklist",
  levels: { recommended: "off", strict: "info" },
  checklist: "10.4.2",
  summary: "A sequence of steps that many jobs share is written once.",
  why: "The same steps in many jobs are changed in one place and forgotten in another. A composite action holds steps, a reusable workflow whole jobs; both take inputs.",
  options: {
    steps: { type: "number", integer: true, least: 2, default: 4 },
    jobs: { type: "number", integer: true, least: 2, default: 4 },
  },
  bad: {
    ".github/workflows/test.yml": `on: push
jobs:
${["a", "b", "c", "d"]
  .map(
    (id) => `  ${id}:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 20 }
      - uses: actions/cache@v4
        with: { path: ~/.npm, key: npm }
      - run: npm ci --ignore-scripts
      - run: npm run build
      - run: npm run ${id}
`,
  )
  .join("")}`,
  },
  good: {
    ".github/workflows/test.yml": `on: push
jobs:
${["a", "b", "c", "d"]
  .map(
    (id) => `  ${id}:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: ./.github/actions/prepare
      - run: npm run ${id}
`,
  )
  .join("")}`,
  },
  repository({ repository, options, report }) {
    for (const { first, others } of repeats(repository, options)) {
      const [start, second] = [first[0], first[1]];
      if (!start || !second || start.owner.kind !== "job") continue;
      const workflow = start.owner.workflow;
      const names = first.map(nameOf).slice(0, 3).join(", ");
      report(
        workflow,
        start.uses?.node ?? start.node.pairs[0]?.key ?? start.node,
        `These ${first.length} steps (${names}…) stand in ${others.length + 1} jobs. Move them into a composite action under \`.github/actions\`, or the jobs into a reusable workflow.`,
        {
          related: others.slice(0, 5).flatMap((step) =>
            step.owner.kind === "job"
              ? [
                  {
                    in: step.owner.workflow,
                    at: step.uses?.node ?? step.node.pairs[0]?.key ?? step.node,
                    message: `Again in \`${step.owner.id}\`.`,
                  },
                ]
              : [],
          ),
        },
      );
    }
  },
});

const nameOf = (step: Step): string =>
  step.name?.value ?? step.uses?.written ?? `\`${(step.run?.value.trim().split("\n")[0] ?? "").slice(0, 30)}\``;

/** Runs of steps that start alike in enough jobs; each job counts once, and a longer run hides the shorter ones in it. */
function repeats(repository: Repository, { steps: length, jobs }: Options): { first: Step[]; others: Step[] }[] {
  const places = new Map<string, Step[]>();
  for (const workflow of workflowsOf(repository))
    for (const job of isGenerated(workflow.file.text) ? [] : workflow.jobs) {
      // A checkout must stand in the job itself: without it a local action is not there.
      const steps = job.steps.filter(({ uses }) => !isAction(uses, "actions/checkout"));
      const prints = steps.map(printOf);
      for (let index = 0; index + length <= steps.length; index++) {
        const step = steps[index];
        const key = prints.slice(index, index + length).join("\n\n");
        if (!step) continue;
        const known = places.get(key);
        if (!known) places.set(key, [step]);
        else if (!known.some(({ owner }) => owner === step.owner)) known.push(step);
      }
    }
  const reported = new Set<Step>();
  const found: { first: Step[]; others: Step[] }[] = [];
  for (const [first, ...others] of places.values()) {
    if (!first || others.length + 1 < jobs) continue;
    const run = stepsFrom(first, length);
    const known = run.some((step) => reported.has(step));
    for (const step of run) reported.add(step);
    if (!known) found.push({ first: run, others });
  }
  return found;
}

const stepsFrom = (step: Step, length: number): Step[] =>
  (step.owner.kind === "job" ? step.owner.steps : stepsOf(step.owner))
    .filter(({ index, uses }) => index >= step.index && !isAction(uses, "actions/checkout"))
    .slice(0, length);

/** What a step does, without what it is called. */
function printOf({ node }: Step): string {
  const visit = (part: YamlNode, depth: number): string => {
    if (part.kind === "scalar") return part.value;
    if (depth > 6) return "";
    if (part.kind === "sequence") return `[${part.items.map((item) => visit(item, depth + 1)).join("|")}]`;
    return `{${part.pairs
      .filter(({ key }) => key.value !== "name" && key.value !== "id")
      .map(({ key, value }) => `${key.value}:${visit(value, depth + 1)}`)
      .sort()
      .join("|")}}`;
  };
  return visit(node, 0);
}
