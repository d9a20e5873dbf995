import { inputOf } from "../../../workflow/document/document.ts";
import { isAction } from "../../../workflow/document/uses.ts";
import { rule } from "../../rule.ts";
import { isFalse, isTrue } from "./place.ts";

export const credentialsInArtifact = rule({
  id: "credentials-in-artifact",
  family: "security",
  levels: { recommended: "error", strict: "error" },
  summary: "No artifact holds the `.git` folder of a checkout that kept its token.",
  why: 'Until its version 6 `actions/checkout` writes the token into `.git/config`. Whoever may read the run downloads it with the artifact, while the job may still be running (Unit 42, "ArtiPACKED").',
  bad: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/upload-artifact@v4
        with:
          path: .
          include-hidden-files: true
`,
  good: `on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/upload-artifact@v4
        with:
          path: .
`,
  step(step, { report }) {
    const { uses } = step;
    if (!isAction(uses, "actions/upload-artifact") || uses?.kind !== "repository") return;
    const path = inputOf(step, "path");
    const lines = path?.value.split("\n").map((line) => line.trim().replace(/\/+$/, "")) ?? [];
    if (
      !path ||
      !lines.some(
        (line) =>
          line === "." || line === "./.git" || line === ".git" || /^\$\{\{\s*github\.workspace\s*\}\}$/.test(line),
      ) ||
      lines.some((line) => /^!.*\.git\b/.test(line))
    )
      return;
    // Hidden files are left out since 3.2.1 and 4.4.0.
    const older = /^v?(\d+)(?:\.(\d+))?/.exec(uses.ref);
    const takesHidden =
      isTrue(inputOf(step, "include-hidden-files")) ||
      (older?.[2] !== undefined && (Number(older[1]) < 3 || (older[1] === "4" && Number(older[2]) < 4))) ||
      (older !== null && Number(older[1]) < 3);
    if (!takesHidden) return;
    const checkout = step.owner.steps
      .slice(0, step.index)
      .find(
        (earlier) =>
          isAction(earlier.uses, "actions/checkout") &&
          !isFalse(inputOf(earlier, "persist-credentials")) &&
          inputOf(earlier, "path") === undefined &&
          earlier.uses?.kind === "repository" &&
          !/^v?(?:[6-9]|\d\d)(?:\.|$)|^[0-9a-f]{40}$/.test(earlier.uses.ref),
      );
    if (!checkout?.uses) return;
    report(
      path,
      "This artifact takes in `.git/config`, which holds the token of the checkout. Upload the folders that are needed, or set `persist-credentials: false` at the checkout.",
      { related: [{ at: checkout.uses.node, message: "This checkout keeps its token in `.git/config`." }] },
    );
  },
});
