/** `docs/troubleshooting-ci.md`: what to do when a stage fails, with this pipeline's own names. */
import { promotesIn } from "../../pipeline/runs.ts";
import type { Pipeline } from "../../pipeline/types.ts";
import { code, codes, sections, table } from "./markdown.ts";
import { rollbackRows } from "./rollback.ts";

interface Scenario {
  title: string;
  seen: string[];
  causes: string[];
  do: string[];
  prevented: string[];
}

export function troubleshootingDocument(pipeline: Pipeline): string {
  return sections(
    `# When the CI of ${pipeline.project} fails`,
    "Find what you see, do what it says. The last section tells which line of the config switches a part off while you look for the cause.",
    ...scenarios(pipeline).map(scenarioSection),
    "## Rolling back a part",
    "Change the line in the config, run `npx pipewright generate`, and commit both. Deleting the line again brings the part back.",
    table(
      ["Broken", "The line of the config", "What goes on working"],
      rollbackRows(pipeline).map((row) => [row.broken, code(row.line), row.keeps]),
    ),
    "To go back to the workflows of an earlier day altogether, check out `.github` and the config from that commit together: workflows, programs and the plan in `.github/pipewright` are compiled from that config, and read each other.",
  );
}

const bullets = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join("\n");
const numbered = (lines: readonly string[]): string => lines.map((line, index) => `${index + 1}. ${line}`).join("\n");

function scenarioSection({ title, seen, causes, do: steps, prevented }: Scenario): string {
  return [
    `## ${title}`,
    "What you see:",
    bullets(seen),
    "Likely causes:",
    bullets(causes),
    "What to do:",
    numbered(steps),
    "What already guards against it:",
    bullets(prevented),
  ].join("\n\n");
}

