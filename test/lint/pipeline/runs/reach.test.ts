import { describe, expect, it } from "vitest";
import { applyFixes } from "../../../../src/lint/fix.ts";
import { findingsIn, inShort, placesOf, ruleNamed } from "../../../support/lint.ts";

const run = (id: string, text: string, settings = {}) => findingsIn(text, [ruleNamed(id)], settings);
const job = (id: string, lines: string, steps = "      - run: make\n"): string =>
  `  ${id}:\n${
    lines === ""
      ? ""
      : `${lines
          .split("\n")
          .map((line) => `    ${line}`)
          .join("\n")}\n`
  }    runs-on: ubuntu-latest\n    steps:\n${steps}`;

describe("unreachable-job", () => {
  const find = (on: string, ...jobs: string[]) => run("unreachable-job", `on: ${on}\njobs:\n${jobs.join("")}`);

  it("mends a condition on a failed need", async () => {
    const text = `on: push\njobs:\n${job("test", "")}${job("report", "needs: test\nif: needs.test.result == 'failure' || needs.test.result == 'cancelled'")}`;
    const [finding] = await run("unreachable-job", text);
    expect(finding?.start).toMatchObject({ line: 9, column: 9 });
    expect(applyFixes(text, finding?.fix ? [finding.fix] : []).text).toContain(
      "if: always() && (needs.test.result == 'failure' || needs.test.result == 'cancelled')",
    );
  });

  it("names the events on which a condition is never true", async () => {
    expect(
      inShort(
        await find(
          "{ push: { branches: [main] }, schedule: [{ cron: '0 1 * * *' }] }",
          job("release", "if: github.event_name == 'release'"),
        ),
      ),
    ).toEqual([
      "4:9 unreachable-job This is never true on the events of this workflow (`push` of branches, `schedule`), so `release` never runs. Add the event to `on`, or remove the job.",
    ]);
  });

  it.each([
    [
      "a branch that the filter drops",
      "{ push: { branches: [main] } }",
      [job("a", "if: github.ref == 'refs/heads/develop'")],
    ],
    [
      "a tag where only branches are pushed",
      "{ push: { branches: [main] } }",
      [job("a", "if: startsWith(github.ref, 'refs/tags/v')")],
    ],
    [
      "a need that is for another event",
      "[push, pull_request]",
      [
        job("build", "if: github.event_name == 'pull_request'"),
        job("deploy", "needs: build\nif: github.event_name == 'push'"),
      ],
    ],
    [
      "a need that is skipped on an event named in the condition",
      "[push, workflow_dispatch]",
      [
        job("build", "if: github.event_name == 'push'"),
        job("deploy", "needs: build\nif: github.event_name == 'push' || github.event_name == 'workflow_dispatch'"),
      ],
    ],
    [
      "the event that a called workflow never has",
      "workflow_call",
      [job("a", "if: github.event_name == 'workflow_call'")],
    ],
    [
      "all needs at once",
      "push",
      [job("build", ""), job("other", "needs: build\nif: contains(needs.*.result, 'failure')")],
    ],
    [
      "a skipped need without a status function",
      "push",
      [job("build", ""), job("other", "needs: build\nif: needs.build.result == 'skipped'")],
    ],
    [
      "the status of the job in a step",
      "push",
      [job("a", "", "      - run: make\n      - if: job.status == 'failure'\n        run: make logs\n")],
    ],
    [
      "a fallback behind a result that is always the same",
      "push",
      [
        job("build", ""),
        job(
          "test",
          "needs: build",
          "      - run: ./test.sh ${{ needs.build.result == 'success' && 'image' || 'source' }}\n",
        ),
      ],
    ],
  ])("finds %s", async (_, on, jobs) => expect(await find(on, ...jobs)).toHaveLength(1));

  it.each([
    [
      "a status function",
      "push",
      [job("test", ""), job("report", "needs: test\nif: failure() && needs.test.result == 'failure'")],
    ],
    [
      "a condition that may also be true otherwise",
      "push",
      [
        job("test", ""),
        job("report", "needs: test\nif: needs.test.result == 'failure' || github.ref == 'refs/heads/main'"),
      ],
    ],
    [
      "all needs at once with a status function",
      "push",
      [job("build", ""), job("other", "needs: build\nif: failure() && contains(needs.*.result, 'failure')")],
    ],
    ["branches and tags", "push", [job("a", "if: startsWith(github.ref, 'refs/tags/')")]],
    ["a dispatch, which may be for a tag", "workflow_dispatch", [job("a", "if: startsWith(github.ref, 'refs/tags/')")]],
    [
      "a called workflow, whose event is its caller's",
      "workflow_call",
      [job("a", "if: github.event_name == 'release'")],
    ],
    [
      "a need that is skipped at times, on purpose",
      "[push, pull_request]",
      [job("build", "if: github.event_name == 'push'"), job("deploy", "needs: build")],
    ],
    [
      "always() with a need that is skipped",
      "[push, pull_request]",
      [
        job("build", "if: github.event_name == 'push'"),
        job("test", "needs: build\nif: always() && github.event_name == 'pull_request'"),
      ],
    ],
    [
      "a tolerated step",
      "push",
      [
        job(
          "a",
          "",
          "      - id: pull\n        continue-on-error: true\n        run: docker pull x\n      - if: steps.pull.outcome == 'failure'\n        run: make\n",
        ),
      ],
    ],
    [
      "a skipped step",
      "push",
      [
        job(
          "a",
          "",
          "      - id: pull\n        if: github.ref == 'refs/heads/main'\n        run: docker pull x\n      - if: steps.pull.outcome != 'success'\n        run: make\n",
        ),
      ],
    ],
    [
      "an output",
      "push",
      [
        job(
          "a",
          "",
          "      - id: pull\n        run: docker pull x\n      - if: steps.pull.outputs.found == 'false'\n        run: make\n",
        ),
      ],
    ],
    ["a job that somebody has switched off", "push", [job("a", "if: false && github.event_name == 'push'")]],
    ["a constant, which another rule finds", "push", [job("a", "if: false")]],
  ])("is silent on %s", async (_, on, jobs) => expect(inShort(await find(on, ...jobs))).toEqual([]));
});

