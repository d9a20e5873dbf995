/**
 * Nothing is deleted before everybody who needs it has had it. A clean-up at the end of a run waits for the stages of that
 * run; consumers that start when the run has ended would find their images gone.
 */
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import { didYouMean } from "../../nearest.ts";
import { calledIn, type RunKind } from "../runs.ts";
import { precedingStages, stagesOf } from "../stages.ts";
import type { Pipeline } from "../types.ts";

const RUNS: readonly RunKind[] = ["build", "nightly", "release"];

export function orderProblems(config: Config, pipeline: Pipeline): Problem[] {
  const circles = [...circleProblems("consumers", config.consumers), ...circleProblems("publish", config.publish)];
  return [...circles, ...(circles.length === 0 ? [...deletionProblems(pipeline), ...oneRunProblems(config)] : [])];
}

/** A deletion must come after every stage of its run that reads images, and no consumer may follow the run from outside. */
function deletionProblems(pipeline: Pipeline): Problem[] {
  const where = { clean: ["retention", "afterRun"], withdraw: ["failedTests"] } as const;
  return RUNS.flatMap((run) => {
    const stages = stagesOf(pipeline, run);
    const inRun = new Set(calledIn(pipeline, run).map(({ key }) => key));
    return stages
      .filter((stage) => stage.images === "deletes" && (stage.kind === "clean" || stage.kind === "withdraw"))
      .flatMap((deletion): Problem[] => {
        const path = [...where[deletion.kind === "clean" ? "clean" : "withdraw"]];
        const before = precedingStages(stages, deletion.id);
        const late = stages.filter(
          (stage) =>
            stage.images === "reads" &&
            !before.has(stage.id) &&
            (deletion.kind === "clean" || ["test", "scan", "attest", "sign"].includes(stage.kind)),
        );
        const outside =
          pipeline.topology === "workflow_run" && deletion.kind === "clean"
            ? pipeline.consumers.filter(
                (consumer) =>
                  consumer.source === "registry" &&
                  consumer.builds.some(({ kind }) => kind === "image") &&
                  !inRun.has(consumer.key),
              )
            : [];
        const [first] = outside;
        return [
          ...late.map((stage) => ({
            path,
            message: `The job \`${deletion.id}\` would delete images before \`${stage.id}\` has read them.`,
            hint: "This is a mistake of Pipewright's own: please report it.",
          })),
          ...(first
            ? [
                {
                  path,
                  message: `The run would delete its images when it ends, and "${first.name}" only starts then: it would find none.`,
                  hint: 'Set `topology: "workflow_call"`, so that the tests are part of the run, or leave deletions to the daily cleanup.',
                },
              ]
            : []),
        ];
      });
  });
}

/** What only a run can do that also sees the verdicts of the tests. */
function oneRunProblems(config: Config): Problem[] {
  if (config.topology === "workflow_call") return [];
  const hint = 'Set `topology: "workflow_call"`.';
  const targets = config.publishing ? Object.keys(config.publish) : [];
  return [
    ...Object.entries(config.consumers).flatMap(([key, consumer]): Problem[] =>
      consumer.enabled && consumer.after.length > 0
        ? [
            {
              path: ["consumers", key, "after"],
              message: `"${key}" is to start after other consumers, and here each follows the build by itself.`,
              hint,
            },
          ]
        : [],
    ),
    ...targets.map((key) => ({
      path: ["publish", key],
      message: `"${key}" is published once all tests of its run have passed, and here the tests are runs of their own.`,
      hint,
    })),
    ...majorApprovals(config, hint),
    ...(config.failedTests === "withdraw"
      ? [
          {
            path: ["failedTests"],
            message:
              "Tags are taken back by the run that sees its tests fail, and here the tests are runs of their own.",
            hint,
          },
        ]
      : []),
  ];
}

/** Where tests are runs of their own, no job stands between them and the release that could ask for major ones alone. */
function majorApprovals({ release }: Config, hint: string): Problem[] {
  const environment = release && release.environment;
  if (!environment || typeof environment === "string" || environment.when !== "major") return [];
  return [
    {
      path: ["release", "environment", "when"],
      message: `The reviewers of "${environment.name}" would be asked by nobody: only the run that tests asks for major releases alone.`,
      hint: `${hint} Or ask for every release: \`when: "always"\`.`,
    },
  ];
}

/** `after` names others that are declared, and leads back to none. */
function circleProblems(
  part: "consumers" | "publish",
  all: Readonly<Record<string, { after: readonly string[] }>>,
): Problem[] {
  const keys = Object.keys(all);
  const unknown = Object.entries(all).flatMap(([key, { after }]) =>
    after.flatMap((name, index): Problem[] =>
      keys.includes(name)
        ? []
        : [
            {
              path: [part, key, "after", index],
              message: `"${key}" comes after "${name}", which is not declared.`,
              hint: didYouMean(name, keys),
            },
          ],
    ),
  );
  const leadsBack = (from: string, name: string, seen: ReadonlySet<string>): boolean =>
    (all[name]?.after ?? []).some(
      (next) => next === from || (!seen.has(next) && leadsBack(from, next, new Set([...seen, next]))),
    );
  const circles = keys
    .filter((key) => leadsBack(key, key, new Set([key])))
    .map((key): Problem => ({
      path: [part, key, "after"],
      message: `"${key}" would come after itself.`,
      hint: "Remove one of the names that lead back to it.",
    }));
  return [...unknown, ...circles];
}
