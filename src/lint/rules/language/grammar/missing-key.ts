import { faultsOfKind } from "../../../../workflow/grammar/validate.ts";
import { nounOf, quoted } from "../../../../workflow/grammar/words.ts";
import { isNull, type YamlNode } from "../../../../workflow/yaml/node.ts";
import { rule } from "../../../rule.ts";

/** What GitHub's grammar calls required and the runner does without: the texts that an action is shown with. */
const SHOWN_ONLY = new Set(["name", "description"]);

export const missingKey = rule({
  id: "missing-key",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "Every key that GitHub requires is there.",
  why: "GitHub refuses a job without `runs-on`, a step without `run` or `uses`, a composite action's script without `shell`. An action without a name or a description works, but GitHub's metadata syntax requires both.",
  bad: [
    `on: push
jobs:
  test:
    steps:
      - run: make test
`,
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - name: Test
`,
    {
      "action.yml": "name: Setup\ndescription: Sets up.\nruns:\n  using: composite\n  steps:\n    - run: make setup\n",
    },
  ],
  good: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
  call:
    uses: ./.github/workflows/other.yml
`,
    {
      "action.yml":
        "name: Setup\ndescription: Sets up.\nruns:\n  using: composite\n  steps:\n    - run: make setup\n      shell: bash\n",
    },
  ],
  document(document, { report }) {
    for (const fault of faultsOfKind(document, "missing-key")) {
      const subject = nounOf(fault);
      const lacks = `${subject.startsWith("`") ? subject : subject.charAt(0).toUpperCase() + subject.slice(1)} needs ${quoted(fault.missing, "or")}.`;
      if (fault.missing.length > 1 && fault.definition === "run-step")
        report(fault.at, `A step needs ${quoted(fault.missing, "or")}.`);
      else
        report(
          fault.at,
          lacks,
          fault.definition === "action-root-strict" && fault.missing.every((key) => SHOWN_ONLY.has(key))
            ? { level: "warning" }
            : {},
        );
    }
    if (
      !document.root &&
      document.file.yaml.problems.length === 0 &&
      (!document.file.yaml.root || isNull(document.file.yaml.root))
    )
      report(
        { start: 0, end: 0 },
        `The file is empty. Write ${document.kind === "action" ? "`name:`, `description:` and `runs:`" : "`on:` and `jobs:`"}, or delete it.`,
      );
    if (document.kind === "action") return;
    if (document.on?.value.kind === "mapping" && document.on.value.pairs.length === 0)
      report(document.on.key, "`on:` names no event, so nothing starts this workflow.");
    for (const { container, services } of document.jobs)
      for (const { key, value } of container ? [container, ...services] : services)
        if (lacksImage(value)) report(key, `\`${key.value}\` needs \`image\`.`);
    for (const job of document.jobs)
      if (
        job.runsOn &&
        !job.uses &&
        !job.node.pairs.some(({ key }) => key.value.toLowerCase() === "steps" || key.value.includes("${{"))
      )
        report(job.key, "A job needs `steps`, or `uses` to call a workflow.");
    if (document.root && document.jobs.length === 0) {
      const jobs = document.root.pairs.find(({ key }) => key.value === "jobs");
      if (jobs?.value.kind === "mapping" && !isNull(jobs.value)) report(jobs.key, "A workflow needs at least one job.");
    }
  },
});

/** The grammar leaves the image open, and what reads the tree asks for it ("Container image cannot be empty"). */
const lacksImage = (container: YamlNode): boolean =>
  container.kind === "mapping" &&
  !container.pairs.some(
    ({ key }) => key.value.toLowerCase() === "image" || key.value === "<<" || key.value.includes("${{"),
  );
