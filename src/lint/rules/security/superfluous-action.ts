import { rule } from "../../rule.ts";

/** What GitHub's own runners have a program for. */
const SUPERFLUOUS: Readonly<Record<string, string>> = {
  "actions-ecosystem/action-add-labels": "gh issue edit --add-label",
  "actions-ecosystem/action-remove-labels": "gh issue edit --remove-label",
  "addnab/docker-run-action": "docker run",
  "dacbd/create-issue-action": "gh issue create",
  "dtolnay/rust-toolchain": "rustup toolchain install",
  "elgohr/github-release-action": "gh release create",
  "endbug/add-and-commit": "git commit",
  "ncipollo/release-action": "gh release create",
  "peter-evans/create-or-update-comment": "gh issue comment",
  "peter-evans/create-pull-request": "gh pr create",
  "sergeysova/jq-action": "jq",
  "softprops/action-gh-release": "gh release create",
  "stefanzweifel/git-auto-commit-action": "git commit",
  "svenstaro/upload-release-action": "gh release upload",
};

export const superfluousAction = rule({
  id: "superfluous-action",
  family: "security",
  levels: { recommended: "off", strict: "info" },
  summary: "What a program of the runner does needs no action of somebody else.",
  why: "Each action is code of one more person with the job's token, with dependencies of its own. GitHub's runners come with git, gh, docker, jq and rustup.",
  bad: `on: push
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - uses: softprops/action-gh-release@v2
`,
  good: `on: push
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - run: gh release create "$GITHUB_REF_NAME" --generate-notes
        env:
          GH_TOKEN: \${{ github.token }}
`,
  step({ uses }, { report }) {
    if (uses?.kind === "repository" && Object.hasOwn(SUPERFLUOUS, uses.repository))
      report(uses.node, `GitHub's runners do this without an action: \`${SUPERFLUOUS[uses.repository]}\`.`);
  },
});