// Every path on its own would be three to the power of forty: the limit that every test has ends that.
it("follows needs that branch and join once", async () => {
  const layers = Array.from({ length: 40 }, (_, layer) =>
    [0, 1, 2].map((column) =>
      job(`j${layer}-${column}`, layer === 0 ? "" : `needs: [j${layer - 1}-0, j${layer - 1}-1, j${layer - 1}-2]`),
    ),
  ).flat();
  expect(await run("unreachable-job", `on: pull_request\njobs:\n${layers.join("")}`)).toEqual([]);
  expect(
    (
      await run(
        "fork-blind",
        `on: pull_request\njobs:\n${layers.join("").replaceAll("run: make", "run: docker push octo/app")}`,
      )
    ).length,
  ).toBeGreaterThan(0);
});

describe("gate-misses-job", () => {
  const two = job("lint", "") + job("test", "");
  const find = (...jobs: string[]) => run("gate-misses-job", `on: pull_request\njobs:\n${jobs.join("")}`);

  it("names the need whose result is not read", async () => {
    const found = inShort(
      await find(
        two,
        job(
          "all-checks",
          "needs: [lint, test]\nif: always()",
          "      - run: test ${{ needs.lint.result }} = success\n",
        ),
      ),
    );
    expect(found).toEqual([
      "12:19 gate-misses-job `all-checks` needs `test` and never reads `needs.test.result`, so its failure does not fail the gate. Read it too, or read `needs.*.result`.",
    ]);
  });

  it.each([
    [
      "a job that only says that all went well",
      [two, job("finish", "needs: [lint, test]", "      - run: echo done\n")],
      {},
    ],
    [
      "a gate that is always green",
      [two, job("ci-success", "needs: [lint, test]\nif: always()", "      - run: echo done\n")],
      {},
    ],
    [
      "a job that the gate does not wait for",
      [two, job("gate", "needs: [lint]\nif: always()", "      - run: test ${{ needs.lint.result }} = success\n")],
      {},
    ],
  ])("finds %s", async (_, jobs) => expect(await find(...jobs)).toHaveLength(1));

  it("takes a required check for a gate", async () => {
    const text = `on: pull_request\njobs:\n${two}${job("verdict", "needs: [lint, test]", "      - run: ./verdict.sh\n")}`;
    expect(await run("gate-misses-job", text)).toEqual([]);
    expect(await run("gate-misses-job", text, { requiredChecks: ["verdict"] })).toHaveLength(1);
  });

  it.each([
    [
      "all results at once",
      [
        two,
        job(
          "gate",
          "needs: [lint, test]\nif: always()",
          "      - run: exit 1\n        if: contains(needs.*.result, 'failure')\n",
        ),
      ],
    ],
    [
      "the whole of needs",
      [
        two,
        job(
          "gate",
          "needs: [lint, test]\nif: always()",
          "      - uses: re-actors/alls-green@release/v1\n        with:\n          jobs: ${{ toJSON(needs) }}\n",
        ),
      ],
    ],
    [
      "a need that is there for its outputs",
      [
        two,
        job(
          "gate",
          "needs: [lint, test]\nif: always()",
          "      - run: test ${{ needs.test.result }} = ${{ needs.lint.outputs.wanted }}\n",
        ),
      ],
    ],
    [
      "a need behind one that is read",
      [
        job("lint", ""),
        job("test", "needs: lint"),
        job("gate", "needs: [lint, test]\nif: always()", "      - run: test ${{ needs.test.result }} = success\n"),
      ],
    ],
    ["a job that does work", [two, job("deploy", "needs: [lint, test]", "      - run: ./deploy.sh\n")]],
    ["a gate that only speaks up", [two, job("gate", "needs: [lint, test]\nif: failure()", "      - run: exit 1\n")]],
    [
      "a job of an outcome's name that others wait for",
      [
        two,
        job(
          "checks-passed",
          "needs: [lint, test]\nif: always()",
          "      - run: test ${{ needs.lint.result }}${{ needs.test.result }} = successsuccess\n",
        ),
        job("deploy", "needs: checks-passed"),
      ],
    ],
  ])("is silent on %s", async (_, jobs) => expect(inShort(await find(...jobs))).toEqual([]));
});

