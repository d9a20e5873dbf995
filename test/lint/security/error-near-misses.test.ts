/** What looks like an error and is none: for each rule of the level `error`, files that it must let pass. */
import { expect, it } from "vitest";
import { type Example } from "../../../src/lint/rule.ts";
import { findingsIn, ruleNamed } from "../../support/lint.ts";

const workflow = (on: string, steps: string, job = ""): string =>
  `on: ${on}\njobs:\n  one:\n    runs-on: ubuntu-latest\n${job}    steps:\n${steps}`;
const run = (...lines: string[]): string => `      - run: |\n${lines.map((line) => `          ${line}\n`).join("")}`;
const withEnv = (env: string, ...lines: string[]): string =>
  `      - env:\n          ${env}\n        run: |\n${lines.map((line) => `          ${line}\n`).join("")}`;
const uses = (action: string, ...inputs: string[]): string =>
  `      - uses: ${action}\n${inputs.length > 0 ? `        with:\n${inputs.map((input) => `          ${input}\n`).join("")}` : ""}`;
const HEAD = "ref: ${{ github.event.pull_request.head.sha }}";
const CALLED = (type: string): string =>
  `on:\n  workflow_call:\n    inputs:\n      x:\n        type: ${type}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ./x.sh "\${{ inputs.x }}"\n`;
const caller = (on: string, value: string, more = ""): string =>
  `on: ${on}\njobs:\n  a:\n${more}    uses: ./.github/workflows/called.yml\n    with:\n      x: ${value}\n`;

