/** The steps that scan the very digest that was published, or what was saved where nothing could be pushed. */
import type { ImageGroup } from "../../../pipeline/build-groups.ts";
import type { ImageBuild, Pipeline, ScannedImage } from "../../../pipeline/types.ts";
import type { Step } from "../../../workflow/model.ts";
import { every, expression } from "../../expressions.ts";
import { reportFindings, scanPermissions, scanStep } from "../../steps/scan.ts";
import { isSaved, PUBLISH } from "./outputs.ts";

/** What the jobs that build scan: others have a job of their own beside the tests. */
const scannedIn = ({ builds }: ImageGroup): ScannedImage[] =>
  builds.flatMap((build) => (build.scan && !build.scan.apart ? [{ ...build, scan: build.scan }] : []));

/** What a job is granted that scans. */
export const scanPermissionsOf = (group: ImageGroup): ReturnType<typeof scanPermissions> | undefined => {
  const [first] = scannedIn(group);
  return first && scanPermissions(first.scan);
};

/** How long scanning may take besides. @param times how many platforms are scanned */
export const scanMinutes = (group: ImageGroup, times: number): number =>
  scannedIn(group).reduce((sum, { scan }) => sum + scan.timeoutMinutes * times, 0);

/** The digest that this job has published. */
function publishedDigest(build: ImageBuild): string {
  return build.bake === undefined
    ? `steps.${PUBLISH}.outputs.digest`
    : `fromJSON(steps.${PUBLISH}.outputs.images || '{}')['${build.key}'].digest`;
}

/**
 * Of a job that publishes what it alone has built, or saves it where nothing can be pushed.
 *
 * @param condition when this job scans
 */
export function scanBuilt(
  pipeline: Pipeline,
  group: ImageGroup,
  { condition, saves, platforms }: { condition: string; saves: boolean; platforms: readonly string[] },
): Step[] {
  const scanOne = (build: ScannedImage, platform: string): Step[] => {
    const digest = publishedDigest(build);
    const there = saves ? `(${digest} || ${isSaved(build)})` : digest;
    const several = platforms.length > 1;
    return [
      scanStep(pipeline, build.key, build.scan, {
        name: `Scan ${build.key}${several ? ` (${platform})` : ""}`,
        if: every(
          condition,
          several && `contains(steps.image.outputs.platforms, '${platform}')`,
          group.first.bake && there,
        ),
        platform,
        with: {
          "image-ref": expression(`${digest} && format('${build.image}@{0}', ${digest}) || ''`),
          ...(saves && { input: expression(`!${digest} && format('{0}/image-${build.key}.tar', runner.temp) || ''`) }),
        },
      }),
      ...reportFindings(pipeline, build.key, build.scan, platform, several),
    ];
  };
  return scannedIn(group).flatMap((build) => platforms.flatMap((platform) => scanOne(build, platform)));
}

/** Of a job that has made one image of several platforms: each is scanned. */
export function scanMerged(pipeline: Pipeline, group: ImageGroup, platforms: readonly string[]): Step[] {
  return scannedIn(group).flatMap((build) =>
    platforms.flatMap((platform) => {
      const digest = publishedDigest(build);
      return [
        scanStep(pipeline, build.key, build.scan, {
          name: `Scan ${build.key} (${platform})`,
          if: every("!cancelled()", digest),
          platform,
          with: { "image-ref": `${build.image}@${expression(digest)}` },
        }),
        ...reportFindings(pipeline, build.key, build.scan, platform, true),
      ];
    }),
  );
}
