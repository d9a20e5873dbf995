import { didYouMean } from "../../../../nearest.ts";
import { meeting } from "../../../model/across.ts";
import type { ArtifactDownload, ArtifactUpload, JobRun, Pipeline, Run, StepRun } from "../../../model/model.ts";
import { comesAfter, pipelineOf } from "../../../model/pipeline.ts";
import { inputValue } from "../../../model/effects/effect.ts";
import type { WorkflowDocument } from "../../../../workflow/document/document.ts";
import { isAction } from "../../../../workflow/document/uses.ts";
import { scalarsOf, valueOf } from "../../../../workflow/yaml/node.ts";
import { hasHole, literal, symbolsIn, textOf, type Value } from "../../../model/value.ts";
import { relationOf } from "../../../model/compare.ts";
import { readable } from "../../../model/render.ts";
import { workflowsOf } from "../../../repository.ts";
import { type RepositoryContext, repositoryRule } from "../../../rule.ts";
import { nameOfWorkflow } from "../../../../workflow/document/document.ts";
import { severalJobs } from "./matrix-tag-clash.ts";

export const artifactMismatch = repositoryRule({
  id: "artifact-mismatch",
  family: "pipeline",
  levels: { recommended: "warning", strict: "error" },
  summary: "An artifact is uploaded once, under the name by which it is downloaded, before that happens.",
  why: "`download-artifact` fails on a name that its run has not uploaded yet, `run-id` is ignored without `github-token`, and since v4 a second upload of one name in a run is refused.",
  bad: [
    {
      ".github/workflows/build.yml": `on: push
jobs:
  build:
    uses: ./.github/workflows/compile.yml
  test:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v5
        with:
          name: binaries
`,
      ".github/workflows/compile.yml": `on: workflow_call
jobs:
  compile:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/upload-artifact@v5
        with:
          name: binary
          path: out
`,
    },
    `on: push
jobs:
  test:
    strategy:
      matrix:
        os: [ubuntu-latest, windows-latest]
    runs-on: \${{ matrix.os }}
    steps:
      - uses: actions/upload-artifact@v5
        with:
          name: results
          path: out
`,
    `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v5
        with:
          name: binary
          run-id: \${{ github.event.workflow_run.id }}
`,
  ],
  good: {
    ".github/workflows/build.yml": `name: Build
on: push
jobs:
  compile:
    strategy:
      matrix:
        os: [ubuntu-latest, windows-latest]
    runs-on: \${{ matrix.os }}
    steps:
      - uses: actions/upload-artifact@v5
        with:
          name: binary-\${{ matrix.os }}
          path: out
  test:
    needs: compile
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v5
        with:
          name: binary-ubuntu-latest
      - uses: actions/download-artifact@v5
        with:
          pattern: binary-*
`,
    ".github/workflows/test.yml": `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v5
        with:
          name: binary-ubuntu-latest
          run-id: \${{ github.event.workflow_run.id }}
          github-token: \${{ github.token }}
`,
  },
  repository(context) {
    for (const workflow of workflowsOf(context.repository)) judgeOtherRuns(workflow, context);
    for (const run of pipelineOf(context.repository).runs) {
      const uploads = run.jobs.flatMap((job) =>
        job.effects.filter((effect): effect is ArtifactUpload => effect.kind === "upload"),
      );
      for (const job of run.jobs)
        for (const effect of job.effects) if (effect.kind === "download") judgeDownload(effect, uploads, run, context);
      for (const upload of uploads) judgeClash(upload, uploads, context);
    }
  },
});

function judgeDownload(
  effect: ArtifactDownload,
  uploads: readonly ArtifactUpload[],
  run: Run,
  { report }: RepositoryContext,
): void {
  if (effect.happens === false) return;
  if (effect.from === "other-run") {
    if (effect.by === "actions/download-artifact" && effect.runId && !effect.hasToken && majorOf(effect.step) >= 4)
      report(
        effect.document,
        effect.step?.step.with.get("run-id")?.value ?? effect.at,
        "`run-id` is ignored without `github-token`: the artifact is looked for in this very run. Add `github-token: ${{ github.token }}` (and `permissions: actions: read`).",
      );
    return;
  }
  const name = effect.name && textOf(effect.name);
  if (
    effect.from !== "this-run" ||
    name === undefined ||
    name === "" ||
    run.event === "workflow_call" ||
    effect.tolerated
  )
    return;
  const possible: ArtifactUpload[] = uploads.filter(
    (upload) =>
      upload.happens !== false &&
      upload.name.some((template) => relationOf(template, effect.name?.[0] ?? []) !== "different" || hasHole(template)),
  );
  if (possible.length === 0) {
    // What is uploaded on a failure is uploaded all the same.
    if (mayUploadElsewhere(run) || uploadsOnFailure(run, effect.name)) return;
    const known = [...new Set(uploads.flatMap(({ name: uploaded }) => uploaded.map((template) => readable(template))))];
    const hint = didYouMean(name, known);
    report(
      effect.document,
      effect.at,
      `No job of this run uploads an artifact \`${name}\`.${hint ? ` ${hint.trim()}` : " Download by the name under which it is uploaded."}`,
    );
    return;
  }
  if (possible.every((upload) => upload.job !== effect.job && !comesAfter(effect.job, upload.job))) {
    const [upload] = possible;
    if (!upload || possible.some((one) => sharesCaller(one.job, effect.job))) return;
    report(
      effect.document,
      effect.at,
      `\`${upload.job.path}\`, which uploads \`${name}\`, may not have finished when this job starts. Add it to \`needs\`.`,
      { related: [{ in: upload.document, at: upload.at, message: "The artifact is uploaded here." }] },
    );
  }
}