function scenarios(pipeline: Pipeline): Scenario[] {
  const { build, cleanup, promote } = pipeline.workflows;
  const buildFile = build?.path.split("/").at(-1) ?? "";
  const buildName = build?.name ?? "";
  const [image] = pipeline.builds.filter((one) => one.kind === "image");
  const host = pipeline.registry?.host ?? "";
  const oneRun = pipeline.topology === "workflow_call";
  const rerun = `Run the build again: ${code(`gh run rerun <run id> --failed`)}, or ${code(`gh workflow run ${buildFile} --ref <branch>`)}.`;
  return [
    {
      title: "The build fails",
      seen: [
        oneRun
          ? `A job that builds is red in the run of ${code(buildName)}, and ${code(pipeline.checks.gate)} with it. ${made(pipeline) ? "Consumers test what they build from the sources, and say so." : "Consumers have nothing to test, and are red."}`
          : `${code(buildName)} is red, and every consumer's status says that the build failed.`,
      ],
      causes: [
        "The code does not build.",
        ...(image?.scan
          ? [`The scan found vulnerabilities of the severities ${image.scan.severities.join(", ")}.`]
          : []),
      ],
      do: [
        "Read the first red step of the build job.",
        ...(image?.scan
          ? [
              "For a scan: open the run's code scanning results, update the base image or the package, or accept the finding in an ignore file that `scan.ignoreFile` names.",
            ]
          : []),
        rerun,
      ],
      prevented: [
        oneRun
          ? `Nothing is promoted, published or deployed before ${code(pipeline.checks.gate)} is green.`
          : "Consumers do not run on an image that was not built or not scanned.",
      ],
    },
    ...(image
      ? [
          {
            title: "Pushing an image fails",
            seen: ["The step `Push` is red, and its log shows a 5xx or 403 of the registry at each attempt."],
            causes: [
              `${host} is down.`,
              "The package does not grant this repository the write role (package settings, Manage Actions access).",
            ],
            do: ["Look at the registry's status page.", "Check the package's access settings.", rerun],
            prevented: [
              "Three attempts, with a pause between them.",
              image.fallback
                ? "For pull requests and feature branches the image is also saved as an artifact, which the consumers take."
                : 'Set `fallback: "artifact"` to let consumers take an artifact instead.',
            ],
          },
          {
            title: "A consumer does not find its image",
            seen: ["The step `Take the image` says that the image is neither in the registry nor among the artifacts."],
            causes: [
              "The run is re-run late: the cleanup has deleted the image, and the artifact has expired.",
              "The registry is down, and there is no artifact.",
            ],
            do: [
              `See which tags exist: ${code(`docker buildx imagetools inspect ${image.image}:<tag>`)}. The message names the tag.`,
              rerun,
              "Then run the consumer again.",
            ],
            prevented: ["The cleanup keeps what a queued or running run needs, and the heads of open pull requests."],
          },
          ...(oneRun ? [] : [numberNotFound(pipeline, rerun)]),
          {
            title: "An image was made from another commit",
            seen: ["The step `Take the image` says that the image was not made from the recorded commit."],
            causes: ["Somebody pushed the tag by hand.", "A tag was moved while the run was waiting."],
            do: [rerun, "If it comes back, look for whoever else pushes to this image."],
            prevented: ["Tags hold the commit and are never moved; consumers pull by digest."],
          },
        ]
      : []),
    ...(cleanup && image
      ? [
          {
            title: "The cleanup deleted an image that was still needed",
            seen: [
              "`manifest unknown` for a tag that existed yesterday.",
              `The log of ${code(cleanup.name)} lists the tag as deleted, with the reason.`,
            ],
            causes: [
              "The run is older than the retention of its kind of tag.",
              "Another tool deletes images of this package.",
            ],
            do: [
              `Switch the cleanup off: ${code("retention: { dryRun: true }")}.`,
              rerun,
              "Raise the retention of that kind of tag, or protect the tag.",
            ],
            prevented: [
              "Minimum age, runs in progress, heads of open pull requests, protected tags, a cap on deletions, and indexes that cannot be read: each keeps an image.",
            ],
          },
        ]
      : []),
    ...(oneRun ? testScenarios(pipeline) : []),
    {
      title: "A pull request waits for a status for ever",
      seen: ['"Expected — Waiting for status to be reported".'],
      causes: [
        oneRun
          ? `The branch rule requires a name of an earlier config, and not ${code(pipeline.checks.gate)}.`
          : "The consumer's workflow file is not on the default branch yet: GitHub starts `workflow_run` workflows only from there.",
        "The branch rule requires a name that no workflow posts.",
        "The build waits for a maintainer's approval to run for a first-time contributor.",
      ],
      do: [
        "Compare the required names with the table in `ci-cd.md`.",
        ...(oneRun ? [] : ["Merge the workflow files to the default branch first."]),
        "Approve the run.",
      ],
      prevented: [
        oneRun
          ? `The job ${code(pipeline.checks.gate)} runs whatever happened before it.`
          : "Every consumer posts a status for every outcome of the build.",
      ],
    },
    ...(promote
      ? [
          {
            title: `${codes(pipeline.channels.map((channel) => channel.tag))} did not move`,
            seen: [`${code(promote.name)} is green, and its summary says what it waits for.`],
            causes: [
              "A required status of the commit is missing or red.",
              "The branch has a newer commit, whose tests are not finished.",
            ],
            do: [
              "Read the summary of its last run.",
              `Run it by hand after mending the cause: ${code(`gh workflow run ${promote.path.split("/").at(-1) ?? ""}`)}.`,
            ],
            prevented: ["It looks at every channel afresh each time, so a lost event only delays a move."],
          },
        ]
      : []),
    ...(pipeline.programs === "self"
      ? [
          {
            title: "A runner does not know `$/.github/pipewright`",
            seen: ["A job ends before its first step, and complains of a `uses:` that begins with `$/`."],
            causes: ["A runner of your own is older than 2.336.", "The repository is on GitHub Enterprise Server."],
            do: [
              "Update the runner.",
              'Or set `programs: "checkout"`, run `npx pipewright generate`, and commit both.',
            ],
            prevented: ["GitHub's own runners know it since July 2026."],
          },
        ]
      : []),
    {
      title: "The check says that workflows differ from the config",
      seen: ["`pipewright check` prints a diff and exits with 1."],
      causes: [
        "The config was changed without running `generate`.",
        "A generated file was edited by hand: a workflow, a program of `.github/pipewright`, or its `plan.json`.",
      ],
      do: ["Run `npx pipewright generate` and commit the result.", "Move a change made by hand into the config."],
      prevented: ["A pre-commit hook can run the same check."],
    },
  ];
}

