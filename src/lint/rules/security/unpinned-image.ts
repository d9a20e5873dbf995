import type { ScalarNode } from "../../../workflow/yaml/node.ts";
import type { Job } from "../../../workflow/document/document.ts";
import { rule, type RuleContext } from "../../rule.ts";

export const unpinnedImage = rule({
  id: "unpinned-image",
  family: "security",
  levels: { recommended: "warning", strict: "warning" },
  summary: "Images that jobs run in or beside are named by version, and under `strict` by digest.",
  why: "`latest`, or no tag, is another image after the next push: a job breaks without any change of the repository, or runs what somebody put there.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    container: node
    services:
      db:
        image: postgres:latest
    steps:
      - uses: docker://alpine
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    container: node:24.1@sha256:01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b
    steps:
      - run: make test
`,
  job(job, context) {
    for (const container of [...(job.container ? [job.container] : []), ...job.services]) if (container.image) judgeImage(container.image, container.image.value.trim(), job, context);
    for (const { uses } of job.steps) if (uses?.kind === "docker") judgeImage(uses.node, uses.image, job, context);
  },
});

function judgeImage(node: ScalarNode, image: string, job: Job, { report, settings }: RuleContext): void {
  if (image.includes("${{")) {
    // One dimension of the matrix that lists images.
    const dimension = /^\$\{\{\s*matrix\.([\w-]+)\s*\}\}$/.exec(image)?.[1];
    const values = dimension === undefined ? undefined : job.matrix?.dimensions.get(dimension)?.value;
    for (const include of dimension === undefined ? [] : (job.matrix?.include ?? [])) {
      const value = include.pairs.find(({ key }) => key.value === dimension)?.value;
      if (value?.kind === "scalar" && value.value !== "" && !value.value.includes("${{")) judgeName(value, value.value, settings.preset === "strict", report);
    }
    if (values?.kind === "sequence") for (const value of values.items) if (value.kind === "scalar" && !value.value.includes("${{")) judgeName(value, value.value, settings.preset === "strict", report);
    return;
  }
  if (image !== "") judgeName(node, image, settings.preset === "strict", report);
}

function judgeName(node: ScalarNode, image: string, strict: boolean, report: RuleContext["report"]): void {
  if (image.includes("@sha256:")) return;
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  if (tag === undefined || tag === "latest") report(node, `\`${image}\` is ${tag === undefined ? "without a tag, which means" : "the tag"} \`latest\`: another image after the next push. Name a version, or the digest.`);
  else if (strict) report(node, `The tag of \`${image}\` can be moved. Add its digest: \`${image}@sha256:...\`.`, { level: "info" });
}

