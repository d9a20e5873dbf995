/** An image has a registry to live in, and exactly one build that makes it. */
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import { imageBaseName } from "../images.ts";
import type { ImageBuild, Pipeline } from "../types.ts";

export function imageProblems(config: Config, pipeline: Pipeline): Problem[] {
  const images = pipeline.builds.filter((build) => build.kind === "image");
  if (images.length === 0)
    return config.release
      ? [
          {
            path: ["release"],
            message: "A release promotes images, and none is built.",
            hint: "Declare an image, or remove `release`.",
          },
        ]
      : [];
  const problems: Problem[] = [];
  const { registry } = config;
  if (!registry) {
    problems.push({
      path: ["builds", images[0]?.key ?? ""],
      message: "An image is built, but the config names no registry to push it to.",
      hint: 'Add `registry: ghcr("your-account")`.',
    });
    return problems;
  }
  const first = new Map<string, string>();
  for (const build of images) {
    const other = first.get(build.image);
    if (other === undefined) first.set(build.image, build.key);
    // Where a registry has one name only, that is said of the registry.
    else if (registry.repository === undefined)
      problems.push({
        path: pathOfBuild(build),
        message: `The builds "${other}" and "${build.key}" both make ${build.image} on the same events, so one would overwrite the other's tags.`,
        hint: "Give one of them another `image`, or test one build twice.",
      });
  }
  if (config.copies.length > 0) problems.push(...sharedCopies(images));
  problems.push(...sharedKeys(config, pipeline));
  problems.push(...scansApart(pipeline, images));
  for (const build of images) {
    const broken = Object.entries(build.args).find(([, value]) => /[\r\n]/.test(value));
    if (broken)
      problems.push({
        path: [...pathOfBuild(build), "args", broken[0]],
        message: `The build argument ${broken[0]} has several lines, and each line would be taken for an argument of its own.`,
        hint: "Put the text into a file that the Dockerfile copies.",
      });
  }
  return problems;
}

/** Consumers and jobs name builds and targets of bake files alike. */
function sharedKeys(config: Config, pipeline: Pipeline): Problem[] {
  const declared = Object.keys(config.builds);
  return pipeline.builds.flatMap((build, index): Problem[] => {
    if (build.kind !== "image" || !build.bake) return [];
    const isTaken =
      declared.some((key) => key === build.key && key !== build.bake?.group) ||
      pipeline.builds.findIndex(({ key }) => key === build.key) !== index;
    return isTaken
      ? [
          {
            path: pathOfBuild(build),
            at: "key",
            message: `Another build has the name "${build.key}" as well, and a consumer could not tell them apart.`,
            hint: "Give the target another key, and its name in the bake file as `target`.",
          },
        ]
      : [];
  });
}

/** Where the config declares it. */
export const pathOfBuild = (build: ImageBuild): PropertyKey[] =>
  build.bake ? ["builds", build.bake.group, "targets", build.key] : ["builds", build.key];

/** A copy keeps the last part of an image's name only. */
function sharedCopies(images: readonly ImageBuild[]): Problem[] {
  const first = new Map<string, string>();
  return images.flatMap((build): Problem[] => {
    const name = imageBaseName(build.image);
    const other = first.get(name);
    if (other === undefined) {
      first.set(name, build.image);
      return [];
    }
    return other === build.image
      ? []
      : [
          {
            path: pathOfBuild(build),
            message: `${other} and ${build.image} would both be copied to the name "${name}".`,
            hint: "Give one of them an `image` with another last part.",
          },
        ];
  });
}

/** Beside tests that another run makes, nothing can be scanned: they start when the run has ended that scans. */
const scansApart = ({ topology }: Pipeline, images: readonly ImageBuild[]): Problem[] =>
  topology === "workflow_call"
    ? []
    : images
        .filter(({ scan }) => scan && scan.apart)
        .map((build) => ({
          path: [...pathOfBuild(build), "scan", "apart"],
          message: `The scan of "${build.key}" is to run beside the tests, but these are other runs, which start when everything here has ended.`,
          hint: 'Remove `apart`, or let one run do both: `topology: "workflow_call"`.',
        }));
