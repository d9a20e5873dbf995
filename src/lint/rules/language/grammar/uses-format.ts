import type { Uses } from "../../../../workflow/document/document.ts";
import { rule } from "../../../rule.ts";

export const usesFormat = rule({
  id: "uses-format",
  family: "language",
  levels: { recommended: "error", strict: "error" },
  summary: "`uses` has one of the forms that GitHub reads.",
  why: "An action is `owner/repository@ref`, `owner/repository/folder@ref`, `./folder`, `$/folder` or `docker://image`, a called workflow `owner/repository/.github/workflows/file.yml@ref`, `./.github/workflows/file.yml` or `$/.github/workflows/file.yml`. GitHub refuses everything else.",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout
      - uses: checkout@v6
      - uses: "docker://alpine:"
      - uses: .github/actions/setup
  call:
    uses: ./.github/workflows/other.yml@main
`,
  good: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - uses: github/codeql-action/init@v4
      - uses: ./.github/actions/setup
      - uses: $/.github/actions/setup
      - uses: docker://ghcr.io/owner/image:1.2
  call:
    uses: ./.github/workflows/other.yml
  remote:
    uses: owner/repository/.github/workflows/other.yml@v1
`,
  step({ uses }, { report }) {
    const fault = uses && stepFault(uses);
    if (uses && fault !== undefined) report(uses.node, fault);
  },
  job({ uses }, { report }) {
    const fault = uses && jobFault(uses);
    if (uses && fault !== undefined) report(uses.node, fault);
  },
});

function stepFault(uses: Uses): string | undefined {
  if (uses.written === "") return undefined;
  switch (uses.kind) {
    case "docker":
      return dockerFault(uses.image);
    case "local":
      return localRefFault(uses.written);
    case "malformed":
      return malformed(uses.written);
    case "repository":
    case "computed":
      return undefined;
  }
}

const WORKFLOW_FILE = /\.ya?ml$/i;

function jobFault(uses: Uses): string | undefined {
  if (uses.written === "") return undefined;
  switch (uses.kind) {
    case "docker":
      return "A job calls a workflow, not an image. Run the image in `container:` or in a step.";
    case "computed":
      return undefined;
    case "local":
      return (
        localRefFault(uses.written) ??
        (isWorkflowPath(uses.path)
          ? undefined
          : `A job calls a workflow file in \`.github/workflows\`, and \`${uses.written}\` is none. An action is used by a step.`)
      );
    case "repository":
      return isWorkflowPath(uses.path)
        ? undefined
        : uses.path === "" || !WORKFLOW_FILE.test(uses.path)
          ? `A job calls a workflow, written \`owner/repository/.github/workflows/file.yml@ref\`, and \`${uses.written}\` is none. An action is used by a step.`
          : `Workflows can be called only from the folder \`.github/workflows\`, not as \`${uses.path}\`.`;
    case "malformed":
      return malformed(uses.written);
  }
}

const isWorkflowPath = (path: string): boolean => /^\.github\/workflows\/[^/]+\.ya?ml$/i.test(path);

function localRefFault(written: string): string | undefined {
  const at = /@[^/@]*$/.exec(written)?.[0];
  return at === undefined
    ? undefined
    : `A local path takes no version: it is read from the same commit. Remove \`${at}\`.`;
}

function dockerFault(image: string): string | undefined {
  if (image === "") return "`docker://` needs an image behind it.";
  if (image.endsWith(":")) return `\`${image}\` ends with an empty tag. Write one behind the \`:\`, or remove it.`;
  if (/\s/.test(image)) return `\`${image}\` is no image: it contains a blank.`;
  return undefined;
}

function malformed(written: string): string {
  if (written === ".") return "A local path begins with `./`. Write `./` for the action at the repository's root.";
  if (/^\.github\//.test(written)) return `A local path begins with \`./\`. Write \`./${written}\`.`;
  if (/\s/.test(written)) return `\`${written}\` contains a blank. Write \`owner/repository@ref\`.`;
  const [name = "", ref] = written.split("@");
  if (ref === undefined)
    return name.includes("/")
      ? `\`${written}\` names no version. Add \`@\` with a tag, a branch or a commit.`
      : `\`${written}\` is no action. Write \`owner/repository@ref\`, \`./folder\` or \`docker://image\`.`;
  if (ref === "")
    return `\`${written}\` ends with an empty version. Write a tag, a branch or a commit behind the \`@\`.`;
  if (!name.includes("/")) return `\`${written}\` names no owner. Write \`owner/${name}@${ref}\`.`;
  return `\`${written}\` is no action. Write \`owner/repository@ref\`, \`./folder\` or \`docker://image\`.`;
}
