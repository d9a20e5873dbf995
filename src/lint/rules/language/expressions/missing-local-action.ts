import { type Step, triggerOf } from "../../../../workflow/document/document.ts";
import { isAction } from "../../../../workflow/document/uses.ts";
import { repositoryRule } from "../../../rule.ts";
import { localUsesOf } from "./local-actions.ts";

const workflow = (path: string): string => `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - uses: ${path}
`;

const ACTION = `name: Build
description: Builds
runs:
  using: composite
  steps:
    - run: make
      shell: bash
`;

export const missingLocalAction = repositoryRule({
  id: "missing-local-action",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "`uses: ./path` in a step names a folder with an action.",
  why: "The runner looks for `action.yml`, `action.yaml` or a Dockerfile in that folder of the workspace, and fails the job where there is none.",
  bad: {
    ".github/workflows/test.yml": workflow("./.github/actions/biuld"),
    ".github/actions/build/action.yml": ACTION,
  },
  good: [
    { ".github/workflows/test.yml": workflow("./.github/actions/build"), ".github/actions/build/action.yml": ACTION },
    {
      ".github/workflows/test.yml": `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
        with:
          repository: octo-org/actions
          path: shared
      - uses: ./shared/build
`,
    },
  ],
  repository({ repository, report }) {
    if (!repository.complete) return;
    for (const { document, step, folder, action } of localUsesOf(repository)) {
      // A called workflow and a composite action run in their caller's workspace.
      if (action || !step.uses || document.kind !== "workflow" || triggerOf(document, "workflow_call")) continue;
      const at = (name: string): string => (folder === "" ? name : `${folder}/${name}`);
      if (["action.yml", "action.yaml", "Dockerfile"].some((name) => repository.files.exists(at(name)))) continue;
      const before = step.owner.steps.slice(0, step.index);
      if (
        step.uses.kind === "local" &&
        step.uses.from === "workspace" &&
        before.some((other) => mayPlace(other, folder))
      )
        continue;
      report(
        document,
        step.uses.node,
        `There is no action in \`${folder === "" ? "." : folder}\`: neither \`action.yml\` nor a Dockerfile. Correct the path, which counts from the repository's root.`,
      );
    }
  },
});

/** Whether a step may put files into the workspace that are not in the repository's own commit. */
function mayPlace({ uses, run, with: inputs }: Step, folder: string): boolean {
  if (isAction(uses, "actions/checkout"))
    return ["repository", "path", "ref", "submodules"].some((name) => inputs.has(name));
  // Other actions fetch and unpack things as well.
  if (uses) return uses.kind !== "local" && /checkout|download|clone|fetch|submodule/i.test(uses.written);
  const first = folder.split("/").at(-1) ?? folder;
  // Outside of `.github` stands what a build makes, too.
  return (
    run !== undefined &&
    (!folder.includes(".github/") ||
      /\bgit\b|\bgh\b|\b(?:cp|mv|tar|unzip|curl|wget)\b/.test(run.value) ||
      run.value.includes(first))
  );
}