const NEAR_MISSES: Readonly<Record<string, readonly (readonly [string, Example])[]>> = {
  "script-injection": [
    ["a number", workflow("issues", run('echo "${{ github.event.issue.number }}"'))],
    ["a comparison", workflow("issues", run("echo \"${{ github.event.issue.title == 'x' }}\""))],
    [
      "a choice between constants",
      workflow("issues", run("echo \"${{ contains(github.event.issue.body, 'x') && 'a' || 'b' }}\"")),
    ],
    ["a commit", workflow("pull_request_target", run("git show ${{ github.event.pull_request.head.sha }}"))],
    ["an address of GitHub's", workflow("issue_comment", run("gh pr view ${{ github.event.issue.html_url }}"))],
    ["a login", workflow("pull_request_target", run('echo "${{ github.event.pull_request.user.login }}"'))],
    [
      "an output that only counts",
      workflow(
        "issues",
        `      - id: n\n        env:\n          BODY: \${{ github.event.issue.body }}\n        run: echo "n=\${#BODY}" >> "$GITHUB_OUTPUT"\n${run('echo "${{ steps.n.outputs.n }}"')}`,
      ),
    ],
    [
      "an output behind a check",
      workflow(
        "issues",
        `      - id: n\n        env:\n          TITLE: \${{ github.event.issue.title }}\n        run: |\n          [[ "$TITLE" =~ ^[a-z0-9-]+$ ]] || exit 1\n          echo "t=$TITLE" >> "$GITHUB_OUTPUT"\n${run('echo "${{ steps.n.outputs.t }}"')}`,
      ),
    ],
    [
      "an output of constants by a case",
      workflow(
        "issues",
        `      - id: n\n        env:\n          TITLE: \${{ github.event.issue.title }}\n        run: |\n          case "$TITLE" in\n            bug*) echo "kind=bug" >> "$GITHUB_OUTPUT" ;;\n            *) echo "kind=other" >> "$GITHUB_OUTPUT" ;;\n          esac\n${run('echo "${{ steps.n.outputs.kind }}"')}`,
      ),
    ],
    [
      "a comment in the script of a job on pushes only",
      workflow(
        "[push, issues]",
        run('echo "${{ github.event.issue.number }} ${{ github.sha }}"'),
        "    if: github.event_name == 'push'\n",
      ),
    ],
    [
      "a name of an input of an action that is no code",
      workflow(
        "issues",
        uses("actions/github-script@v8", "script: console.log(process.env.T)") +
          "        env:\n          T: ${{ github.event.issue.title }}\n",
      ),
    ],
    [
      "a hash of the text",
      workflow(
        "issues",
        `      - id: n\n        env:\n          BODY: \${{ github.event.issue.body }}\n        run: echo "n=$(printf '%s' "$BODY" | sha256sum | cut -c1-8)" >> "$GITHUB_OUTPUT"\n${run('echo "${{ steps.n.outputs.n }}"')}`,
      ),
    ],
  ],
  "script-injection-across-files": [
    [
      "a number",
      {
        ".github/workflows/ci.yml": caller("issues", "${{ github.event.issue.number }}"),
        ".github/workflows/called.yml": CALLED("string"),
      },
    ],
    [
      "a constant",
      { ".github/workflows/ci.yml": caller("issues", "title"), ".github/workflows/called.yml": CALLED("string") },
    ],
    [
      "a comparison",
      {
        ".github/workflows/ci.yml": caller("issues", "${{ github.event.issue.title == 'x' }}"),
        ".github/workflows/called.yml": CALLED("boolean"),
      },
    ],
    [
      "from a push only",
      {
        ".github/workflows/ci.yml": caller(
          "[push, issues]",
          "${{ github.event.issue.title }}",
          "    if: github.event_name == 'push'\n",
        ),
        ".github/workflows/called.yml": CALLED("string"),
      },
    ],
    [
      "into a variable",
      {
        ".github/workflows/ci.yml": caller("issues", "${{ github.event.issue.title }}"),
        ".github/workflows/called.yml": CALLED("string").replace(
          '- run: ./x.sh "${{ inputs.x }}"',
          '- env: { X: "${{ inputs.x }}" }\n        run: ./x.sh "$X"',
        ),
      },
    ],
    [
      "a workflow that only calls",
      {
        ".github/workflows/ci.yml": caller("workflow_dispatch", "${{ github.actor }}"),
        ".github/workflows/called.yml": CALLED("string"),
      },
    ],
  ],
  "untrusted-checkout": [
    [
      "the base",
      workflow(
        "pull_request_target",
        uses("actions/checkout@v5", "ref: ${{ github.event.pull_request.base.sha }}") + run("npm ci"),
      ),
    ],
    [
      "the merge of the default branch",
      workflow("pull_request_target", uses("actions/checkout@v5", "ref: main") + run("npm ci")),
    ],
    [
      "the head of an own branch",
      workflow(
        "pull_request_target",
        uses("actions/checkout@v5", HEAD) + run("npm ci"),
        "    if: ${{ !github.event.pull_request.head.repo.fork }}\n",
      ),
    ],
    [
      "the commit of a pushed run",
      workflow(
        "workflow_run",
        uses("actions/checkout@v5", "ref: ${{ github.event.workflow_run.head_sha }}") + run("make"),
        "    if: github.event.workflow_run.event == 'push'\n",
      ),
    ],
    [
      "the branch that was dispatched",
      workflow("workflow_dispatch", uses("actions/checkout@v5", "ref: ${{ github.ref }}") + run("make")),
    ],
    [
      "another repository of the same owner",
      workflow("issue_comment", uses("actions/checkout@v5", "repository: acme/tools") + run("make")),
    ],
    [
      "members of a list",
      workflow(
        "issue_comment",
        run("gh pr checkout 5", "make"),
        '    if: contains(fromJSON(\'["OWNER", "MEMBER"]\'), github.event.comment.author_association)\n',
      ),
    ],
    [
      "members only",
      workflow(
        "issue_comment",
        run("gh pr checkout 5", "make"),
        "    if: github.event.comment.author_association == 'OWNER'\n",
      ),
    ],
  ],
  "untrusted-env-write": [
    [
      "a number",
      workflow("pull_request_target", withEnv("N: ${{ github.event.number }}", 'echo "N=$N" >> "$GITHUB_ENV"')),
    ],
    [
      "a branch, which is one line",
      workflow("pull_request_target", withEnv("B: ${{ github.head_ref }}", 'echo "B=$B" >> "$GITHUB_ENV"')),
    ],
    [
      "a constant for a title",
      workflow(
        "issues",
        withEnv("T: ${{ github.event.issue.title }}", 'if [ "$T" = x ]; then echo "K=x" >> "$GITHUB_ENV"; fi'),
      ),
    ],
    [
      "a title that is compared first",
      workflow(
        "issues",
        withEnv("T: ${{ github.event.issue.title }}", '[ "$T" = bug ] || exit 0', 'echo "K=$T" >> "$GITHUB_ENV"'),
      ),
    ],
    [
      "its length",
      workflow("issues", withEnv("T: ${{ github.event.issue.title }}", 'echo "K=${#T}" >> "$GITHUB_ENV"')),
    ],
    [
      "into the output",
      workflow("issues", withEnv("T: ${{ github.event.issue.title }}", 'echo "t=$T" >> "$GITHUB_OUTPUT"')),
    ],
    [
      "letters only",
      workflow(
        "issues",
        withEnv("T: ${{ github.event.issue.title }}", `echo "K=$(printf '%s' "$T" | tr -cd 'a-z')" >> "$GITHUB_ENV"`),
      ),
    ],
  ],
  "credentials-in-artifact": [
    [
      "a folder",
      workflow(
        "push",
        uses("actions/checkout@v4") + uses("actions/upload-artifact@v4", "path: dist", "include-hidden-files: true"),
      ),
    ],
    [
      "without hidden files",
      workflow("push", uses("actions/checkout@v4") + uses("actions/upload-artifact@v4", "path: .")),
    ],
    [
      "without credentials",
      workflow(
        "push",
        uses("actions/checkout@v4", "persist-credentials: false") +
          uses("actions/upload-artifact@v4", "path: .", "include-hidden-files: true"),
      ),
    ],
    [
      "with credentials kept elsewhere",
      workflow(
        "push",
        uses("actions/checkout@v6") + uses("actions/upload-artifact@v4", "path: .", "include-hidden-files: true"),
      ),
    ],
    [
      "without `.git`",
      workflow(
        "push",
        uses("actions/checkout@v4") +
          uses("actions/upload-artifact@v4", "include-hidden-files: true", "path: |", "  .", "  !.git"),
      ),
    ],
    [
      "before the checkout",
      workflow(
        "push",
        uses("actions/upload-artifact@v4", "path: .", "include-hidden-files: true") + uses("actions/checkout@v4"),
      ),
    ],
  ],
  "hard-coded-secret": [
    ["a placeholder", workflow("push", withEnv(`T: ghp_${"x".repeat(36)}`, "make"))],
    ["a prefix alone", workflow("push", run("grep -r 'ghp_' . && exit 1", "echo 'npm_config_cache=x'"))],
    ["an example", workflow("push", withEnv(`T: ghp_example${"a1B2".repeat(8)}`, "make"))],
    [
      "a public key",
      workflow("push", run("cat <<EOF", "-----BEGIN PUBLIC KEY-----", "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE", "EOF")),
    ],
    ["a header without a key", workflow("push", run("grep -q -- '-----BEGIN RSA PRIVATE KEY-----' key.pem"))],
    ["a variable's name", workflow("push", withEnv("NPM_TOKEN: ${{ secrets.NPM_TOKEN }}", "make"))],
  ],
  "typosquatted-action": [
    ["the action itself", workflow("push", uses("actions/checkout@v5"))],
    ["one in other letters", workflow("push", uses("Actions/Checkout@v5"))],
    ["a fork by a person", workflow("push", uses("octocat/checkout@v5"))],
    ["another action of the same owner", workflow("push", uses("actions/cache@v5") + uses("actions/stale@v9"))],
    ["owners that are alike by nature", workflow("push", uses("azure/login@v2") + uses("docker/login-action@v3"))],
    ["a local one", workflow("push", uses("./action/checkout"))],
  ],
  "vulnerable-action": [
    ["the version that mends it", workflow("push", uses("actions/download-artifact@v4.1.3"))],
    ["a moving tag of that major", workflow("push", uses("actions/download-artifact@v4"))],
    ["an older major that never had it", workflow("push", uses("actions/download-artifact@v3"))],
    ["a later tag", workflow("push", uses("tj-actions/changed-files@v46.0.1") + uses("tj-actions/changed-files@v47"))],
    [
      "a commit that was pinned before tags were moved",
      workflow("push", uses("tj-actions/changed-files@6f67ee9ac810f0192ea7b3d2086406f97847bcf9 # v44.5.24")),
    ],
    ["a run that is named", workflow("push", uses("dawidd6/action-download-artifact@v3", "run_id: 5"))],
    ["a branch", workflow("push", uses("github/codeql-action/init@main"))],
  ],
};