/** Artifacts of the run that this one follows, or of a workflow that is named. */
function judgeOtherRuns(workflow: WorkflowDocument, { repository, report }: RepositoryContext): void {
  const pipeline = pipelineOf(repository);
  if (!repository.complete) return;
  const asked = new Map<string, { effect: ArtifactDownload; makers: readonly Run[] | undefined }[]>();
  for (const run of pipeline.runsOf(workflow))
    for (const job of run.jobs)
      for (const effect of job.effects) {
        if (effect.kind !== "download" || effect.from !== "other-run" || effect.happens === false) continue;
        const place = `${effect.document.file.path}:${effect.at.start}`;
        asked.set(place, [...(asked.get(place) ?? []), { effect, makers: makersOf(effect, run, pipeline) }]);
      }
  for (const ways of asked.values()) {
    const [first] = ways;
    const makers = ways.flatMap((way) => way.makers ?? []);
    if (
      !first ||
      makers.length === 0 ||
      !ways.every(({ effect, makers: own }) => own !== undefined && neverUploaded(effect, own))
    )
      continue;
    const { effect } = first;
    const names = [...new Set(makers.flatMap(uploadsOf).flatMap(({ name }) => name.map(readable)))];
    const producers = [...new Set(makers.map((run) => run.workflow))];
    const hint = didYouMean(readable(effect.name?.[0] ?? []), names);
    report(
      effect.document,
      effect.at,
      `${producers.map((producer) => `\`${nameOfWorkflow(producer)}\``).join(" and ")} ${producers.length === 1 ? "uploads" : "upload"} no artifact \`${readable(effect.name?.[0] ?? [])}\`.${hint ? ` ${hint.trim()}` : " Download by the name under which it is uploaded."}`,
      {
        related: makers
          .flatMap(uploadsOf)
          .slice(0, 1)
          .map((upload) => ({ in: upload.document, at: upload.at, message: "This is uploaded." })),
      },
    );
  }
}

const uploadsOf = (run: Run): ArtifactUpload[] =>
  run.jobs.flatMap((job) => job.effects.filter((effect): effect is ArtifactUpload => effect.kind === "upload"));

/** The runs whose artifacts it takes; nothing where that is not known. */
function makersOf(effect: ArtifactDownload, run: Run, pipeline: Pipeline): readonly Run[] | undefined {
  const names = scalarsOf(valueOf(run.trigger.config, "workflows")).map(({ value }) => value);
  const [only] = effect.runId ?? [];
  if (effect.step?.step.with.has("repository")) return undefined;
  if (effect.runId)
    return run.upstream &&
      names.every((name) => pipeline.named(name).length > 0) &&
      effect.runId.length === 1 &&
      only?.length === 1 &&
      symbolsIn(only)[0] === "github.event.workflow_run.id"
      ? [run.upstream]
      : undefined;
  const file = effect.workflow && textOf(effect.workflow);
  const named =
    file === undefined || effect.step?.step.with.has("repo")
      ? []
      : pipeline.runs.filter(
          ({ workflow }) => workflow.file.path.endsWith(`/${file}`) || workflow.name?.value === file,
        );
  return named.length > 0 ? named : undefined;
}

function neverUploaded({ name, tolerated, step, job }: ArtifactDownload, makers: readonly Run[]): boolean {
  const [template, ...others] = name ?? [];
  if (!template || others.length > 0 || hasHole(template) || tolerated || isTolerant(step)) return false;
  return makers.every((run) => {
    const uploads = uploadsOf(run);
    return (
      uploads.length > 0 &&
      !mayUploadElsewhere(run) &&
      !uploadsOnFailure(run, name) &&
      uploads.every((upload) => upload.name.every((made) => meeting(made, run, template, job.run).same === "no"))
    );
  });
}

/** `if_no_artifact_found: warn` and its like. */
const isTolerant = (step: StepRun | undefined): boolean =>
  step?.step.with.has("if_no_artifact_found") === true || step?.step.with.has("allow_forks") === true;

