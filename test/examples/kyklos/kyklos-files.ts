/** Names of Kyklos's files and what many rows ask of them. */
import type { Json } from "../../player/json.ts";
import type { StepDefinition } from "../../player/workflow-file.ts";
import type { Emission } from "../support/emission.ts";
import { holdsValue, script } from "../support/questions.ts";

export const CI = "ci";
export const RELEASE = "release";
/** What ci.yml and release.yml call: the image's build, and that of the files. */
export const BUILDS = "builds";
export const FILES = "files";
export const METRICS = "ci-metrics";
export const PLAYED = "test/execution/pipeline/kyklos.test.ts";
export const RELEASED = "test/execution/pipeline/kyklos-release.test.ts";

export const steps = (files: Emission, file: string, job = "test"): readonly StepDefinition[] =>
  files.job(file, job)?.steps ?? [];
/** Whether a step of the job runs the text. */
export const runs = (files: Emission, file: string, text: string, job = "test"): boolean =>
  steps(files, file, job).some(({ run }) => run?.includes(text) === true);
export const needs = (files: Emission, file: string, job: string, other: string): boolean =>
  files.job(file, job)?.needs.includes(other) === true;
export const condition = (files: Emission, file: string, job: string): string => files.job(file, job)?.if ?? "";
/** Whether an upload of the job has the text among its paths. */
export const uploads = (files: Emission, file: string, path: string, job = "test"): boolean =>
  steps(files, file, job).some(
    ({ uses, with: inputs }) =>
      uses?.startsWith("actions/upload-artifact") === true && String(inputs["path"]).includes(path),
  );
/** What the plan says of a consumer, whose file has its key for a name. */
export const planned = (files: Emission, consumer: string, path: string): Json | undefined =>
  files.plan(`consumers.${consumer}.${path}`);
/** Whether the diagnostics of a consumer keep a path. */
export const diagnoses = (files: Emission, consumer: string, path: string): boolean =>
  files.step(consumer, "test", "Collect the state of the runner")?.with["consumer"] === consumer &&
  holdsValue(planned(files, consumer, "diagnostics.paths"), path);
/** Whether a run calls a workflow in a job, and its gate judges that job. */
export const judged = (files: Emission, run: string, job: string, called: string): boolean =>
  files.job(run, job)?.call?.path === `.github/workflows/${called}.yml` && needs(files, run, "gate", job);
export const judge = (files: Emission): string => script(files, CI, "gate", "Judge the run");
export const restored = (files: Emission, file: string, cache: string, job = "test"): Json | undefined =>
  files.step(file, job, `Restore the cache ${cache}`)?.with["key"];
export const flakes = (files: Emission, path: string): Json | undefined => files.plan(`flakes.${path}`);
export const metrics = (files: Emission, path: string): Json | undefined => files.plan(`metrics.${path}`);
/** The minutes that the metrics hold a job's time against. */
export const budget = (files: Emission, name: string): Json => {
  const stages = metrics(files, "stages");
  const found = Array.isArray(stages)
    ? stages.find(
        (stage) => typeof stage === "object" && stage !== null && !Array.isArray(stage) && stage["name"] === name,
      )
    : undefined;
  return typeof found === "object" && found !== null && !Array.isArray(found)
    ? [found["targetMinutes"] ?? null, found["maximumMinutes"] ?? null]
    : null;
};
