import type { Job } from "../../../workflow/document/document.ts";
import { type ScalarNode, scalarOf, valueOf } from "../../../workflow/yaml/node.ts";
import { rule, type RuleContext } from "../../rule.ts";
import { commandsIn, spanInScript } from "../../scripts.ts";
import { imageRun } from "./image-run.ts";

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
    for (const container of [...(job.container ? [job.container] : []), ...job.services])
      if (container.image) judgeImage(container.image, container.image.value.trim(), job, context);
    for (const { uses } of job.steps) if (uses?.kind === "docker") judgeImage(uses.node, uses.image, job, context);
  },
  action({ runs, steps }, { report, settings }) {
    const image = scalarOf(valueOf(runs, "image"));
    if (image?.value.startsWith("docker://"))
      judgeName(image, image.value.slice("docker://".length), settings.preset === "strict", report);
    for (const { uses } of steps)
      if (uses?.kind === "docker") judgeName(uses.node, uses.image, settings.preset === "strict", report);
  },
  script(script, { document, report }) {
    if (!/\b(?:docker|podman)\s/.test(script.text)) return;
    for (const command of commandsIn(script)) {
      const run = imageRun(command);
      const [, repository] = run === undefined ? [] : (/^([\w.-]+(?::\d+)?\/[\w./-]+):latest$/.exec(run.text) ?? []);
      // One that this file builds, tags or pulls by itself is another rule's.
      if (run && repository !== undefined && document.file.text.split(repository).length === 2)
        report(
          spanInScript(script, { start: run.pos, end: run.end }),
          `\`${run.text}\` is another image after the next push, and it runs with what this step holds. Name a version, or the digest.`,
        );
    }
  },
});

function judgeImage(node: ScalarNode, image: string, job: Job, { report, settings }: RuleContext): void {
  if (image.includes("${{")) {
    // One dimension of the matrix that lists images.
    const dimension = /^\$\{\{\s*matrix\.([\w-]+)\s*\}\}$/.exec(image)?.[1];
    const values = dimension === undefined ? undefined : job.matrix?.dimensions.get(dimension)?.value;
    for (const include of dimension === undefined ? [] : (job.matrix?.include ?? [])) {
      const value = include.pairs.find(({ key }) => key.value === dimension)?.value;
      if (value?.kind === "scalar" && value.value !== "" && !value.value.includes("${{"))
        judgeName(value, value.value, settings.preset === "strict", report);
    }
    const isListed =
      dimension !== undefined &&
      (values?.kind === "sequence"
        ? values.items.every(({ kind }) => kind === "scalar")
        : job.matrix?.include.some(({ pairs }) => pairs.some(({ key }) => key.value === dimension)));
    if (settings.preset === "strict" && isListed !== true && !/@sha256:[0-9a-f]{64}$/.test(image))
      report(
        node,
        image.startsWith("${{")
          ? "Which image this is, this line does not say. Whoever sets it should name it by digest."
          : "The tag of this image is put together, and can be moved. Whoever sets it should add the digest.",
        { level: "info" },
      );
    if (values?.kind === "sequence")
      for (const value of values.items)
        if (value.kind === "scalar" && !value.value.includes("${{"))
          judgeName(value, value.value, settings.preset === "strict", report);
    return;
  }
  if (image !== "") judgeName(node, image, settings.preset === "strict", report);
}

function judgeName(node: ScalarNode, image: string, strict: boolean, report: RuleContext["report"]): void {
  if (image.includes("@sha256:")) return;
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  if (tag === undefined || tag === "latest")
    report(
      node,
      `\`${image}\` is ${tag === undefined ? "without a tag, which means" : "the tag"} \`latest\`: another image after the next push. Name a version, or the digest.`,
    );
  else if (strict)
    report(node, `The tag of \`${image}\` can be moved. Add its digest: \`${image}@sha256:...\`.`, { level: "info" });
}
