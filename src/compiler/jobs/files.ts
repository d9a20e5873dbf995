/** The jobs of an artifact of files: one makes it, once, for every consumer; another one signs where it came from. */
import { ATTESTED, buildJobId, type RunKind } from "../../pipeline/stages.ts";
import type { FilesBuild, Pipeline } from "../../pipeline/types.ts";
import type { Job } from "../../workflow/model.ts";
import { isOneOf } from "../classes.ts";
import { every, expression, planned } from "../expressions.ts";
import { useAction } from "../steps/action.ts";
import { downloadArtifact, uploadArtifact } from "../steps/artifacts.ts";
import { restoreCaches, saveCaches } from "../steps/caches.ts";
import { prepareSteps } from "../steps/prepare.ts";
import { useProgram, runScript } from "../steps/program.ts";
import { checkout } from "../steps/sources.ts";
import { filesFolder } from "../steps/test.ts";
import { saveToolCache, setUpTools } from "../steps/tools.ts";
import { grant } from "../permissions.ts";

/** @param cached whether what earlier runs have fetched may be taken; never for what is released */
export function filesJob(pipeline: Pipeline, written: FilesBuild, cached: boolean): Job {
  const build = cached
    ? written
    : { ...written, caches: [], setup: written.setup && { ...written.setup, cache: false as const } };
  return {
    name: `Build ${build.key}`,
    needs: ["plan"],
    "runs-on": pipeline.runners.default,
    "timeout-minutes": build.timeoutMinutes,
    permissions: grant({ contents: "read" }),
    steps: [
      checkout(pipeline, { ref: expression(planned("sha")) }),
      ...setUpTools(pipeline, build.setup),
      ...restoreCaches(pipeline, build.caches, planned("sha")),
      ...prepareSteps(build.prepare, build.timeoutMinutes),
      ...build.run.map((command) =>
        runScript(
          {
            name: `Run ${command.split("\n")[0] ?? command}`,
            timeoutMinutes: build.timeoutMinutes,
            env: { ...build.env, VERSION: expression(planned("version")) },
          },
          `${command.trimEnd()}\n`,
        ),
      ),
      ...(build.maxSizes.length > 0
        ? [
            useProgram("check-sizes", {
              name: "Check the sizes",
              with: { limits: JSON.stringify(build.maxSizes, null, 2) },
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
    ],
  };
}

/** A job of its own: the commands of the build never hold the token that signs. */
export const attestFilesJob = (pipeline: Pipeline, build: FilesBuild, run: RunKind): Job => ({
  name: `Attest ${build.key}`,
  needs: ["plan", buildJobId(build)],
  if: every("!cancelled()", `needs.${buildJobId(build)}.result == 'success'`, isOneOf(ATTESTED, run, pipeline)),
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
