import { imageKey } from "../../../pipeline/image-reference.ts";
import type {
  ArtifactDelete,
  ArtifactUpload,
  Deed,
  ImageDelete,
  ImageReference,
  Pipeline,
} from "../../../pipeline/model.ts";
import { relationOf } from "../../../pipeline/compare.ts";
import { comesAfter, pipelineOf } from "../../../pipeline/pipeline.ts";
import { chainOf } from "../../../pipeline/publications.ts";
import { readable } from "../../../pipeline/render.ts";
import { type Template, textOf, textOfTemplate } from "../../../pipeline/value.ts";
import { daysBetween } from "../../../pipeline/schedule-gaps.ts";
import { type RepositoryContext, repositoryRule } from "../../../rule.ts";
import { inScript } from "./in-script.ts";

export const cleanupBeforeConsumer = repositoryRule({
  id: "cleanup-before-consumer",
  family: "pipeline",
  levels: { recommended: "warning", strict: "error" },
  summary: "Images and artifacts are deleted after the last job that takes them.",
  why: "A run that cleans up at its end deletes what the workflow that follows it was to publish: `workflow_run` starts when everything in the first run is done, its cleanup included.",
  bad: [
    {
      ".github/workflows/ci.yml": `name: CI
on:
  push:
    branches: [main]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/octo/app-staging:\${{ github.sha }}
  cleanup:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - uses: actions/delete-package-versions@v5
        with:
          package-name: app-staging
          package-type: container
`,
      ".github/workflows/publish.yml": `name: Publish
on:
  workflow_run:
    workflows: [CI]
    types: [completed]
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - run: skopeo copy docker://ghcr.io/octo/app-staging:\${{ github.event.workflow_run.head_sha }} docker://docker.io/octo/app:latest
`,
    },
    `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/upload-artifact@v5
        with:
          name: image
          path: image.tar
  cleanup:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - uses: geekyeggo/delete-artifact@v5
        with:
          name: image
  test:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v5
        with:
          name: image
`,
  ],
  good: {
    ".github/workflows/ci.yml": `name: CI
on:
  push:
    branches: [main]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/octo/app-staging:\${{ github.sha }}
      - uses: actions/upload-artifact@v5
        with:
          name: image
          path: image.tar
  test:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - run: docker run --rm ghcr.io/octo/app-staging:\${{ github.sha }} make test
      - uses: actions/download-artifact@v5
        with:
          name: image
  cleanup:
    needs: [build, test]
    if: always()
    runs-on: ubuntu-latest
    steps:
      - uses: geekyeggo/delete-artifact@v5
        with:
          name: image
      - uses: actions/delete-package-versions@v5
        with:
          package-name: app-staging
          package-type: container
          min-versions-to-keep: 20
`,
    ".github/workflows/publish.yml": `name: Publish
on:
  workflow_run:
    workflows: [CI]
    types: [completed]
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - run: skopeo copy docker://ghcr.io/octo/app-staging:\${{ github.event.workflow_run.head_sha }} docker://docker.io/octo/app:latest
`,
  },
  repository({ repository, report }) {
    const pipeline = pipelineOf(repository);
    judgeRetention(pipeline, report);
    const takers = pipeline.runs
      .filter(({ event }) => event !== "workflow_call")
      .flatMap((run) =>
        run.jobs.flatMap((job) =>
          job.deeds.filter(
            (deed) => deed.happens !== false && (deed.kind === "download" || takenBy(deed) !== undefined),
          ),
        ),
      );
    for (const deed of pipeline.deeds) {
      if (
        (deed.kind !== "delete-image" && deed.kind !== "delete-artifact") ||
        deed.happens === false ||
        deed.job.run.event === "workflow_call" ||
        !deletesThisRuns(deed)
      )
        continue;
      const taker = takers.find((other) => takes(other, deed) && isAfter(other, deed));
      if (!taker) continue;
      const same = taker.job.run === deed.job.run;
      const what = deed.kind === "delete-image" ? `\`${readable(takenBy(taker)?.whole ?? [])}\`` : "the artifact";
      inScript(report, deed)(
        deed.document,
        deed.at,
        same
          ? `\`${taker.job.path}\` still takes ${what}, and does not finish before this deletes it. Add \`${taker.job.job.id}\` to \`needs\` of \`${deed.job.path}\`.`
          : `\`${taker.job.path}\` in ${taker.job.job.workflow.file.path} takes ${what} after this run, which has deleted it by then. Move the cleanup to the end of that workflow, or to a scheduled one that keeps what is young.`,
        { related: [{ in: taker.document, at: taker.at, message: "It is taken here." }] },
      );
    }
  },
});

