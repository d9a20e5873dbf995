import type { Step } from "../../../workflow/document/document.ts";
import { isAction } from "../../../workflow/document/uses.ts";
import { commandsIn, type Script, scriptOf, type ShellCommand, spanOf } from "../../scripts.ts";
import { rule } from "../../rule.ts";
import { type ArtifactDownload, downloadOf, isApart } from "../../taint/artifacts.ts";
import { taintOf } from "../../taint/document-taint.ts";
import { guardAt } from "../../taint/guards.ts";
import type { Span } from "../../../workflow/yaml/node.ts";
import { imageRun } from "./image-run.ts";
import { holdsPowerFrom, stepsAfter } from "./place.ts";

export const untrustedArtifact = rule({
  id: "untrusted-artifact",
  family: "security",
  levels: { recommended: "warning", strict: "warning" },
  summary: "What a pull request's run uploaded is unpacked apart, checked, and never run.",
  why: "A `workflow_run` workflow starts with the repository's token after runs of forks too, and their artifacts hold whatever the fork's code put in: files that overwrite the checkout, programs, or an image archive that replaces any local tag when it is loaded.",
  bad: [
    `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/download-artifact@v5
        with:
          run-id: \${{ github.event.workflow_run.id }}
          github-token: \${{ github.token }}
      - run: ./deploy.sh
`,
    `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v5
        with:
          run-id: \${{ github.event.workflow_run.id }}
          github-token: \${{ github.token }}
          path: \${{ runner.temp }}/image
      - run: docker load --input "$RUNNER_TEMP/image/app.tar"
`,
  ],
  good: [
    `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
jobs:
  comment:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/download-artifact@v5
        with:
          run-id: \${{ github.event.workflow_run.id }}
          github-token: \${{ github.token }}
          path: \${{ runner.temp }}/report
      - run: ./comment.sh "$RUNNER_TEMP/report/result.json"
`,
    `on:
  workflow_run:
    workflows: [Build]
    types: [completed]
jobs:
  deploy:
    if: github.event.workflow_run.event == 'push'
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v5
        with:
          run-id: \${{ github.event.workflow_run.id }}
          github-token: \${{ github.token }}
      - run: ./deploy.sh
`,
  ],
  step(step, { document, report }) {
    if (
      document.kind !== "workflow" ||
      step.owner.kind !== "job" ||
      !document.triggers.some(({ event }) => event === "workflow_run")
    )
      return;
    const place = { job: step.owner, step };
    if (!taintOf(document).eventsAt(place).includes("workflow_run") || guardAt(place).ownRepository) return;
    const download = downloadOf(step, scriptOf(step));
    if (!download) return;
    const used = useOf(download, step);
    if (used) report(download.at, used.message, { related: [{ at: used.at, message: used.note }] });
  },
});

function useOf({ path }: ArtifactDownload, step: Step): { at: Span; message: string; note: string } | undefined {
  const before = step.owner.steps.slice(0, step.index);
  const here = path?.replace(/^\.\//, "").replace(/\/+$/, "") ?? "";
  const inWorkspace = !isApart(path) && (here === "" || here === ".");
  const checkout = before.find(({ uses }) => isAction(uses, "actions/checkout"));
  for (const later of stepsAfter(step)) {
    const script = scriptOf(later);
    for (const command of script ? commandsIn(script) : []) {
      if (!script) break;
      const at = spanOf(script, command.node);
      if (isLoad(command) && (holdsPowerFrom(later) || takesByTag(stepsAfter(later), script, command)))
        return {
          at,
          message:
            "An artifact of another run, perhaps one of a pull request from a fork, is loaded as an image here, and it may replace any local tag. Load it in a job without write access and secrets, and run it by its image id.",
          note: "This loads it.",
        };
      const program = command.name ?? "";
      const runsDownloaded =
        (inWorkspace && !checkout && /^(?:\.\/)/.test(program)) ||
        (!inWorkspace && here !== "" && !isApart(path) && program.replace(/^\.\//, "").startsWith(`${here}/`)) ||
        ((program === "bash" ||
          program === "sh" ||
          program === "node" ||
          /^python3?$/.test(program) ||
          program === "source") &&
          here !== "" &&
          here !== "." &&
          !isApart(path) &&
          command.args[0]?.replace(/^\.\//, "").startsWith(`${here}/`) === true);
      if (runsDownloaded)
        return {
          at,
          message:
            "An artifact of another run, perhaps one of a pull request from a fork, is run here with this workflow's token. Take only data from it, and check the data.",
          note: "This runs it.",
        };
    }
    const runsRepository =
      (later.uses?.kind === "local" && later.uses.from === "workspace") ||
      (script &&
        commandsIn(script).some(
          ({ name }) =>
            name !== undefined &&
            /^(?:\.\/|npm$|npx$|yarn$|pnpm$|make$|node$|python3?$|bash$|sh$|cargo$|go$|mvn$|gradle$|bundle$)/.test(
              name,
            ),
        ));
    if (inWorkspace && checkout && runsRepository)
      return {
        at: later.run ?? later.uses?.node ?? later.node,
        message:
          "An artifact of another run, perhaps one of a pull request from a fork, is unpacked over the checked-out files, which later steps run. Set `path: ${{ runner.temp }}/...`.",
        note: "This runs files that the artifact may have replaced.",
      };
  }
  return undefined;
}

const isLoad = ({ name, args }: ShellCommand): boolean =>
  (name === "docker" || name === "podman") && (args[0] === "load" || (args[0] === "image" && args[1] === "load"));

/** An image is run or pushed by a name that the archive may have given to anything; one that a variable holds may be its id. */
function takesByTag(after: readonly Step[], script: Script, load: ShellCommand): boolean {
  const rest = [
    ...commandsIn(script).filter(({ node }) => node.pos > load.node.end),
    ...after.flatMap((step) => {
      const later = scriptOf(step);
      return later ? commandsIn(later) : [];
    }),
  ];
  return rest.some((command) => {
    const image =
      imageRun(command) ??
      (command.name === "docker" && (command.args[0] === "push" || command.args[0] === "tag")
        ? command.argWords[1]
        : undefined);
    return image !== undefined && !/[$`]|_{6}|sha256:/.test(image.text);
  });
}
