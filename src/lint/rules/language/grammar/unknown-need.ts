import { didYouMean } from "../../../../nearest.ts";
import { rule } from "../../../rule.ts";
import { jobsById } from "./needs.ts";

export const unknownNeed = rule({
  id: "unknown-need",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "`needs` names jobs of the same workflow, each once.",
  why: "GitHub refuses a workflow whose job needs a job that it does not have. A job that is named twice is a slip of the pen, perhaps for another.",
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: make
  test:
    needs: [biuld]
    runs-on: ubuntu-latest
    steps:
      - run: make test
  publish:
    needs: [build, BUILD]
    runs-on: ubuntu-latest
    steps:
      - run: make publish
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: make
  test:
    needs: Build
    runs-on: ubuntu-latest
    steps:
      - run: make test
`,
  job(job, { report }) {
    const jobs = jobsById(job.workflow);
    const seen = new Set<string>();
    for (const need of job.needs) {
      const id = need.value.toLowerCase();
      if (id === "" || need.value.includes("${{")) continue;
      if (seen.has(id))
        report(need, `\`${need.value}\` is needed twice, since ids are compared without case. Remove one.`, {
          level: "warning",
        });
      else if (!jobs.has(id))
        report(
          need,
          `This workflow has no job \`${need.value}\`. ${
            didYouMean(
              need.value,
              job.workflow.jobs.filter((other) => other !== job).map((other) => other.id),
            ) ?? "Remove it from `needs`."
          }`,
        );
      seen.add(id);
    }
  },
});
