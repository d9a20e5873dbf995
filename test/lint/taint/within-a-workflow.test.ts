/** How far somebody else's text travels inside of one workflow. */
import { describe, expect, it } from "vitest";
import { findingsIn, ruleNamed } from "../../support/lint.ts";

const injection = ruleNamed("script-injection");

/** Where the finding stands, and every stop of the way to it. */
async function waysIn(text: string): Promise<string[][]> {
  const findings = await findingsIn(text, [injection]);
  return findings.map(({ start, level, related }) => [
    `${start.line}:${start.column} ${level}`,
    ...related.map((place) => `${place.start.line}:${place.start.column} ${place.message}`),
  ]);
}

const workflow = (event: string, steps: string, more = ""): string =>
  `on: ${event}\njobs:\n  one:\n    runs-on: ubuntu-latest\n${more}    steps:\n${steps}`;

describe("sources", () => {
  it.each([
    ["issues", "github.event.issue.title", "error"],
    ["issues", "github.event.issue.body", "error"],
    ["issue_comment", "github.event.comment.body", "error"],
    ["discussion", "github.event.discussion.title", "error"],
    ["pull_request_target", "github.head_ref", "error"],
    ["pull_request_target", "github.event.pull_request.head.label", "error"],
    ["pull_request", "github.event.pull_request.head.repo.default_branch", "warning"],
    ["pull_request_review", "github.event.review.body", "warning"],
    ["push", "github.event.head_commit.message", "warning"],
    ["push", "github.event.commits[0].author.name", "warning"],
    ["push", "github.event.commits.*.author.email", "warning"],
    ["gollum", "github.event.pages[0].page_name", "error"],
    ["workflow_run", "github.event.workflow_run.head_branch", "error"],
    ["workflow_run", "github.event['workflow_run'].display_title", "error"],
    ["issues", "GITHUB.EVENT.ISSUE.TITLE", "error"],
    ["issues", "toJSON(github.event)", "error"],
    ["issues", "toJSON(github)", "error"],
    ["issues", "format('x {0}', github.event.issue.title)", "error"],
    ["issues", "github.event.issue.number && github.event.issue.title", "error"],
    ["issues", "github.event.issue.body || 'none'", "error"],
    ["push", "github.event.issue.title", "info"],
  ])("on %s: %s", async (event, expression, level) => {
    const findings = await findingsIn(workflow(event, `      - run: echo "\${{ ${expression} }}"\n`), [injection]);
    expect(findings.map((finding) => finding.level)).toEqual([level]);
  });

  it.each([
    ["pull_request_target", "github.event.pull_request.head.sha"],
    ["pull_request_target", "github.event.pull_request.number"],
    ["pull_request_target", "github.event.pull_request.user.login"],
    ["pull_request_target", "contains(github.event.pull_request.title, 'x')"],
    ["pull_request_target", "startsWith(github.head_ref, 'x') && 'a' || 'b'"],
    ["pull_request_target", "github.head_ref == 'main'"],
    ["pull_request_target", "github.head_ref && 'pr' || 'push'"],
    ["pull_request_target", "!github.head_ref"],
    ["pull_request_target", "hashFiles(github.head_ref)"],
    ["pull_request_target", "case(github.head_ref == 'x', 'a', 'b')"],
    ["push", "github.sha"],
    ["push", "github.repository"],
    ["push", "github.event"],
  ])("are not on %s: %s", async (event, expression) => {
    expect(await waysIn(workflow(event, `      - run: echo "\${{ ${expression} }}"\n`))).toEqual([]);
  });

  it("are nothing where an `if` leaves their event out", async () => {
    const text = workflow(
      "[issues, push]",
      `      - if: github.event_name == 'push'\n        run: echo "\${{ github.event.issue.title }}"\n      - if: github.event_name != 'push'\n        run: echo "\${{ github.event.issue.title }}"\n`,
    );
    expect((await findingsIn(text, [injection])).map(({ start, level }) => `${start.line} ${level}`)).toEqual([
      "7 info",
      "9 error",
    ]);
  });

  it("are writers' where forks do not get in", async () => {
    const text = workflow(
      "pull_request_target",
      `      - run: echo "\${{ github.head_ref }}"\n`,
      "    if: github.event.pull_request.head.repo.full_name == github.repository\n",
    );
    expect(await waysIn(text)).toEqual([]);
    expect(await findingsIn(text, [ruleNamed("script-injection-by-writers")])).toHaveLength(1);
  });
});

