/** The job that gives an image its tag, once all of its platforms are there. */
import { groupKeyOf, imageBaseName, imageIn, mirrorsOf } from "../../../pipeline/images.ts";
import { buildJobId } from "../../../pipeline/stages.ts";
import type { Channel, ImageBuild, Pipeline } from "../../../pipeline/types.ts";
import type { Job } from "../../../workflow/model.ts";
import { every, expression, planned, quoted, succeededOrSkipped } from "../../expressions.ts";
import { grant } from "../../permissions.ts";
import { useProgram } from "../../steps/program.ts";
import { login, loginPermissionsOfAll, loginToOwnRegistry, setUpBuildx } from "../../steps/registry.ts";
import { isBuiltIn } from "./group.ts";
import { CAN_PUSH, type ImageJobs, runOf } from "./mode.ts";

/** Gives what was built, or found, its tag. Adding a tag twice changes nothing, so a re-run is safe. */
export function publishJob(pipeline: Pipeline, build: ImageBuild, mode: ImageJobs): Job {
  const job = buildJobId(build);
  const moving =
    pipeline.moveTags === "at-build" && !mode.promoted
      ? (mode.fresh ? movingNightlyTag : movingTags)(pipeline, build)
      : undefined;
  return {
    name: `Publish ${build.key}`,
    needs: ["plan", job],
    if: every(
      "!cancelled()",
      CAN_PUSH,
      isBuiltIn(pipeline, [build], runOf(mode)),
      succeededOrSkipped(job),
      `needs.${job}.outputs.unpushed != 'true'`,
      "needs.plan.result == 'success'",
    ),
    "runs-on": pipeline.runners.default,
    "timeout-minutes": 15,
    permissions: grant(
      loginPermissionsOfAll([pipeline.registry, ...pipeline.mirrors, ...(moving ? pipeline.copies : [])], "write"),
    ),
    outputs: {
      digest: expression("steps.publish.outputs.digest"),
      commit: expression("steps.publish.outputs.commit"),
      ...(mode.promoted && { created: expression("steps.publish.outputs.created") }),
    },
    steps: [
      ...loginToOwnRegistry(pipeline),
      ...pipeline.mirrors.flatMap((mirror) => login(pipeline, mirror, { optional: true })),
      ...(moving ? pipeline.copies.flatMap((copy) => login(pipeline, copy, { if: moving.condition })) : []),
      setUpBuildx(pipeline),
      useProgram("publish-image", {
        name: "Publish the image",
        id: "publish",
        timeoutMinutes: 10,
        with: {
          image: build.image,
          entries: expression(planned(`${groupKeyOf(build)}-matrix`)),
          staging: expression(planned("staging")),
          ...(mode.reuse && {
            digest: expression(planned(`${build.key}-digest`)),
            "source-commit": expression(planned(`${build.key}-commit`)),
          }),
          tags: [expression(planned("tag")), ...(moving ? [moving.tag] : [])].join(" "),
          commit: expression(planned("sha")),
          ...(pipeline.mirrors.length > 0 && { mirrors: mirrorsOf(pipeline, build) }),
          ...(moving && { copies: moving.copies }),
        },
      }),
      ...(build.maxBytes === undefined
        ? []
        : [
            useProgram("check-image-size", {
              name: "Check the image's size",
              timeoutMinutes: 5,
              with: {
                image: build.image,
                digest: expression("steps.publish.outputs.digest"),
                "max-bytes": build.maxBytes,
              },
            }),
          ]),
    ],
  };
}

interface MovingTags {
  tag: string;
  copies: string;
  /** An expression that tells whether this run moves a tag at all; none where it always does. */
  condition: string | undefined;
}

/** For configs that move tags at once: the channel of the pushed branch, and its copies in other registries. */
function movingTags(pipeline: Pipeline, build: ImageBuild): MovingTags {
  const branches = pipeline.channels.filter((channel) => channel.of !== "nightly");
  const isChannel = (of: string): string => `github.event_name == 'push' && github.ref_name == ${quoted(of)}`;
  const choose = (value: (channel: Channel) => string): string => {
    const chosen = branches
      .filter((channel) => value(channel) !== "")
      .map((channel) => `${isChannel(channel.of)} && '${value(channel)}'`);
    return chosen.length > 0 ? expression(`${chosen.join(" || ")} || ''`) : "";
  };
  return {
    tag: choose((channel) => channel.tag),
    copies: choose((channel) => copiesOf(pipeline, build, channel)),
    condition: branches.map((channel) => `(${isChannel(channel.of)})`).join(" || "),
  };
}

function movingNightlyTag(pipeline: Pipeline, build: ImageBuild): MovingTags | undefined {
  const channel = pipeline.channels.find(({ of }) => of === "nightly");
  return channel && { tag: channel.tag, copies: copiesOf(pipeline, build, channel), condition: undefined };
}

const copiesOf = (pipeline: Pipeline, build: ImageBuild, channel: Channel): string =>
  pipeline.copies
    .filter((copy) => copy.of.includes(channel.of))
    .map((copy) => `${imageIn(copy, imageBaseName(build.image))}:${channel.tag}`)
    .join(" ");
