import { describe, expect, it } from "vitest";
import type { Example } from "../../../../src/lint/rule.ts";
import { findingsIn, inShort, ruleNamed } from "../../../support/lint.ts";

const run = (id: string, example: Example, settings = {}) => findingsIn(example, [ruleNamed(id)], settings);
const workflow = (on: string, steps: string, lines = ""): string =>
  `on: ${on}\njobs:\n  a:\n${lines}    runs-on: ubuntu-latest\n    steps:\n${steps}`;
const CHAIN = "{ workflow_run: { workflows: [Build] } }";

describe("default-branch-context", () => {
  it.each([
    ["a tag of the commit", workflow(CHAIN, "      - run: docker pull octo/app:${{ github.sha }}\n")],
    ["the variable of the shell", workflow(CHAIN, '      - run: docker pull "octo/app:$GITHUB_SHA"\n')],
    ["a group of all branches", `concurrency: e2e-\${{ github.ref }}\n${workflow(CHAIN, "      - run: make\n")}`],
    [
      "the number of a pull request",
      workflow(CHAIN, "      - run: gh pr comment ${{ github.event.pull_request.number }}\n"),
    ],
    [
      "a status on the wrong commit",
      workflow(
        CHAIN,
        "      - uses: actions/github-script@v8\n        with:\n          script: |\n            // context.sha is wrong here\n            await github.rest.repos.createCommitStatus({ ...context.repo, sha: context.sha, state: 'success' })\n",
      ),
    ],
    [
      "a condition on the default branch's own ref",
      workflow(CHAIN, "      - if: github.ref == 'refs/heads/main'\n        run: make\n"),
    ],
    [
      "a condition of a job",
      workflow(
        CHAIN,
        "      - run: make\n",
        "    if: github.event.workflow_run.conclusion == 'success' && github.ref_name != 'main'\n",
      ),
    ],
    [
      "a condition on a tag, even where runs are of one branch",
      workflow(
        "{ workflow_run: { workflows: [Build], branches: [main] } }",
        "      - if: startsWith(github.ref, 'refs/tags/')\n        run: make\n",
      ),
    ],
    [
      "the source branch",
      workflow(CHAIN, "      - run: make\n        env:\n          BRANCH: ${{ github.head_ref }}\n"),
    ],
  ])("finds %s", async (_, text) => expect(await run("default-branch-context", text)).toHaveLength(1));

  it.each([
    [
      "a comparison",
      workflow(CHAIN, "      - run: make\n        env:\n          MAIN: ${{ github.ref == 'refs/heads/main' }}\n"),
    ],
    [
      "a condition of runs of one branch",
      workflow(
        "{ workflow_run: { workflows: [Build], branches: [main] } }",
        "      - if: github.ref == 'refs/heads/main'\n        run: make\n",
      ),
    ],
    [
      "a condition of a workflow that also starts by push",
      workflow(
        "{ workflow_run: { workflows: [Build] }, push: {} }",
        "      - if: github.ref == 'refs/heads/main'\n        run: make\n",
      ),
    ],
    [
      "a condition that looks at the built branch as well",
      workflow(
        CHAIN,
        "      - if: github.ref == 'refs/heads/main' && github.event.workflow_run.head_branch == 'main'\n        run: make\n",
      ),
    ],
    [
      "a condition on the name of the job that was built",
      workflow(CHAIN, "      - if: github.event.workflow_run.name == 'main'\n        run: make\n"),
    ],
    [
      "a fallback for a dispatch",
      workflow(
        "{ workflow_run: { workflows: [Build] }, workflow_dispatch: {} }",
        "      - run: docker pull octo/app:${{ github.event.workflow_run.head_sha || github.sha }}\n",
      ),
    ],
    [
      "another event of the workflow",
      workflow(
        "{ workflow_run: { workflows: [Build] }, push: {} }",
        "      - run: docker pull octo/app:${{ github.sha }}\n",
      ),
    ],
    [
      "runs of one branch",
      workflow(
        "{ workflow_run: { workflows: [Build], branches: [main] } }",
        "      - run: ./deploy.sh ${{ github.sha }}\n",
      ),
    ],
    [
      "a checkout of the default branch, said in so many words",
      workflow(CHAIN, "      - uses: actions/checkout@v5\n        with:\n          ref: ${{ github.sha }}\n"),
    ],
    [
      "a pull request's own workflow",
      workflow("pull_request", "      - run: docker pull octo/app:${{ github.sha }}\n"),
    ],
  ])("is silent on %s", async (_, text) => expect(inShort(await run("default-branch-context", text))).toEqual([]));
});