describe("ways", () => {
  it("through the env context of step, job and workflow", async () => {
    const text = `on: issues
env:
  TITLE: \${{ github.event.issue.title }}
jobs:
  one:
    runs-on: ubuntu-latest
    env:
      COPY: \${{ env.TITLE }}
    steps:
      - run: echo "\${{ env.COPY }}"
`;
    expect(await waysIn(text)).toEqual([
      [
        "10:24 error",
        "3:14 Anybody sets it on `issues`.",
        "3:3 The environment variable `TITLE` takes it.",
        "8:17 `env.TITLE` holds it.",
        "8:7 The environment variable `COPY` takes it.",
      ],
    ]);
  });

  it("not where a nearer variable of that name is harmless", async () => {
    const text = `on: issues
env:
  TITLE: \${{ github.event.issue.title }}
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - env:
          TITLE: fixed
        run: echo "\${{ env.TITLE }}"
`;
    expect(await waysIn(text)).toEqual([]);
  });

  it("through a step's output, a job's output and the matrix", async () => {
    const text = `on: issue_comment
jobs:
  read:
    runs-on: ubuntu-latest
    outputs:
      targets: \${{ steps.parse.outputs.targets }}
    steps:
      - id: parse
        env:
          BODY: \${{ github.event.comment.body }}
        run: |
          targets=$(echo "$BODY" | cut -d' ' -f2)
          echo "targets=$targets" >> "$GITHUB_OUTPUT"
  build:
    needs: read
    runs-on: ubuntu-latest
    strategy:
      matrix:
        target: \${{ fromJSON(needs.read.outputs.targets) }}
    steps:
      - run: make \${{ matrix.target }}
`;
    expect(await waysIn(text)).toEqual([
      [
        "21:23 error",
        "10:21 Anybody sets it on `issue_comment`.",
        "10:11 The environment variable `BODY` takes it.",
        "12:11 `targets` takes it.",
        "13:11 This writes it to the output `targets`.",
        "6:20 `steps.parse.outputs.targets` holds it.",
        "6:7 The job's output `targets` takes it.",
        "19:30 `needs.read.outputs.targets` holds it.",
        "18:7 The matrix is built from it.",
      ],
    ]);
  });

  const written = (script: string): string =>
    `on: issues
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - id: out
        env:
          TITLE: \${{ github.event.issue.title }}
        run: |
${script.replace(/^/gm, "          ")}
      - run: echo "\${{ steps.out.outputs.x }}"
`;

  it.each([
    ["a redirection", `echo "x=$TITLE" >> $GITHUB_OUTPUT`],
    ["printf", `printf 'x=%s\\n' "$TITLE" >> "$GITHUB_OUTPUT"`],
    ["tee", `echo "x=\${TITLE}" | tee -a "$GITHUB_OUTPUT"`],
    ["a group", `{\n  echo "x<<EOF"\n  echo "$TITLE"\n  echo EOF\n} >> "$GITHUB_OUTPUT"`],
    ["a heredoc", `cat <<END >> "$GITHUB_OUTPUT"\nx<<EOF\n$TITLE\nEOF\nEND`],
    [
      "several appends",
      `echo "x<<EOF" >> "$GITHUB_OUTPUT"\necho "$TITLE" >> "$GITHUB_OUTPUT"\necho EOF >> "$GITHUB_OUTPUT"`,
    ],
    ["the old command", `echo "::set-output name=x::$TITLE"`],
    ["a filter", `slug=$(echo "$TITLE" | tr ' ' '-' | head -c 20)\necho "x=$slug" >> "$GITHUB_OUTPUT"`],
    ["read and a here string", `read -r first rest <<< "$TITLE"\necho "x=$rest" >> "$GITHUB_OUTPUT"`],
    ["a loop", `for word in $TITLE; do\n  echo "x=$word" >> "$GITHUB_OUTPUT"\ndone`],
    ["a line of the attacker's own", `echo "$TITLE" >> "$GITHUB_OUTPUT"`],
    ["a default", `y="\${NOTHING:-$TITLE}"\necho "x=$y" >> "$GITHUB_OUTPUT"`],
    ["an export", `export y="$TITLE"\necho "x=$y" >> "$GITHUB_OUTPUT"`],
    ["a pattern that is not held at its ends", `[[ $TITLE =~ [0-9]+ ]] || exit 1\necho "x=$TITLE" >> "$GITHUB_OUTPUT"`],
  ])("out of a script by %s", async (_name, script) => {
    expect(await waysIn(written(script))).toHaveLength(1);
  });

  it.each([
    ["another output", `echo "y=$TITLE" >> "$GITHUB_OUTPUT"\necho "x=1" >> "$GITHUB_OUTPUT"`],
    ["its length", `echo "x=\${#TITLE}" >> "$GITHUB_OUTPUT"`],
    ["its lines counted", `echo "x=$(echo "$TITLE" | wc -l)" >> "$GITHUB_OUTPUT"`],
    ["chosen letters only", `echo "x=$(echo "$TITLE" | tr -cd 'a-z0-9-')" >> "$GITHUB_OUTPUT"`],
    ["chosen letters by sed", `echo "x=$(echo "$TITLE" | sed 's/[^a-z0-9]/-/g')" >> "$GITHUB_OUTPUT"`],
    ["chosen letters by expansion", `echo "x=\${TITLE//[^a-z0-9]/}" >> "$GITHUB_OUTPUT"`],
    [
      "a pattern, or the end",
      `[[ "$TITLE" =~ ^v[0-9]+$ ]] || { echo no; exit 1; }\necho "x=$TITLE" >> "$GITHUB_OUTPUT"`,
    ],
    [
      "a pattern in an if",
      `if ! [[ $TITLE =~ ^[0-9]+\\.[0-9]+$ ]]; then\n  exit 1\nfi\necho "x=$TITLE" >> "$GITHUB_OUTPUT"`,
    ],
    ["grep", `if ! echo "$TITLE" | grep -Eq '^[a-z]+$'; then exit 1; fi\necho "x=$TITLE" >> "$GITHUB_OUTPUT"`],
    ["a case", `case "$TITLE" in\n  patch|minor) ;;\n  *) exit 1 ;;\nesac\necho "x=$TITLE" >> "$GITHUB_OUTPUT"`],
    ["equal to a word", `if [ "$TITLE" = "go" ]; then echo "x=$TITLE" >> "$GITHUB_OUTPUT"; fi`],
    ["written over", `TITLE=fixed\necho "x=$TITLE" >> "$GITHUB_OUTPUT"`],
    ["only printed", `echo "$TITLE"\necho "x=1" >> "$GITHUB_OUTPUT"`],
  ])("not out of a script by %s", async (_name, script) => {
    expect(await waysIn(written(script))).toEqual([]);
  });

  it("through github-script", async () => {
    const text = workflow(
      "pull_request_target",
      `      - id: meta
        uses: actions/github-script@v8
        with:
          script: |
            const title = context.payload.pull_request.title;
            core.setOutput('title', title.trim());
            core.setOutput('number', context.payload.pull_request.number);
            return context.payload.pull_request.head.ref;
      - run: echo "\${{ steps.meta.outputs.title }} \${{ steps.meta.outputs.number }} \${{ steps.meta.outputs.result }}"
`,
    );
    expect((await findingsIn(text, [injection])).map(({ message }) => /`steps\.[\w.]+`/.exec(message)?.[0])).toEqual([
      "`steps.meta.outputs.title`",
      "`steps.meta.outputs.result`",
    ]);
  });

  it("through a variable that an earlier step wrote", async () => {
    const text = workflow(
      "issues",
      `      - env:\n          TITLE: \${{ github.event.issue.title }}\n        run: echo "KEPT=$TITLE" >> "$GITHUB_ENV"\n      - run: echo "\${{ env.KEPT }}"\n`,
    );
    expect(await waysIn(text)).toHaveLength(1);
  });

  it("through actions that repeat what they are given", async () => {
    const steps = (ref: string, more = ""): string =>
      `      - id: files\n        uses: tj-actions/changed-files@${ref}\n${more}      - run: lint \${{ steps.files.outputs.all_changed_files }}\n`;
    expect(await waysIn(workflow("pull_request", steps("v35")))).toHaveLength(1);
    expect(await waysIn(workflow("pull_request", steps("v46")))).toEqual([]);
    expect(
      await waysIn(workflow("pull_request", steps("v46", "        with:\n          safe_output: false\n"))),
    ).toHaveLength(1);
  });

  it("out of another run's artifact", async () => {
    const steps = `      - uses: actions/download-artifact@v5
        with:
          run-id: \${{ github.event.workflow_run.id }}
          github-token: \${{ github.token }}
      - id: pr
        run: echo "number=$(cat pr.txt)" >> "$GITHUB_OUTPUT"
      - run: gh pr comment \${{ steps.pr.outputs.number }}
`;
    expect(await waysIn(workflow("workflow_run", steps))).toEqual([
      [
        "12:32 error",
        "6:15 This unpacks what another run uploaded, perhaps one of a pull request from a fork.",
        "11:14 This writes it to the output `number`.",
      ],
    ]);
    expect(
      await waysIn(workflow("workflow_run", steps, "    if: github.event.workflow_run.event == 'push'\n")),
    ).toEqual([]);
  });

  it("ends in a circle of outputs without an answer", async () => {
    const text = `on: issues
jobs:
  a:
    needs: b
    runs-on: ubuntu-latest
    outputs:
      x: \${{ needs.b.outputs.x }}
    steps:
      - run: echo "\${{ needs.b.outputs.x }}"
  b:
    needs: a
    runs-on: ubuntu-latest
    outputs:
      x: \${{ needs.a.outputs.x }}
    steps:
      - run: "true"
`;
    expect(await waysIn(text)).toEqual([]);
  });
});

it("does not lose a step where steps name later ones", async () => {
  const text = workflow(
    "workflow_run",
    `      - uses: actions/checkout@v4
        with:
          ref: \${{ steps.later.outputs.ref }}
      - uses: actions/download-artifact@v5
        with:
          run-id: \${{ github.event.workflow_run.id }}
          github-token: \${{ github.token }}
      - id: later
        env:
          BEFORE: \${{ steps.later.outputs.ref }}
        run: echo "ref=$(cat ref.txt)" >> "$GITHUB_OUTPUT"
      - run: echo "\${{ steps.later.outputs.ref }}"
`,
  );
  expect(await waysIn(text)).toHaveLength(1);
});
