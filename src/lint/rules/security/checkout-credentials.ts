import { inputOf, type Step } from "../../../workflow/document/document.ts";
import { isAction } from "../../../workflow/document/uses.ts";
import { scalarOf } from "../../../workflow/yaml/node.ts";
import { fixOf, setIn } from "../../edits.ts";
import { commandsIn, scriptOf } from "../../scripts.ts";
import { rule } from "../../rule.ts";
import { stepsAfter } from "./place.ts";

export const checkoutCredentials = rule({
  id: "checkout-credentials",
  family: "security",
  levels: { recommended: "off", strict: "warning" },
  fixable: true,
  summary: "A checkout leaves no token behind, or says that it should.",
  why: "`actions/checkout` keeps the token where git finds it until the job ends, so that every later step, test and dependency can push with it (its README, `persist-credentials`).",
  bad: `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: make test
`,
  good: [
    `on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          persist-credentials: false
      - run: make test
`,
    `on: push
jobs:
  format:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          persist-credentials: true
      - run: |
          make format
          git commit -am "Format"
          git push
`,
  ],
  step(step, { document, report }) {
    const { uses } = step;
    if (!isAction(uses, "actions/checkout") || !uses || inputOf(step, "persist-credentials")) return;
    if (/^v1(?:\.|$)/.test(uses.kind === "repository" ? uses.ref : "")) return;
    if (stepsAfter(step).some(needsGit)) {
      report(
        uses.node,
        "A later step seems to need the token that this checkout leaves. Say so by `persist-credentials: true`, so that nobody takes it for an oversight.",
        {
          level: "info",
          fix: fixOf(
            "Add `persist-credentials: true`",
            setIn(document.file, step.node, "with", "persist-credentials", true, { after: ["uses"] }),
          ),
        },
      );
      return;
    }
    if (step.owner.kind !== "job") {
      report(
        uses.node,
        "This checkout leaves its token for all later steps of the job that uses the action. Set `persist-credentials: false`, or `true` where that is meant.",
        { level: "info" },
      );
      return;
    }
    const fix = fixOf(
      "Add `persist-credentials: false`",
      setIn(document.file, step.node, "with", "persist-credentials", false, { after: ["uses"] }),
    );
    report(
      uses.node,
      "This checkout leaves its token for all later steps. Set `persist-credentials: false`; a job that pushes with it says `true`.",
      {
        fix: fix && stepsAfter(step).some(mayPush) && !isReadOnly(step) ? { ...fix, optIn: true } : fix,
      },
    );
  },
});

const PUSHING =
  /^(?:stefanzweifel\/git-auto-commit-action|endbug\/add-and-commit|ad-m\/github-push-action|peter-evans\/create-pull-request|changesets\/action|cycjimmy\/semantic-release-action|python-semantic-release\/.*|jamesives\/github-pages-deploy-action|peaceiris\/actions-gh-pages|helm\/chart-releaser-action|googleapis\/release-please-action|ncipollo\/release-action|devmasx\/merge-branch|anothrnick\/github-tag-action|actions-js\/push|github-actions-x\/commit|crazy-max\/ghaction-github-pages|release-drafter\/.*|pascalgn\/automerge-action|repo-sync\/.*|tj-actions\/changed-files|dorny\/paths-filter|chromaui\/action|lerna.*|nrwl\/nx-set-shas|wagoid\/commitlint-github-action)$/i;

/** Talks to the repository's remote, or may do so in a way that nobody sees. */
function needsGit(step: Step): boolean {
  const { uses } = step;
  if (uses?.kind === "repository") return PUSHING.test(uses.name);
  if (uses?.kind === "local") return true;
  const script = scriptOf(step);
  if (!script)
    return (
      step.run !== undefined &&
      /\bgit\s+(?:push|fetch|pull|submodule|ls-remote|remote|lfs|clone)\b/.test(step.run.value)
    );
  return commandsIn(script).some(
    ({ name, args }) =>
      (name === "git" && args.some((arg) => /^(?:push|fetch|pull|submodule|ls-remote|lfs|clone|remote)$/.test(arg))) ||
      name === "semantic-release" ||
      args.some((arg) =>
        /^(?:semantic-release|gh-pages|gh-deploy|release-it|standard-version|lerna|changeset|mike)$/.test(arg),
      ),
  );
}

/** A program of the repository, or a task whose name says that it gives something out: whether it pushes nobody sees here. */
function mayPush(step: Step): boolean {
  const script = scriptOf(step);
  return (
    script !== undefined &&
    commandsIn(script).some(
      ({ name, args }) =>
        /^\.{0,2}\//.test(name ?? "") ||
        (/^(?:bash|sh|source|\.)$/.test(name ?? "") && args.length > 0) ||
        args.some((arg) => /release|deploy|publish|push|version/.test(arg)),
    )
  );
}

/** With this token nothing can be pushed. */
function isReadOnly({ owner }: Step): boolean {
  const permissions = owner.kind === "job" ? (owner.permissions ?? owner.workflow.permissions) : undefined;
  return (
    permissions !== undefined &&
    permissions.all !== "write-all" &&
    scalarOf(permissions.scopes.get("contents")?.value)?.value !== "write"
  );
}
