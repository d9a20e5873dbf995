/**
 * Scans images beside the tests, where the config asks for it: what waits for an image need not wait for its scan. It takes
 * the very digests that were published, or what was saved where nothing could be pushed.
 */
import { classesIn, runsThatBuild, scannedApart } from "../../pipeline/runs.ts";
import { registrySecrets } from "../../pipeline/secrets.ts";
import type { EventClass, Pipeline, ScannedImage } from "../../pipeline/types.ts";
import type { CallInput, Job, Step, Workflow } from "../../workflow/model.ts";
import { concurrencyGroup } from "../concurrency.ts";
import { every, expression, HEAD_SHA, quoted } from "../expressions.ts";
import { archiveArtifact } from "../jobs/image/outputs.ts";
import { grant } from "../permissions.ts";
import { downloadArtifact } from "../steps/artifacts.ts";
import { loginPermissions, loginToOwnRegistry } from "../steps/registry.ts";
import { reportFindings, scanPermissions, scanStep } from "../steps/scan.ts";
import { checkout } from "../steps/sources.ts";

const imagesOf = (pipeline: Pipeline): ScannedImage[] => scannedApart(pipeline, runsThatBuild(pipeline));

/** What the run that calls it hands on: the class of its event, where that decides for which platforms an image is made. */
export function scanInputs(pipeline: Pipeline): Record<string, CallInput> {
  const images = imagesOf(pipeline);
  return {
    ...(images.some((build) => platformsOf(pipeline, build).length > 1) && {
      class: { description: "The kind of event that was built", required: true, type: "string" } as const,
    }),
    ...Object.fromEntries(
      images.map(({ key, image }): [string, CallInput] => [
        key,
        { description: `The digest of ${image}; empty where it is in no registry`, type: "string" },
      ]),
    ),
  };
}

export function scanWorkflow(pipeline: Pipeline, name: string): Workflow {
  const secrets = registrySecrets(pipeline.registry);
  return {
    name,
    on: {
      workflow_call: {
        inputs: scanInputs(pipeline),
        ...(secrets.length > 0 && {
          secrets: Object.fromEntries(secrets.map((secret) => [secret, { description: "Handed on by name" }])),
        }),
      },
    },
    permissions: {},
    concurrency: {
      group: concurrencyGroup(pipeline, "scan", expression("github.run_id")),
      "cancel-in-progress": false,
    },
    jobs: { scan: scanJob(pipeline) },
  };
}

function scanJob(pipeline: Pipeline): Job {
  const images = imagesOf(pipeline);
  const scopes = images.map(({ scan }) => scanPermissions(scan));
  const minutes = images.map((build) => build.scan.timeoutMinutes * platformsOf(pipeline, build).length);
  return {
    name: "Scan the images",
    "runs-on": pipeline.runners.default,
    "timeout-minutes": minutes.reduce((sum, one) => sum + one, 5),
    permissions: grant({
      actions: scopes.some(({ actions }) => actions) && "read",
      contents: scopes.some(({ contents }) => contents) && "read",
      "security-events": scopes.some((scope) => scope["security-events"]) && "write",
      ...loginPermissions(pipeline.registry, "read"),
    }),
    steps: [
      ...(images.some(({ scan }) => scan.ignoreFile) ? [checkout(pipeline, { ref: expression(HEAD_SHA) })] : []),
      ...loginToOwnRegistry(pipeline, { optional: true }),
      ...images.flatMap((build) => scanOne(pipeline, build)),
    ],
  };
}

/** All that runs make of an image, the first before others: that is what is saved. */
const platformsOf = (pipeline: Pipeline, { entries }: ScannedImage): string[] => [
  ...new Set(
    classesIn(pipeline, runsThatBuild(pipeline)).flatMap((event) =>
      (entries[event] ?? []).flatMap(({ platforms }) => platforms),
    ),
  ),
];

function scanOne(pipeline: Pipeline, build: ScannedImage): Step[] {
  const { key, scan } = build;
  const digest = `inputs.${key}`;
  const platforms = platformsOf(pipeline, build);
  const several = platforms.length > 1;
  const take = downloadArtifact(pipeline, {
    title: `Download ${key}, which is in no registry`,
    name: archiveArtifact(build),
    path: expression("runner.temp"),
    id: `take-${key}`,
    if: every("!cancelled()", `!${digest}`),
    continueOnError: true,
  });
  const scans = platforms.flatMap((platform, index) => [
    scanStep(pipeline, key, scan, {
      name: `Scan ${key}${several ? ` (${platform})` : ""}`,
      if: every(
        "!cancelled()",
        index === 0 ? `(${digest} || steps.take-${key}.outcome == 'success')` : digest,
        several && isMade(pipeline, build, platform),
      ),
      platform,
      with: {
        "image-ref": expression(`${digest} && format('${build.image}@{0}', ${digest}) || ''`),
        ...(index === 0 && { input: expression(`!${digest} && format('{0}/image-${key}.tar', runner.temp) || ''`) }),
      },
    }),
    ...reportFindings(pipeline, key, scan, platform, several),
  ]);
  return [take, ...scans];
}

/** A condition: the run's class makes the image for this platform. */
function isMade(pipeline: Pipeline, { entries }: ScannedImage, platform: string): string | undefined {
  const all = classesIn(pipeline, runsThatBuild(pipeline));
  const isWith = (event: EventClass): boolean =>
    entries[event]?.some(({ platforms }) => platforms.includes(platform)) === true;
  return all.every(isWith)
    ? undefined
    : `contains(fromJSON(${quoted(JSON.stringify(all.filter(isWith)))}), inputs.class)`;
}
