/** What the edits write, in the shapes that people write workflows in. */
import { describe, expect, it } from "vitest";
import {
  appendComment,
  type Edits,
  fixOf,
  insertItem,
  insertKey,
  insertScriptLine,
  removePair,
  replaceScalar,
  setIn,
} from "../../../src/lint/edits.ts";
import { applyFixes } from "../../../src/lint/fix.ts";
import type { WorkflowDocument } from "../../../src/workflow/document/document.ts";
import { openDocument } from "../../../src/workflow/document/open.ts";
import { readSource } from "../../../src/workflow/document/source-file.ts";
import { pairOf } from "../../../src/workflow/yaml/node.ts";

async function edited(text: string, build: (workflow: WorkflowDocument) => Edits): Promise<string | undefined> {
  const document = openDocument(await readSource(".github/workflows/a.yml", text));
  if (document.kind !== "workflow") throw new Error("no workflow");
  const edits = build(document);
  if (edits === undefined) return undefined;
  const fix = fixOf("Do it", edits);
  return fix ? applyFixes(text, [fix]).text : text;
}

const WORKFLOW = `on: push # always
jobs:
  # The only one.
  test:
    name: Test # fast
    runs-on: ubuntu-latest # small

    steps:
      - uses: actions/setup-node@v4 # v4
        with:
          # Ours.
          node-version: "20" # LTS
      - name: Run
        run: |
          make test

          make lint
      - { uses: actions/cache@v4, with: { path: a, key: 'b' } } # flow
      - run: make
`;

const crlf = (text: string): string => text.replaceAll("\n", "\r\n");

