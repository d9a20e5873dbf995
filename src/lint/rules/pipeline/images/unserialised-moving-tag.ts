import type { Concurrency } from "../../../../workflow/document/document.ts";
import type { JobRun } from "../../../model/model.ts";
import { pipelineOf } from "../../../model/pipeline.ts";
import { movingTag, placeOfImage, publicationsOf } from "../../../model/publications.ts";
import { readable } from "../../../model/render.ts";
import { originOf } from "../../../model/runs.ts";
import { repositoryRule } from "../../../rule.ts";
import { inScript } from "./in-script.ts";

export const unserialisedMovingTag = repositoryRule({
  id: "unserialised-moving-tag",
  family: "pipeline",
  levels: { recommended: "info", strict: "warning" },
  summary: "A tag that moves is moved by one run at a time.",
  why: "Two pushes to one branch build at the same time, and the older commit may finish last: `latest` then goes back, until the next push.",
  bad: {
    ".github/workflows/build.yml": `on:
  push:
    branches: [main]
jobs:
  image:
    uses: ./.github/workflows/image.yml
`,
    ".github/workflows/image.yml": `on: workflow_call
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/octo/app:latest
`,
  },
  good: {
    ".github/workflows/build.yml": `on:
  push:
    branches: [main]
concurrency: build-\${{ github.ref }}
jobs:
  image:
    uses: ./.github/workflows/image.yml
`,
    ".github/workflows/image.yml": `on: workflow_call
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/octo/app:latest
`,
  },
  repository({ repository, report }) {
    for (const run of pipelineOf(repository).runs) {
      const origin = originOf(run);
      if (origin.event !== "push" || origin.ref !== "branch") continue;
      for (const job of run.jobs) {
        if (job.happens === false || isSerialised(job)) continue;
        const told = new Set<string>();
        for (const { image, effect, inRegistry } of publicationsOf(job)) {
          const tag = movingTag(image);
          if (inRegistry !== true || effect.happens === false || tag === undefined || told.has(`${effect.at.start}`))
            continue;
          told.add(`${effect.at.start}`);
          const { document, at } = placeOfImage(effect, image);
          inScript(report, effect)(
            document,
            at,
            `Runs for two pushes may move \`${readable(image.whole)}\` in the wrong order: the older commit's build may finish last. Give the job a \`concurrency\` group without the commit in it, such as \`\${{ github.workflow }}-\${{ github.ref }}\`.`,
          );
        }
      }
    }
  },
});

/** Some group that several runs share holds for the job. */
function isSerialised(job: JobRun): boolean {
  const groups: (Concurrency | undefined)[] = [job.run.workflow.concurrency];
  for (let one: JobRun | undefined = job; one; one = one.caller)
    groups.push(one.job.concurrency, one.job.workflow.concurrency);
  return groups.some(
    (group) => group !== undefined && !/github\.(?:sha|run_id|run_number)|head_sha/.test(group.group?.value ?? ""),
  );
}