describe("wrong-commit-checkout", () => {
  const checkout = "      - uses: actions/checkout@v5\n";
  const download =
    "      - uses: actions/download-artifact@v5\n        with:\n          run-id: ${{ github.event.workflow_run.id }}\n          github-token: ${{ github.token }}\n";

  it("points at the checkout, with the other commit beside it", async () => {
    const [finding] = await run(
      "wrong-commit-checkout",
      workflow(CHAIN, `${checkout}${download}      - run: npm test\n`),
    );
    expect(finding?.start).toMatchObject({ line: 6, column: 15 });
    expect(finding?.related.map(({ start }) => start.line)).toEqual([9]);
  });

  it.each([
    [
      "a checkout with a ref",
      workflow(
        CHAIN,
        `${checkout}        with:\n          ref: \${{ github.event.workflow_run.head_sha }}\n${download}      - run: npm test\n`,
      ),
    ],
    [
      "a job that only comments, with trusted files",
      workflow(CHAIN, `${checkout}${download}      - uses: ./.github/actions/comment\n`),
    ],
    ["tests of nothing that was built before", workflow(CHAIN, `${checkout}      - run: npm test\n`)],
    [
      "a script that switches by itself",
      workflow(CHAIN, `${checkout}${download}      - run: git checkout "$SHA"\n      - run: npm test\n`),
    ],
    ["a pull request's own workflow", workflow("pull_request", `${checkout}      - run: npm test\n`)],
  ])("is silent on %s", async (_, text) => expect(inShort(await run("wrong-commit-checkout", text))).toEqual([]));
});

describe("shallow-history", () => {
  const after = (script: string, depth = ""): string =>
    workflow(
      "[push, pull_request]",
      `      - uses: actions/checkout@v5\n${depth === "" ? "" : `        with:\n          fetch-depth: ${depth}\n`}      - run: ${script}\n`,
    );

  it.each([
    ["two commits back at depth 2", after("git diff HEAD~2", "2")],
    ["a description", after("git describe --tags")],
    ["a merge base", after("git merge-base origin/main HEAD")],
    ["a count", after('echo "$(git rev-list --count HEAD)"')],
    ["the commit before a push", after("git diff --name-only ${{ github.event.before }} HEAD")],
    [
      "the base of a pull request",
      workflow(
        "pull_request",
        "      - uses: actions/checkout@v5\n      - run: git diff --name-only origin/main...HEAD\n",
      ),
    ],
  ])("finds %s", async (_, text) => expect(await run("shallow-history", text)).toHaveLength(1));

  it.each([
    ["the whole history", after("git describe --tags", "0")],
    ["one commit back at depth 2", after("git diff HEAD^ HEAD", "2")],
    ["the last commit", after("git log -1")],
    ["a fetch before it", after('"git fetch origin main && git diff origin/main HEAD~1"').replaceAll('"', "")],
    ["a way out", after("git diff HEAD~1 || true")],
    [
      "a tag's own workflow",
      workflow("{ push: { tags: ['v*'] } }", "      - uses: actions/checkout@v5\n      - run: git describe --tags\n"),
    ],
    ["a depth that an expression decides", after("git diff HEAD~1", "${{ inputs.depth }}")],
    [
      "another repository",
      workflow(
        "push",
        "      - uses: actions/checkout@v5\n        with:\n          repository: octo/other\n      - run: git diff HEAD~1\n",
      ),
    ],
    ["no checkout at all", workflow("push", "      - run: git diff HEAD~1\n")],
  ])("is silent on %s", async (_, text) => expect(inShort(await run("shallow-history", text))).toEqual([]));
});

