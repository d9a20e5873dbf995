/** An image has a registry to live in, and exactly one build that makes it. */
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import { imageBaseName } from "../images.ts";
import type { ImageBuild, Pipeline } from "../types.ts";

export function imageProblems(config: Config, pipeline: Pipeline): Problem[] {
  const images = pipeline.builds.filter((build) => build.kind === "image");
  if (images.length === 0)
    return config.release ? [{ path: ["release"], message: "A release promotes images, and none is built.", hint: "Declare an image, or remove `release`." }] : [];
  const problems: Problem[] = [];
  const { registry } = config;
  if (!registry) {
    problems.push({ path: ["builds", images[0]?.key ?? ""], message: "An image is built, but the config names no registry to push it to.", hint: 'Add `registry: ghcr("your-account")`.' });
    return problems;
  }
  const first = new Map<string, string>();
  for (const build of images) {
    const other = first.get(build.image);
    if (other === undefined) first.set(build.image, build.key);
    // Where a registry has one name only, that is said of the registry.
    else if (registry.repository === undefined)
      problems.push({
        path: ["builds", build.key],
        message: `The builds "${other}" and "${build.key}" both make ${build.image} on the same events, so one would overwrite the other's tags.`,
        hint: "Give one of them another `image`, or test one build twice.",
      });
  }
  if (config.copies.length > 0) problems.push(...sharedCopies(images));
  for (const build of images) {
    const broken = Object.entries(build.args).find(([, value]) => /[\r\n]/.test(value));
    if (broken) problems.push({ path: ["builds", build.key, "args", broken[0]], message: `The build argument ${broken[0]} has several lines, and each line would be taken for an argument of its own.`, hint: "Put the text into a file that the Dockerfile copies." });
  }
  return problems;
}

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
    return other === build.image ? [] : [{ path: ["builds", build.key], message: `${other} and ${build.image} would both be copied to the name "${name}".`, hint: "Give one of them an `image` with another last part." }];
  });
}