const cases = Object.entries(NEAR_MISSES).flatMap(([rule, files]) =>
  files.map(([name, example]) => [rule, name, example] as const),
);

it.each(cases)("%s lets pass: %s", async (rule, _name, example) => {
  expect(
    (await findingsIn(example, [ruleNamed(rule)], { preset: "recommended" })).map(
      ({ start, message }) => `${start.line}:${start.column} ${message}`,
    ),
  ).toEqual([]);
});

it("holds five or more for each rule", () => {
  for (const [rule, files] of Object.entries(NEAR_MISSES)) expect(files.length, rule).toBeGreaterThanOrEqual(5);
});

/** Somebody looks at it first, so that it is worth a warning and no error. */
it.each([
  [
    "a label",
    workflow(
      "{ pull_request_target: { types: [labeled] } }",
      uses("actions/checkout@v5", HEAD) + run("make"),
      "    if: github.event.label.name == 'safe to test'\n",
    ),
  ],
  [
    "an environment",
    workflow("pull_request_target", uses("actions/checkout@v5", HEAD) + run("make"), "    environment: external\n"),
  ],
  [
    "a check before it",
    workflow(
      "issue_comment",
      uses("acme/check-permission@v1") +
        "        id: who\n" +
        run("gh pr checkout 5", "make") +
        "        if: steps.who.outputs.member == 'true'\n",
    ),
  ],
  [
    "a job that somebody approves",
    `on: pull_request_target\njobs:\n  approve:\n    environment: external\n    runs-on: ubuntu-latest\n    steps:\n      - run: "true"\n  test:\n    needs: approve\n    runs-on: ubuntu-latest\n    steps:\n${uses("actions/checkout@v5", HEAD)}${run("make")}`,
  ],
  [
    "a folder that nothing runs",
    workflow(
      "pull_request_target",
      uses("actions/checkout@v5") + uses("actions/checkout@v5", HEAD, "path: pr") + run("npm run prettier"),
    ),
  ],
])("untrusted-checkout only warns about %s", async (_name, example) => {
  expect(
    (await findingsIn(example, [ruleNamed("untrusted-checkout")], { preset: "recommended" })).map(({ level }) => level),
  ).toEqual(["warning"]);
});

it("untrusted-checkout stays an error where nobody looks", async () => {
  for (const example of [
    workflow("pull_request_target", uses("actions/checkout@v5", HEAD, "path: pr") + run("cd pr && make")),
    workflow(
      "issue_comment",
      run("gh pr checkout 5", "make"),
      "    if: startsWith(github.event.comment.body, '/test')\n",
    ),
    workflow(
      "issue_comment",
      run("gh pr checkout 5", "make"),
      '    if: contains(fromJSON(\'["OWNER", "NONE"]\'), github.event.comment.author_association) || github.event.issue.pull_request\n',
    ),
  ])
    expect(
      (await findingsIn(example, [ruleNamed("untrusted-checkout")], { preset: "recommended" })).length,
    ).toBeGreaterThan(0);
  expect(
    (
      await findingsIn(
        workflow("pull_request_target", uses("actions/checkout@v5", HEAD, "path: pr") + run("cd pr && make")),
        [ruleNamed("untrusted-checkout")],
      )
    )[0]?.level,
  ).toBe("error");
});