/** An upload whose condition does not hold while all goes well. */
const uploadsOnFailure = (run: Run, name: Value | undefined): boolean =>
  run.jobs.some((job) =>
    job.steps.some(
      (step) =>
        (step.happens === false || job.happens === false) &&
        isAction(step.step.uses, "actions/upload-artifact", "actions/upload-artifact/merge") &&
        (inputValue(step, "name") ?? literal("artifact")).some(
          (template) => hasHole(template) || relationOf(template, name?.[0] ?? []) !== "different",
        ),
    ),
  );

/** Order within a called workflow is judged there. */
const sharesCaller = (a: JobRun, b: JobRun): boolean => a === b;

/** Actions of others, called workflows of other repositories and scripts may upload as well. */
function mayUploadElsewhere(run: Run): boolean {
  return run.jobs.some(
    ({ job, steps }) =>
      (job.uses !== undefined && !run.jobs.some((inner) => inner.caller?.job === job)) ||
      steps.some(({ step: { uses } }) => {
        if (!uses) return false;
        if (uses.kind !== "repository")
          return (
            !steps.some((inner) => inner.outer !== inner.step && inner.outer.uses === uses) && uses.kind !== "docker"
          );
        return !/^(?:actions\/(?:checkout|cache|setup-[\w-]+|upload-artifact|download-artifact|github-script|attest[\w-]*|labeler|stale)|docker\/(?:setup|login|metadata)[\w-]*|pnpm\/action-setup|ruby\/setup-ruby|dtolnay\/rust-toolchain|actions-rs\/toolchain|codecov\/codecov-action|softprops\/action-gh-release|pypa\/gh-action-pypi-publish|ncipollo\/release-action|gradle\/[\w-]+|swatinem\/rust-cache|shivammathur\/setup-php|astral-sh\/setup-uv|oven-sh\/setup-bun|denoland\/setup-deno|msys2\/setup-msys2|ilammy\/msvc-dev-cmd|peaceiris\/actions-gh-pages)$/.test(
          uses.repository,
        );
      }),
  );
}

function judgeClash(upload: ArtifactUpload, uploads: readonly ArtifactUpload[], { report }: RepositoryContext): void {
  const { job, step, name } = upload;
  if (
    upload.by !== "actions/upload-artifact" ||
    upload.overwrite !== false ||
    step?.happens !== true ||
    job.happens === false ||
    majorOf(step) < 4
  )
    return;
  const [template] = name;
  if (
    !template ||
    name.length !== 1 ||
    hasHole(template) ||
    symbolsIn(template).some((symbol) => !/^(?:github|vars)\./.test(symbol))
  )
    return;
  const matrix = job.job.matrix ? job : job.caller;
  if (job.matrix && matrix && severalJobs(matrix.job) && !saysMatrix(upload)) {
    report(
      upload.document,
      upload.at,
      `Every job of the matrix of \`${matrix.path}\` uploads \`${readable(template)}\`, and the second one fails (409 Conflict). Put what tells the jobs apart into the name, such as \`${readable(template)}-\${{ strategy.job-index }}\`.`,
    );
    return;
  }
  const twin = uploads.find(
    (other) =>
      other !== upload &&
      other.by === upload.by &&
      other.overwrite === false &&
      other.step?.happens === true &&
      majorOf(other.step) >= 4 &&
      other.happens === true &&
      upload.happens === true &&
      other.step.step !== step.step &&
      isLater(upload, other) &&
      other.name.length === 1 &&
      relationOf(other.name[0] ?? [], template) === "equal",
  );
  if (twin)
    report(
      upload.document,
      upload.at,
      `\`${readable(template)}\` is uploaded by ${twin.job === job ? "an earlier step" : `\`${twin.job.path}\``} already, and a second upload of one name in a run fails (409 Conflict). Give it a name of its own, or set \`overwrite: true\`.`,
      { related: [{ in: twin.document, at: twin.at, message: "The other upload is here." }] },
    );
}

const isLater = (a: ArtifactUpload, b: ArtifactUpload): boolean =>
  a.document.file.path > b.document.file.path || (a.document === b.document && a.at.start > b.at.start);

/** The step's condition chooses one job of the matrix. */
const saysMatrix = ({ step }: ArtifactUpload): boolean =>
  /matrix\.|runner\.|strategy\./.test(`${step?.step.if?.value ?? ""}${step?.outer.if?.value ?? ""}`);

/** A commit's version is not known; those before v4 no longer work. */
function majorOf(step: StepRun | undefined): number {
  const { uses } = step?.step ?? {};
  const major = uses?.kind === "repository" ? /^v?(\d+)(?:\.|$)/.exec(uses.ref)?.[1] : undefined;
  return major === undefined ? 4 : Number(major);
}
