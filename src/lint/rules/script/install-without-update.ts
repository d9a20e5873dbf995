import { invocationOf, operandsOf } from "../../../shell/invocation.ts";
import type { Step } from "../../../workflow/document/document.ts";
import { scalarsOf } from "../../../workflow/yaml/node.ts";
import { rule } from "../../rule.ts";
import { commandsIn, scriptOf, spanOf } from "../../scripts.ts";

export const installWithoutUpdate = rule({
  id: "install-without-update",
  family: "script",
  levels: { recommended: "off", strict: "info" },
  summary: "`apt-get update` runs before the job's first `apt-get install`.",
  why: "The lists of packages in a runner image are as old as the image: as soon as a mirror drops a version that they name, the installation fails with 404. In an image of Debian's there are no lists at all.",
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: sudo apt-get install -y libcurl4-openssl-dev
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          sudo apt-get update
          sudo apt-get install -y libcurl4-openssl-dev
      - run: sudo apt-get install -y ninja-build
  local:
    runs-on: ubuntu-latest
    steps:
      - run: sudo apt-get install -y ./tool.deb
`,
  workflow(workflow, { report }) {
    for (const job of workflow.jobs) {
      if (scalarsOf(job.runsOn?.value).some(({ value }) => value === "self-hosted")) continue;
      steps: for (const step of job.steps) {
        const script = scriptOf(step);
        if (!script) {
          if (mayUpdate(step)) break;
          continue;
        }
        for (const command of commandsIn(script)) {
          const invocation = invocationOf(command);
          const { name, args } = invocation;
          if (name !== undefined && /^\.{0,2}\/|\.sh$|^(?:bash|sh|source|\.|add-apt-repository)$/.test(name))
            break steps;
          if (name !== "apt" && name !== "apt-get" && name !== "aptitude") continue;
          const [verb, ...packages] = operandsOf(invocation);
          if (verb === "update" || args.includes("--update") || args.includes("-U")) break steps;
          if (
            verb !== "install" ||
            packages.length === 0 ||
            packages.every((word) => /^[./~]|\.deb$|^\$/.test(word)) ||
            command.orElse
          )
            continue;
          report(
            spanOf(script, command.node),
            `\`${name} update\` has not run in this job: the lists of packages are as old as the image, and versions that they name may be gone. Run it first.`,
          );
          break steps;
        }
      }
    }
  },
});

/** Actions that install packages of the system do it. */
const mayUpdate = ({ uses }: Step): boolean =>
  uses !== undefined && !(uses.kind === "repository" && /^(?:actions|docker)\//.test(uses.repository));