describe("keys", () => {
  const withTimeout = (workflow: WorkflowDocument): Edits =>
    insertKey(workflow.file, workflow.jobs[0]?.node, "timeout-minutes", 15, {
      after: ["runs-on", "name"],
      before: ["steps"],
    });

  it("go behind a key and its comment", async () => {
    expect(await edited(WORKFLOW, withTimeout)).toBe(
      WORKFLOW.replace("# small\n", "# small\n    timeout-minutes: 15\n"),
    );
  });

  it("keep CRLF", async () => {
    expect(await edited(crlf(WORKFLOW), withTimeout)).toBe(
      crlf(WORKFLOW.replace("# small\n", "# small\n    timeout-minutes: 15\n")),
    );
  });

  it("go before a key, behind the comment above it", async () => {
    const text = "on: push\njobs:\n  a:\n    # What it does.\n    steps:\n      - run: make\n";
    expect(await edited(text, withTimeout)).toBe(
      "on: push\njobs:\n  a:\n    # What it does.\n    timeout-minutes: 15\n    steps:\n      - run: make\n",
    );
  });

  it("go into steps, first and last", async () => {
    const first = await edited(WORKFLOW, ({ file, jobs }) =>
      insertKey(file, jobs[0]?.steps[3]?.node, "name", "Make: all", { before: ["run"] }),
    );
    expect(first).toBe(WORKFLOW.replace("- run: make\n", "- name: 'Make: all'\n        run: make\n"));
    const last = await edited(WORKFLOW.trimEnd(), ({ file, jobs }) =>
      insertKey(file, jobs[0]?.steps[3]?.node, "timeout-minutes", 5),
    );
    expect(last).toBe(`${WORKFLOW.trimEnd()}\n        timeout-minutes: 5`);
  });

  it("go behind a block of text", async () => {
    const text = await edited(WORKFLOW, ({ file, jobs }) =>
      insertKey(file, jobs[0]?.steps[1]?.node, "env", { A: "${{ inputs.a }}", B: "yes" }),
    );
    expect(text).toBe(
      WORKFLOW.replace("make lint\n", "make lint\n        env:\n          A: ${{ inputs.a }}\n          B: 'yes'\n"),
    );
  });

  it("go into flow mappings, quoted where they must be", async () => {
    const text = await edited(WORKFLOW, ({ file, jobs }) =>
      insertKey(file, jobs[0]?.steps[2]?.node, "if", "${{ always() }}", { after: ["uses"] }),
    );
    expect(text).toBe(WORKFLOW.replace("@v4, with", "@v4, if: '${{ always() }}', with"));
    expect(await edited("on: push\njobs: {a: {}}\n", withTimeout)).toBe(
      "on: push\njobs: {a: { timeout-minutes: 15 }}\n",
    );
    expect(await edited("on: push\njobs: {a: {steps: []}}\n", withTimeout)).toBe(
      "on: push\njobs: {a: {timeout-minutes: 15, steps: []}}\n",
    );
  });

  it("go to the top level, with a blank line where the file has them", async () => {
    const permissions = ({ file, root }: WorkflowDocument): Edits =>
      insertKey(file, root, "permissions", {}, { after: ["on"] });
    expect(await edited("on:\n  push:\n    branches: [main]\njobs:\n  a: {}\n", permissions)).toBe(
      "on:\n  push:\n    branches: [main]\npermissions: {}\njobs:\n  a: {}\n",
    );
    expect(
      await edited("name: A\n\non:\n  push:\n    branches: [main]\n\n# Jobs.\njobs:\n  a: {}\n", permissions),
    ).toBe("name: A\n\non:\n  push:\n    branches: [main]\n\npermissions: {}\n\n# Jobs.\njobs:\n  a: {}\n");
  });

  it("are left alone where an alias repeats them, or where a key is written oddly", async () => {
    const shared = "on: push\njobs:\n  a: &a\n    runs-on: x\n    steps: [{run: a}]\n  b: *a\n";
    expect(await edited(shared, withTimeout)).toBeUndefined();
    expect(await edited("on: push\njobs:\n  a:\n    ? runs-on\n    : x\n", withTimeout)).toBeUndefined();
    expect(await edited("on: push\njobs:\n  a:\n    &k runs-on: x\n", withTimeout)).toBeUndefined();
    expect(
      await edited("on: push\njobs:\n  a:\n    runs-on: x\n    timeout-minutes: 3\n", withTimeout),
    ).toBeUndefined();
    expect(await edited("on: push\njobs:\n  a:\n", withTimeout)).toBeUndefined();
  });

  it("go behind an alias, and before what follows a block that keeps its blank lines", async () => {
    expect(
      await edited(
        "env: &e {A: b}\non: push\njobs:\n  a:\n    runs-on: x\n    env: *e # shared\n    steps: []\n",
        ({ file, jobs }) => insertKey(file, jobs[0]?.node, "timeout-minutes", 1, { after: ["env"] }),
      ),
    ).toBe(
      "env: &e {A: b}\non: push\njobs:\n  a:\n    runs-on: x\n    env: *e # shared\n    timeout-minutes: 1\n    steps: []\n",
    );
    expect(
      await edited(
        "on: push\njobs:\n  a:\n    steps:\n      - run: |+\n          a\n\n        shell: sh\n",
        ({ file, jobs }) => insertKey(file, jobs[0]?.steps[0]?.node, "id", "b", { after: ["run"] }),
      ),
    ).toBe("on: push\njobs:\n  a:\n    steps:\n      - run: |+\n          a\n\n        id: b\n        shell: sh\n");
  });

  it("go again, with their comment", async () => {
    const drop =
      (step: number, key: string) =>
      (workflow: WorkflowDocument): Edits => {
        const node = workflow.jobs[0]?.steps[step]?.node;
        const pair = pairOf(node, key);
        return node && pair && removePair(workflow.file, node, pair);
      };
    expect(await edited(WORKFLOW, drop(0, "with"))).toBe(
      WORKFLOW.replace('        with:\n          # Ours.\n          node-version: "20" # LTS\n', ""),
    );
    expect(await edited(WORKFLOW, drop(1, "name"))).toBe(WORKFLOW.replace("- name: Run\n        run", "- run"));
    expect(await edited(WORKFLOW, drop(2, "uses"))).toBe(WORKFLOW.replace("uses: actions/cache@v4, ", ""));
    expect(await edited(WORKFLOW, drop(2, "with"))).toBe(WORKFLOW.replace(", with: { path: a, key: 'b' }", ""));
    expect(await edited(WORKFLOW, drop(3, "run"))).toBeUndefined();
    expect(await edited(crlf(WORKFLOW), drop(0, "with"))).toBe(
      crlf(WORKFLOW.replace('        with:\n          # Ours.\n          node-version: "20" # LTS\n', "")),
    );
  });

  it("go into blocks that are there, empty or missing", async () => {
    const set =
      (step: number, key: string, value: string | number | boolean) =>
      ({ file, jobs }: WorkflowDocument): Edits => {
        const node = jobs[0]?.steps[step]?.node;
        return node && setIn(file, node, "with", key, value);
      };
    expect(await edited(WORKFLOW, set(0, "cache", "npm"))).toBe(
      WORKFLOW.replace("# LTS\n", "# LTS\n          cache: npm\n"),
    );
    expect(await edited(WORKFLOW, set(0, "node-version", 22))).toBe(WORKFLOW.replace('"20"', '"22"'));
    expect(await edited(WORKFLOW, set(0, "node-version", "20"))).toBe(WORKFLOW);
    expect(await edited(WORKFLOW, set(2, "key", "it's"))).toBe(WORKFLOW.replace("'b'", "'it''s'"));
    expect(await edited(WORKFLOW, set(2, "restore-keys", "a, b"))).toBe(
      WORKFLOW.replace("key: 'b'", "key: 'b', restore-keys: 'a, b'"),
    );
    expect(await edited(WORKFLOW, set(3, "a", true))).toBe(
      WORKFLOW.replace("run: make\n", "run: make\n        with:\n          a: true\n"),
    );
    const empty = "on: push\njobs:\n  a:\n    steps:\n      - uses: a/b@v1\n        with: # none yet\n      - run: a\n";
    expect(await edited(empty, set(0, "x", "#"))).toBe(empty.replace("# none yet\n", "# none yet\n          x: '#'\n"));
    expect(await edited(empty.replace("with: # none yet", "with: ${{ inputs }}"), set(0, "x", "y"))).toBeUndefined();
  });
});