/** Only what follows the build by itself has to find out whom it tests. */
const numberNotFound = ({ consumers: [consumer] }: Pipeline, rerun: string): Scenario => ({
  title: "The number of the pull request cannot be found",
  seen: ["The step `Resolve the image` says so, and prints the event."],
  causes: [
    "GitHub left the list of pull requests in the event empty, and no open pull request has the commit as its head: it was closed, or pushed to, meanwhile.",
  ],
  do: [
    "If the pull request has a newer commit, do nothing: the newer run counts.",
    consumer?.dispatch
      ? `Otherwise test the image by hand: ${code(`gh workflow run ${consumer.path.split("/").at(-1) ?? ""} -f image_tag=<tag>`)}.`
      : rerun,
  ],
  prevented: ["The build's record names the tag, and open pull requests are searched by head commit."],
});

/** Whether a consumer makes an image from the sources when it can be had nowhere. */
const made = (pipeline: Pipeline): boolean => pipeline.consumers.some(({ fallback }) => fallback === "build");

/** What a run with its tests in it may show. */
function testScenarios(pipeline: Pipeline): Scenario[] {
  const { build } = pipeline.workflows;
  const channels = pipeline.channels.filter(({ of }) => of !== "nightly").map(({ tag }) => tag);
  const left = pipeline.consumers
    .filter(({ required, failure, forks, events }) => {
      return required && failure !== "soft" && !forks && events.includes("pullRequest");
    })
    .map(({ name }) => name);
  return [
    {
      title: "A test fails",
      seen: [
        `A job of the consumer is red in the run of ${code(build?.name ?? "")}, and ${code(pipeline.checks.gate)} with it.`,
      ],
      causes: ["The code is wrong.", "The test is flaky, or what it talks to was away."],
      do: [
        `The summary of ${code(pipeline.checks.gate)} names each test with its result. Read the log of the jobs whose names begin with the consumer's.`,
        "Re-run the failed jobs: `gh run rerun <run id> --failed`. That repeats the failed tests and everything that waits for them, with the image that was built, and builds nothing.",
      ],
      prevented: ["Nothing that waits for a required consumer starts before it is green."],
    },
    ...(pipeline.forks === "test" && pipeline.pullRequests && left.length > 0
      ? [
          {
            title: "The gate is red on a fork's pull request, and no test has failed",
            seen: [
              `The summary of ${code(pipeline.checks.gate)} says of ${codes(left)} that it does not run for forks.`,
            ],
            causes: [
              "A required test takes secrets, which code of a fork must not have. What did not run has not passed.",
            ],
            do: [
              "Read the change. Then push its commits to a branch of this repository, and open a pull request from there.",
              "Where the test need not stop anybody: `required: false`.",
            ],
            prevented: ["A job that is skipped passes for a branch rule; the gate does not let it."],
          },
        ]
      : []),
    ...(promotesIn(pipeline, "build")
      ? [
          {
            title: `${codes(channels)} did not move`,
            seen: ["The job `Move the tags` was skipped, or its summary says why it left a tag where it is."],
            causes: [
              "A required test or a build is red.",
              "The branch has a newer commit, whose own run moves the tag.",
            ],
            do: ["Re-run the failed jobs of the run; the tags move when all are green."],
            prevented: ["An older run never moves a tag back: the branch's tip is looked at first."],
          },
        ]
      : []),
    ...(pipeline.publish.length > 0
      ? [
          {
            title: "Something was published, and something else was not",
            seen: [`${code(pipeline.checks.published)} is red, and one of its targets with it.`],
            causes: ["A registry was away, or a secret has expired."],
            do: ["Mend the cause and re-run the failed jobs. What is out is found there and left alone."],
            prevented: ["Every target can be run again, and waits for those that it comes `after`."],
          },
        ]
      : []),
  ];
}