describe("useless-cache-key", () => {
  const cache = (key: string, more = "", action = "cache"): string =>
    `      - uses: actions/${action}@v5\n        with:\n          path: out\n          key: ${key}\n${more}`;

  it("says what to add", async () => {
    expect(
      inShort(await run("useless-cache-key", workflow("push", cache("tool-${{ runner.os }}-${{ github.run_id }}")))),
    ).toEqual([
      "9:16 useless-cache-key `github.run_id` makes this key new for every run, and there are no `restore-keys`, so nothing that is saved here is found again. Add `restore-keys: tool-${{ runner.os }}-`, or build the key from what the contents depend on, such as `hashFiles('**/lockfile')`.",
    ]);
  });

  it.each([
    ["restore keys", workflow("push", cache("tool-${{ github.sha }}", "          restore-keys: tool-\n"))],
    [
      "a key that another job restores",
      `${workflow("push", cache("build-${{ github.sha }}"))}  b:\n    needs: a\n    runs-on: ubuntu-latest\n    steps:\n${cache("build-${{github.sha}}")}`,
    ],
    [
      "a prefix that another step restores",
      workflow(
        "push",
        `${cache("none", "          restore-keys: |\n            tool-\n", "cache/restore")}${cache("tool-${{ github.run_id }}", "", "cache/save")}`,
      ),
    ],
    ["the contents", workflow("push", cache("npm-${{ hashFiles('package-lock.json') }}"))],
    ["a fallback", workflow("push", cache("tool-${{ inputs.key || github.sha }}"))],
  ])("is silent on %s", async (_, text) => expect(inShort(await run("useless-cache-key", text))).toEqual([]));
});

describe("unused-workflow-call-member", () => {
  const called = (on: string, body: string, outputs = ""): string =>
    `on:\n  workflow_call:\n${on}jobs:\n  a:\n    runs-on: ubuntu-latest\n${outputs}    steps:\n      - run: ${body}\n`;

  it("finds inputs, secrets and outputs at their names", async () => {
    const text = called(
      "    inputs:\n      image: { type: string }\n    secrets:\n      TOKEN: { required: true }\n    outputs:\n      tag: { value: '${{ jobs.b.outputs.tag }}' }\n      empty: { description: nothing }\n",
      "make",
    );
    expect(
      (await run("unused-workflow-call-member", text)).map(({ start }) => `${start.line}:${start.column}`),
    ).toEqual(["4:7", "6:7", "8:7", "9:7"]);
  });

  it.each([
    [
      "an input by another name of the context",
      called("    inputs:\n      Image: { type: string }\n", "make ${{ inputs['image'] }}"),
    ],
    ["all inputs at once", called("    inputs:\n      image: { type: string }\n", "make '${{ toJSON(inputs) }}'")],
    ["a secret by a computed name", called("    secrets:\n      TOKEN: {}\n", "make ${{ secrets[matrix.name] }}")],
    [
      "an input that is kept for old callers",
      called("    inputs:\n      image: { type: string, description: Deprecated. }\n", "make"),
    ],
    [
      "an output that a job sets",
      called(
        "    outputs:\n      tag: { value: '${{ jobs.a.outputs.tag }}' }\n",
        "make",
        "    outputs:\n      tag: x\n",
      ),
    ],
  ])("is silent on %s", async (_, text) => expect(inShort(await run("unused-workflow-call-member", text))).toEqual([]));
});

describe("reusable-workflow-in-step", () => {
  it.each([
    [
      "another repository's workflow in a step",
      workflow("push", "      - uses: octo/ci/.github/workflows/test.yml@v1\n"),
    ],
    ["a local action as a job", "on: push\njobs:\n  a:\n    uses: ./.github/actions/build\n"],
  ])("finds %s", async (_, text) => expect(await run("reusable-workflow-in-step", text)).toHaveLength(1));

  it.each([
    [
      "another repository's workflow as a job",
      "on: push\njobs:\n  a:\n    uses: octo/ci/.github/workflows/test.yml@v1\n",
    ],
    ["an action of that repository", workflow("push", "      - uses: octo/ci/.github/actions/test@v1\n")],
    ["a computed name, which the grammar judges", "on: push\njobs:\n  a:\n    uses: ${{ inputs.workflow }}\n"],
  ])("is silent on %s", async (_, text) => expect(inShort(await run("reusable-workflow-in-step", text))).toEqual([]));
});