/** An artifact of some push that a later schedule asks for, and that is gone on most days of it. */
function judgeRetention(pipeline: Pipeline, report: RepositoryContext["report"]): void {
  const told = new Set<ArtifactUpload["at"]>();
  for (const taker of pipeline.deeds) {
    if (
      taker.kind !== "download" ||
      taker.job.run.event !== "schedule" ||
      taker.happens === false ||
      taker.tolerated ||
      taker.by !== "dawidd6/action-download-artifact"
    )
      continue;
    const days = daysBetween(taker.job.run.trigger);
    const [name, workflow] = [taker.name && textOf(taker.name), taker.workflow && textOf(taker.workflow)];
    const inputs = taker.step?.step.with;
    if (
      days === undefined ||
      name === undefined ||
      workflow === undefined ||
      inputs?.has("repo") === true ||
      inputs?.has("if_no_artifact_found") === true ||
      inputs?.has("search_artifacts") === true
    )
      continue;
    for (const upload of pipeline.deeds) {
      if (
        upload.kind !== "upload" ||
        upload.happens === false ||
        upload.job.run.event !== "push" ||
        told.has(upload.at)
      )
        continue;
      const { file, triggers } = upload.job.run.workflow;
      // One that runs on a schedule of its own, or that the taker starts, makes it anew.
      if (
        !(file.path.endsWith(`/${workflow}`) || upload.job.run.workflow.name?.value === workflow) ||
        triggers.some(
          ({ event }) =>
            event === "schedule" ||
            event === "workflow_run" ||
            event === "workflow_call" ||
            event === "repository_dispatch",
        )
      )
        continue;
      const kept = upload.retentionDays && textOf(upload.retentionDays);
      if (textOf(upload.name) !== name || kept === undefined || !/^[1-9]\d*$/.test(kept) || Number(kept) >= days)
        continue;
      told.add(upload.at);
      report(
        upload.document,
        upload.step?.step.with.get("retention-days")?.value ?? upload.at,
        `\`${taker.job.path}\` in ${taker.job.job.workflow.file.path} takes this artifact every ${days} days, and it is kept for ${kept === "1" ? "one day" : `${kept} days`} after a push. Keep it for longer than the schedule's interval.`,
        { related: [{ in: taker.document, at: taker.at, message: "It is taken here." }] },
      );
    }
  }
}

function takenBy(deed: Deed): ImageReference | undefined {
  if (deed.kind === "take" || deed.kind === "scan") return deed.image;
  return deed.kind === "move" && deed.inRegistry ? deed.from : undefined;
}

/** What keeps a number of versions keeps the newest: those of this run. */
function deletesThisRuns(deed: ImageDelete | ArtifactDelete): boolean {
  if (deed.kind === "delete-artifact") return deed.name !== undefined;
  // A script that chooses by age, tag or number may well leave this run's alone.
  if (deed.by === "gh api" || deed.by === "curl -X DELETE")
    return !/created_at|updated_at|\bdate\b|older|keep|tail|sort|head\b|tags|limit|retention|days|hours|cutoff|\$\{?[1-9@]/i.test(
      deed.script?.text ?? deed.step?.step.run?.value ?? "tags",
    );
  return (
    deed.selects !== "untagged" &&
    (deed.keeps === 0 ||
      (deed.keeps === undefined && deed.selects === "any" && deed.by === "actions/delete-package-versions"))
  );
}

function takes(other: Deed, deed: ImageDelete | ArtifactDelete): boolean {
  if (deed.kind === "delete-artifact")
    return (
      other.kind === "download" &&
      other.from !== "other-run" &&
      other.name !== undefined &&
      deed.name?.some((template) => other.name?.some((name) => relationOf(template, name) === "equal")) === true
    );
  const image = takenBy(other);
  if (!image) return false;
  if (deed.image) return imageKey(deed.image) !== undefined && imageKey(deed.image) === imageKey(image);
  const name = deed.package && textOf(deed.package);
  return name !== undefined && packageOf(image.name) === name.toLowerCase();
}

/** `ghcr.io/owner/app` is the package `app`; only GitHub's registry has packages. */
function packageOf(name: Template): string | undefined {
  const text = textOfTemplate(
    name.map((part) => (part.kind === "symbol" ? { kind: "text", text: part.name.replaceAll("/", "") } : part)),
  );
  const match = text === undefined ? null : /^ghcr\.io\/[^/]+\/(.+)$/.exec(text);
  return match?.[1]?.toLowerCase();
}

/** In the same run without waiting, or in a run that follows. */
function isAfter(other: Deed, deed: Deed): boolean {
  if (other.job === deed.job) return other.job.deeds.indexOf(other) > other.job.deeds.indexOf(deed);
  if (other.job.run === deed.job.run) return !comesAfter(deed.job, other.job);
  return chainOf(other.job.run).slice(1).includes(deed.job.run);
}