describe("values", () => {
  const usesOf = ({ jobs }: WorkflowDocument, step: number) => jobs[0]?.steps[step]?.uses?.node;

  it("keep their quotes", async () => {
    const text =
      "on: push\njobs:\n  a:\n    steps:\n      - run: 'a'\n      - run: \"a\"\n      - run: a\n      - {run: a}\n      - run:\n      - run: |\n          a\n";
    const run = (step: number, value: string) =>
      edited(text, ({ file, jobs }) => {
        const node = jobs[0]?.steps[step]?.run;
        return node && replaceScalar(file, node, value);
      });
    expect(await run(0, "b's")).toContain("- run: 'b''s'\n");
    expect(await run(1, 'b"')).toContain('- run: "b\\""\n');
    expect(await run(2, "b: c")).toContain("- run: 'b: c'\n");
    expect(await run(3, "${{ b }}")).toContain("- {run: '${{ b }}'}\n");
    expect(await run(4, "b")).toContain("- run: b\n");
    expect(await run(5, "b")).toBeUndefined();
  });

  it("take a comment behind them", async () => {
    const comment = (step: number, words: string, replaces?: RegExp) =>
      edited(WORKFLOW, (workflow) => {
        const node = usesOf(workflow, step);
        return node && appendComment(workflow.file, node, words, replaces);
      });
    expect(await comment(0, "v4.1.0", /v?[\d.]+/)).toBe(WORKFLOW.replace("# v4\n", "# v4.1.0\n"));
    expect(await comment(0, "note")).toBe(WORKFLOW.replace("# v4\n", "# note # v4\n"));
    expect(await comment(0, "v4")).toBe(WORKFLOW);
    expect(await comment(2, "v4.1.0")).toBeUndefined();
    expect(
      await edited("on: push\njobs:\n  a:\n    steps:\n      - uses: a/b@v1  \r\n", (workflow) => {
        const node = usesOf(workflow, 0);
        return node && appendComment(workflow.file, node, "v1.0.0");
      }),
    ).toBe("on: push\njobs:\n  a:\n    steps:\n      - uses: a/b@v1 # v1.0.0\r\n");
  });
});

describe("scripts", () => {
  const line =
    (step: number, at: number) =>
    ({ file, jobs }: WorkflowDocument): Edits => {
      const node = jobs[0]?.steps[step];
      return node && insertScriptLine(file, node, at, "set -o pipefail");
    };

  it("take a line at the top, in the middle and at the end", async () => {
    expect(await edited(WORKFLOW, line(1, 0))).toBe(
      WORKFLOW.replace("          make test\n", "          set -o pipefail\n          make test\n"),
    );
    expect(await edited(WORKFLOW, line(1, 2))).toBe(
      WORKFLOW.replace("          make lint\n", "          set -o pipefail\n          make lint\n"),
    );
    expect(await edited(WORKFLOW, line(1, 9))).toBe(
      WORKFLOW.replace("          make lint\n", "          make lint\n          set -o pipefail\n"),
    );
    expect(await edited(crlf(WORKFLOW), line(1, 0))).toBe(
      crlf(WORKFLOW.replace("          make test\n", "          set -o pipefail\n          make test\n")),
    );
  });

  it("become a block where they are one line", async () => {
    expect(await edited(WORKFLOW, line(3, 0))).toBe(
      WORKFLOW.replace("- run: make\n", "- run: |\n          set -o pipefail\n          make\n"),
    );
    expect(await edited("on: push\njobs:\n  a:\n    steps:\n      - run: make # all\n", line(0, 0))).toBeUndefined();
    expect(
      await edited("on: push\njobs:\n  a:\n    steps:\n      - run: >\n          a\n          b\n", line(0, 0)),
    ).toBeUndefined();
    expect(await edited("on: push\njobs:\n  a:\n    steps:\n      - {run: a}\n", line(0, 0))).toBeUndefined();
  });
});

describe("items", () => {
  it("go before another", async () => {
    const text = await edited(WORKFLOW, ({ file, jobs }) => {
      const job = jobs[0];
      const step = job?.steps[1];
      return (
        job?.stepsNode &&
        step &&
        insertItem(file, job.stepsNode, step.node, {
          name: "Check out",
          uses: "actions/checkout@v4",
          with: { "persist-credentials": false },
        })
      );
    });
    expect(text).toBe(
      WORKFLOW.replace(
        "      - name: Run\n",
        "      - name: Check out\n        uses: actions/checkout@v4\n        with:\n          persist-credentials: false\n      - name: Run\n",
      ),
    );
  });
});
