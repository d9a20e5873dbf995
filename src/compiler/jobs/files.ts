/** The jobs of an artifact of files: one makes it, once, for every consumer; another one signs where it came from. */
import { ATTESTED, buildJobId, buildsIn, classesIn } from "../../pipeline/runs.ts";
import type { FilesBuild, Pipeline } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";
import { isOneOf } from "../classes.ts";
import { every, expression, HEAD_SHA } from "../expressions.ts";
import { useAction } from "../steps/action.ts";
import { downloadArtifact, uploadArtifact } from "../steps/artifacts.ts";
import { restoreCaches, saveCaches } from "../steps/caches.ts";
import { prepareSteps } from "../steps/prepare.ts";
import { useProgram, runScript } from "../steps/program.ts";
import { checkout } from "../steps/sources.ts";
import { filesFolder } from "../steps/test.ts";
import { saveToolCache, setUpTools } from "../steps/tools.ts";
import { grant } from "../permissions.ts";
import { asSeenIn, type Building } from "./building.ts";
import { recordSteps } from "./record.ts";

/** What earlier runs have fetched is taken, but never for what is released. */
export function filesJob(pipeline: Pipeline, written: FilesBuild, building: Building): Job {
  const { runs, needs, planning: plan } = building;
  const cached = runs !== "release";
  const { planned } = asSeenIn(building);
  // Where releases are one of several kinds of run that call this, each run decides.
  const unreleased =
    typeof runs !== "string" && runs.includes("release") ? `${planned("class")} != 'release'` : undefined;
  const version = plan ? (plan.version ?? expression("steps.plan.outputs.version")) : expression(planned("version"));
  const build = cached
    ? written
    : { ...written, caches: [], setup: written.setup && { ...written.setup, cache: false as const } };
  return {
    name: `Build ${build.key}`,
    ...(plan
      ? plan.if && { if: plan.if }
      : { ...(needs.length > 0 && { needs }), ...conditionOf(pipeline, written, building) }),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": build.timeoutMinutes,
    permissions: grant({ contents: "read", ...plan?.permissions }),
    ...(plan && { outputs: plan.outputs }),
    steps: [
      checkout(pipeline, {
        ref: expression(plan ? HEAD_SHA : planned("sha")),
        ...(plan?.readsHistory && { depth: 0 }),
      }),
      ...(plan?.steps ?? []),
      ...setUpTools(pipeline, build.setup, unreleased),
      ...restoreCaches(pipeline, build.caches, planned("sha"), unreleased),
      ...prepareSteps(build.prepare, build.timeoutMinutes),
      runScript(
        { name: `Make ${build.key}`, timeoutMinutes: build.timeoutMinutes, env: { ...build.env, VERSION: version } },
        `${build.run.map((command) => command.trimEnd()).join("\n")}\n`,
      ),
      ...(build.maxSizes.length > 0
        ? [
            useProgram("check-sizes", {
              name: "Check the sizes",
              with: { build: build.key },
            }),
          ]
        : []),
      uploadArtifact(pipeline, {
        title: "Upload the files",
        name: build.artifact,
        paths: build.paths,
        keepDays: build.keepDays,
        overwrite: true,
      }),
      ...saveToolCache(pipeline, build.setup, `${planned("class")} == 'main'`),
      ...saveCaches(pipeline, build.caches, `${planned("class")} == 'main'`),
      ...(plan ? recordSteps(pipeline, { plan: expression("steps.plan.outputs.plan") }) : []),
    ],
  };
}

/** Where several kinds of run call what is built, some may leave files out. */
function conditionOf(pipeline: Pipeline, build: FilesBuild, { runs, planned }: Building): Pick<Job, "if"> {
  const kinds = typeof runs === "string" ? [runs] : runs;
  const made = kinds.filter((run) => buildsIn(pipeline, run).includes(build));
  const wanted = isOneOf(classesIn(pipeline, made), runs, pipeline, planned("class"));
  return wanted === undefined ? {} : { if: wanted };
}

/** A job of its own: the commands of the build never hold the token that signs. */
export const attestFilesJob = (
  pipeline: Pipeline,
  build: FilesBuild,
  { runs, planned }: Building,
  needs: readonly string[],
): Job => ({
  name: `Attest ${build.key}`,
  needs,
  if: every(
    "!cancelled()",
    `needs.${buildJobId(build)}.result == 'success'`,
    isOneOf(ATTESTED, runs, pipeline, planned("class")),
  ),
  "runs-on": pipeline.runners.default,
  "timeout-minutes": 10,
  permissions: grant({ attestations: "write", "id-token": "write" }),
  steps: [
    downloadArtifact(pipeline, { title: "Take the files", name: build.artifact, path: filesFolder(build.key) }),
    useAction(pipeline, "actions/attest-build-provenance", {
      name: "Attest the provenance",
      with: { "subject-path": `${filesFolder(build.key)}/**` },
    }),
  ],
});
