import { imageKey } from "../../../model/image-reference.ts";
import type {
  ArtifactDelete,
  ArtifactUpload,
  Effect,
  ImageDelete,
  ImageReference,
  Pipeline,
} from "../../../model/model.ts";
import { relationOf } from "../../../model/compare.ts";
import { comesAfter, pipelineOf } from "../../../model/pipeline.ts";
import { chainOf } from "../../../model/publications.ts";
import { readable } from "../../../model/render.ts";
import { type Template, textOf, textOfTemplate } from "../../../model/value.ts";
import { daysBetween } from "../../../model/schedule-gaps.ts";
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
          job.effects.filter(
            (effect) => effect.happens !== false && (effect.kind === "download" || takenBy(effect) !== undefined),
          ),
        ),
      );
    for (const effect of pipeline.effects) {
      if (
        (effect.kind !== "delete-image" && effect.kind !== "delete-artifact") ||
        effect.happens === false ||
        effect.job.run.event === "workflow_call" ||
        !deletesThisRuns(effect)
      )
        continue;
      const taker = takers.find((other) => takes(other, effect) && isAfter(other, effect));
      if (!taker) continue;
      const same = taker.job.run === effect.job.run;
      const what = effect.kind === "delete-image" ? `\`${readable(takenBy(taker)?.whole ?? [])}\`` : "the artifact";
      inScript(report, effect)(
        effect.document,
        effect.at,
        same
          ? `\`${taker.job.path}\` still takes ${what}, and does not finish before this deletes it. Add \`${taker.job.job.id}\` to \`needs\` of \`${effect.job.path}\`.`
          : `\`${taker.job.path}\` in ${taker.job.job.workflow.file.path} takes ${what} after this run, which has deleted it by then. Move the cleanup to the end of that workflow, or to a scheduled one that keeps what is young.`,
        { related: [{ in: taker.document, at: taker.at, message: "It is taken here." }] },
      );
    }
  },
});

const MAKES_ANEW = ["schedule", "workflow_run", "workflow_call", "repository_dispatch"];

/** An artifact of some push that a later schedule asks for, and that is gone on most days of it. */
function judgeRetention(pipeline: Pipeline, report: RepositoryContext["report"]): void {
  const told = new Set<ArtifactUpload["at"]>();
  for (const taker of pipeline.effects) {
    if (taker.kind !== "download" || taker.by !== "dawidd6/action-download-artifact") continue;
    if (taker.job.run.event !== "schedule" || taker.happens === false || taker.tolerated) continue;
    const days = daysBetween(taker.job.run.trigger);
    const [name, workflow] = [taker.name && textOf(taker.name), taker.workflow && textOf(taker.workflow)];
    const inputs = taker.step?.step.with;
    const looksFurther = ["repo", "if_no_artifact_found", "search_artifacts"].some((input) => inputs?.has(input));
    if (days === undefined || name === undefined || workflow === undefined || looksFurther) continue;
    for (const upload of pipeline.effects) {
      if (upload.kind !== "upload" || upload.happens === false || told.has(upload.at)) continue;
      if (upload.job.run.event !== "push") continue;
      const { file, triggers } = upload.job.run.workflow;
      // One that runs on a schedule of its own, or that the taker starts, makes it anew.
      const isMeant = file.path.endsWith(`/${workflow}`) || upload.job.run.workflow.name?.value === workflow;
      if (!isMeant || triggers.some(({ event }) => MAKES_ANEW.includes(event))) continue;
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

function takenBy(effect: Effect): ImageReference | undefined {
  if (effect.kind === "take" || effect.kind === "scan") return effect.image;
  return effect.kind === "move" && effect.inRegistry ? effect.from : undefined;
}

/** What keeps a number of versions keeps the newest: those of this run. */
function deletesThisRuns(effect: ImageDelete | ArtifactDelete): boolean {
  if (effect.kind === "delete-artifact") return effect.name !== undefined;
  // A script that chooses by age, tag or number may well leave this run's alone.
  if (effect.by === "gh api" || effect.by === "curl -X DELETE")
    return !/created_at|updated_at|\bdate\b|older|keep|tail|sort|head\b|tags|limit|retention|days|hours|cutoff|\$\{?[1-9@]/i.test(
      effect.script?.text ?? effect.step?.step.run?.value ?? "tags",
    );
  return (
    effect.selects !== "untagged" &&
    (effect.keeps === 0 ||
      (effect.keeps === undefined && effect.selects === "any" && effect.by === "actions/delete-package-versions"))
  );
}

function takes(other: Effect, effect: ImageDelete | ArtifactDelete): boolean {
  if (effect.kind === "delete-artifact")
    return (
      other.kind === "download" &&
      other.from !== "other-run" &&
      other.name !== undefined &&
      effect.name?.some((template) => other.name?.some((name) => relationOf(template, name) === "equal")) === true
    );
  const image = takenBy(other);
  if (!image) return false;
  if (effect.image) return imageKey(effect.image) !== undefined && imageKey(effect.image) === imageKey(image);
  const name = effect.package && textOf(effect.package);
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
function isAfter(other: Effect, effect: Effect): boolean {
  if (other.job === effect.job) return other.job.effects.indexOf(other) > other.job.effects.indexOf(effect);
  if (other.job.run === effect.job.run) return !comesAfter(effect.job, other.job);
  return chainOf(other.job.run).slice(1).includes(effect.job.run);
}