describe("paths-on-required", () => {
  const filtered = (name = "test") => `on:\n  pull_request:\n    paths: [src/**]\njobs:\n${job(name, "")}`;
  const find = (files: Record<string, string>, requiredChecks?: string[]) =>
    findingsIn(files, [ruleNamed("paths-on-required")], requiredChecks ? { requiredChecks } : {});

  it("finds a required check by its name", async () => {
    expect(placesOf(await find({ ".github/workflows/ci.yml": filtered() }, ["test"]))).toEqual([
      ".github/workflows/ci.yml:3 paths-on-required",
    ]);
    expect(await find({ ".github/workflows/ci.yml": filtered() }, ["other"])).toEqual([]);
  });

  it("knows the names that a matrix gives", async () => {
    const text = filtered().replace("    runs-on", "    strategy:\n      matrix:\n        node: [20, 22]\n    runs-on");
    expect(await find({ ".github/workflows/ci.yml": text }, ["test (22)"])).toHaveLength(1);
    expect(await find({ ".github/workflows/ci.yml": text }, ["test"])).toEqual([]);
  });

  it("is silent without the setting, and where a twin reports for the paths that are left out", async () => {
    expect(await find({ ".github/workflows/ci.yml": filtered() })).toEqual([]);
    expect(
      await find(
        {
          ".github/workflows/ci.yml": filtered(),
          ".github/workflows/skipped.yml": filtered().replace("paths:", "paths-ignore:"),
        },
        ["test"],
      ),
    ).toEqual([]);
  });
});
