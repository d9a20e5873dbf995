/** Workflows that jobs call: what they are given, what they give back, and what GitHub does not start. */
import { describe, expect, test } from "vitest";
import { play, pull, push } from "./bare-host.ts";
import { jobOf, logOf, type Run } from "./runs.ts";

const called = (text: string, on = "workflow_call: {}") => `name: Called\non: { ${on} }\n${text}`;
const step = (run: string) => `steps: [{ run: ${JSON.stringify(run)} }]`;
const results = (run: Run) => Object.fromEntries(run.jobs.map((job) => [job.name, job.result]));

/** Plays `jobs` of a workflow named A for a push to main; `more` are other files and settings of the host. */
async function playJobs(
  jobs: string,
  files: Record<string, string>,
  more: Parameters<typeof play>[1] = {},
  head = "",
): Promise<Run> {
  const { player } = play({ a: `name: A\non: push\n${head}\njobs:\n${jobs}`, ...files }, more);
  const [run] = await player.happen(push());
  await player.settle();
  if (!run) throw new Error("nothing ran");
  return run;
}

describe("a called workflow", () => {
  test("takes inputs of their types, gives outputs, and its jobs are the run's", async () => {
    const run = await playJobs(
      `
  plan: { runs-on: x, outputs: { tag: "\${{ steps.t.outputs.tag }}", push: "\${{ steps.t.outputs.push }}" }, steps: [{ id: t, run: 'echo tag=v1 >> "$GITHUB_OUTPUT"; echo push=true >> "$GITHUB_OUTPUT"' }] }
  build:
    name: Build
    needs: plan
    uses: ./.github/workflows/b.yml
    with: { tag: "\${{ needs.plan.outputs.tag }}", push: "\${{ needs.plan.outputs.push == 'true' }}" }
  end: { needs: build, runs-on: x, env: { D: "\${{ needs.build.outputs.digest }} \${{ needs.build.result }}" }, ${step('echo "got $D"')} }
`,
      {
        b: called(
          `jobs:
  image:
    if: inputs.push
    runs-on: x
    outputs: { digest: "\${{ steps.d.outputs.digest }}" }
    steps: [{ id: d, env: { V: "\${{ inputs.tag }} \${{ inputs.count }} \${{ inputs.dry }} \${{ github.workflow }} \${{ github.event_name }} \${{ github.job }}" }, run: 'echo "$V"; echo digest=sha256:1 >> "$GITHUB_OUTPUT"' }]
  dry: { if: inputs.dry, runs-on: x, ${step("true")} }
`,
          `workflow_call: { inputs: { tag: { type: string, required: true }, push: { type: boolean, default: false }, count: { type: number, default: 2 }, dry: { type: boolean } }, outputs: { digest: { value: "\${{ jobs.image.outputs.digest }}" } } }`,
        ),
      },
    );
    expect(results(run)).toEqual({
      plan: "success",
      "Build / image": "success",
      "Build / dry": "skipped",
      end: "success",
    });
    expect(jobOf(run, "Build / image").steps[0]?.log).toEqual(["v1 2 false A push image"]);
    expect(logOf(jobOf(run, "end"))).toContain("got sha256:1 success");
  });

  test("does not see the caller's env, needs or secrets; a mapping hands on what it names, inherit everything", async () => {
    const file = (name: string) =>
      called(
        `jobs:\n  show: { runs-on: x, steps: [{ env: { S: "[\${{ secrets.PASSWORD }}] [\${{ secrets.OTHER }}] [\${{ env.COLOR }}]" }, run: 'echo "$S" | tr a-z A-Z' }] }`,
        `workflow_call: { secrets: { ${name}: {} } }`,
      );
    const run = await playJobs(
      `
  none: { uses: ./.github/workflows/b.yml }
  one: { uses: ./.github/workflows/b.yml, secrets: { OTHER: "\${{ secrets.PASSWORD }}" } }
  all: { uses: ./.github/workflows/b.yml, secrets: inherit }
`,
      { b: file("OTHER") },
      { secrets: { PASSWORD: "correct", UNUSED: "horse" } },
      "env: { COLOR: red }",
    );
    expect(run.jobs.map((job) => [job.name, job.steps[0]?.log, job.steps[0]?.secrets])).toEqual([
      ["none / show", ["[] [] []"], []],
      ["one / show", ["[] [CORRECT] []"], ["OTHER"]],
      ["all / show", ["[CORRECT] [] []"], ["PASSWORD"]],
    ]);
  });

  test("gets no secrets and no write token from a fork", async () => {
    const { player } = play(
      {
        a: `name: A\non: pull_request\njobs: { c: { permissions: { contents: write }, uses: ./.github/workflows/b.yml, secrets: inherit } }`,
        b: called(
          `jobs: { show: { runs-on: x, permissions: { contents: write }, steps: [{ env: { S: "[\${{ secrets.PASSWORD }}]" }, run: 'echo "$S"' }] } }`,
        ),
      },
      { secrets: { PASSWORD: "correct" } },
    );
    const [run] = await player.happen(pull("mallory/app"));
    await player.settle();
    expect(run?.jobs[0]?.steps[0]?.log).toEqual(["[]"]);
    expect(run?.jobs[0]?.permissions).toMatchObject({ contents: "read" });
  });

  test("runs with its caller's permissions, or with fewer of its own", async () => {
    const run = await playJobs(
      `  c: { permissions: { contents: write, packages: read }, uses: ./.github/workflows/b.yml }`,
      {
        b: called(
          `jobs:\n  same: { runs-on: x, ${step("true")} }\n  fewer: { permissions: { contents: read }, runs-on: x, ${step("true")} }`,
        ),
      },
    );
    expect(jobOf(run, "c / same").permissions).toMatchObject({ contents: "write", packages: "read" });
    expect(jobOf(run, "c / fewer").permissions).toEqual({ contents: "read", metadata: "read" });
  });

  test("is called for each combination of a matrix, and has matrices itself", async () => {
    const run = await playJobs(
      `
  c: { strategy: { fail-fast: false, matrix: { os: [a, b] } }, uses: ./.github/workflows/b.yml, with: { os: "\${{ matrix.os }}" } }
  end: { needs: c, runs-on: x, env: { R: "\${{ needs.c.result }}" }, if: always(), ${step('echo "$R"')} }`,
      {
        b: called(
          `jobs: { t: { runs-on: x, strategy: { matrix: { n: [1, 2] } }, env: { OS: "\${{ inputs.os }}\${{ matrix.n }}" }, ${step('test "$OS" != b2')} } }`,
          "workflow_call: { inputs: { os: { type: string, required: true } } }",
        ),
      },
    );
    expect(results(run)).toEqual({
      "c (a) / t (1)": "success",
      "c (a) / t (2)": "success",
      "c (b) / t (1)": expect.any(String),
      "c (b) / t (2)": "failure",
      end: "success",
    });
    expect(logOf(jobOf(run, "end"))).toContain("failure");
    expect(run.conclusion).toBe("failure");
  });

  test("is one skipped check when its caller is skipped, and skipped itself when all its jobs are", async () => {
    const run = await playJobs(
      `
  never: { if: "false", uses: ./.github/workflows/b.yml }
  empty: { uses: ./.github/workflows/b.yml }
  end: { needs: [never, empty], if: always(), runs-on: x, env: { R: "\${{ needs.never.result }} \${{ needs.empty.result }}" }, ${step('echo "$R"')} }`,
      { b: called(`jobs: { t: { if: "false", runs-on: x, ${step("true")} } }`) },
    );
    expect(results(run)).toEqual({ never: "skipped", "empty / t": "skipped", end: "success" });
    expect(logOf(jobOf(run, "end"))).toContain("skipped skipped");
  });

  test("tolerates a failure in it that continues on error, and judges by its own jobs with always() and failure()", async () => {
    const run = await playJobs(
      `
  c: { uses: ./.github/workflows/b.yml }
  soft: { uses: ./.github/workflows/d.yml }
  gate: { needs: [c, soft], if: always(), runs-on: x, env: { R: "\${{ needs.c.result }} \${{ needs.soft.result }}" }, ${step('echo "$R"')} }`,
      {
        b: called(`jobs:
  bad: { runs-on: x, ${step("false")} }
  next: { needs: bad, runs-on: x, ${step("true")} }
  on-failure: { needs: bad, if: failure(), runs-on: x, ${step("true")} }
  always: { needs: [bad, next], if: always(), runs-on: x, ${step("true")} }`),
        d: called(`jobs: { bad: { continue-on-error: true, runs-on: x, ${step("false")} } }`),
      },
    );
    expect(results(run)).toEqual({
      "c / bad": "failure",
      "c / next": "skipped",
      "c / on-failure": "success",
      "c / always": "success",
      "soft / bad": "failure",
      gate: "success",
    });
    expect(logOf(jobOf(run, "gate"))).toContain("failure success");
    expect(run.conclusion).toBe("failure");
  });

  test("that is called although the caller's need failed plays its first jobs, and those that do not rely on success()", async () => {
    const run = await playJobs(
      `
  build: { runs-on: x, ${step("false")} }
  c: { needs: build, if: "!cancelled()", uses: ./.github/workflows/b.yml }`,
      {
        b: called(`jobs:
  first: { runs-on: x, ${step("true")} }
  implicit: { needs: first, runs-on: x, ${step("true")} }
  explicit: { needs: first, if: "!cancelled() && needs.first.result == 'success'", runs-on: x, ${step("true")} }`),
      },
    );
    expect(results(run)).toEqual({
      build: "failure",
      "c / first": "success",
      "c / implicit": "skipped",
      "c / explicit": "success",
    });
  });

  test("stops when the run is cancelled, but for jobs that ask for always()", async () => {
    const { player } = play({
      a: `name: A\non: push\njobs:\n  c: { uses: ./.github/workflows/b.yml }\n  gate: { needs: c, if: always(), runs-on: x, env: { R: "\${{ needs.c.result }}" }, ${step('echo "$R"')} }`,
      b: called(`jobs:
  long: { runs-on: x, ${step("sleep 30")} }
  stays: { if: always(), runs-on: x, ${step("sleep 0.5; echo done")} }
  next: { needs: long, runs-on: x, ${step("true")} }
  report: { needs: long, if: always(), runs-on: x, ${step("true")} }`),
    });
    const [run] = await player.happen(push());
    if (!run) throw new Error("nothing ran");
    setTimeout(() => player.cancel(run), 200);
    await player.settle();
    expect(results(run)).toEqual({
      "c / long": "cancelled",
      "c / stays": "success",
      "c / next": "skipped",
      "c / report": "success",
      gate: "success",
    });
    expect(logOf(jobOf(run, "gate"))).toContain("cancelled");
    expect(run.conclusion).toBe("cancelled");
  });

  test("calls another one with what it was given", async () => {
    const run = await playJobs(
      `  a: { uses: ./.github/workflows/b.yml, with: { v: deep }, secrets: inherit }`,
      {
        b: called(
          `jobs: { b: { uses: ./.github/workflows/c.yml, with: { v: "\${{ inputs.v }}er" }, secrets: inherit } }`,
          "workflow_call: { inputs: { v: { type: string } } }",
        ),
        c: called(
          `jobs: { c: { runs-on: x, env: { V: "\${{ inputs.v }} \${{ secrets.P }}" }, ${step('echo "$V"')} } }`,
          "workflow_call: { inputs: { v: { type: string } } }",
        ),
      },
      { secrets: { P: "word" } },
    );
    expect(run.jobs.map((job) => [job.name, job.steps[0]?.log])).toEqual([["a / b / c", ["deeper ***"]]]);
    expect(run.calls.map((call) => call.path)).toEqual([".github/workflows/c.yml", ".github/workflows/b.yml"]);
  });

  test("an output that is a string is no boolean: the call fails", async () => {
    const run = await playJobs(
      `  p: { runs-on: x, outputs: { yes: "\${{ 'true' }}" }, ${step("true")} }\n  c: { needs: p, uses: ./.github/workflows/b.yml, with: { yes: "\${{ needs.p.outputs.yes }}" } }`,
      {
        b: called(
          `jobs: { t: { runs-on: x, ${step("true")} } }`,
          "workflow_call: { inputs: { yes: { type: boolean } } }",
        ),
      },
    );
    expect(results(run)).toEqual({ p: "success", c: "failure" });
    expect(jobOf(run, "c").annotations.join()).toContain("expected type: boolean");
  });

  test("keeps its successful jobs when failed ones are run again", async () => {
    let broken = true;
    const { player } = play(
      {
        a: `name: A\non: push\njobs:\n  fine: { uses: ./.github/workflows/c.yml }\n  c: { needs: fine, uses: ./.github/workflows/b.yml }\n  end: { needs: [fine, c], runs-on: x, env: { V: "\${{ needs.fine.outputs.v }} \${{ needs.c.outputs.v }}" }, ${step('echo "$V"')} }`,
        b: called(
          `jobs:\n  ok: { runs-on: x, outputs: { v: "\${{ 'two' }}" }, ${step("true")} }\n  bad: { runs-on: x, ${step("$COMMAND")} }\n  after: { needs: bad, runs-on: x, ${step("true")} }`,
          `workflow_call: { outputs: { v: { value: "\${{ jobs.ok.outputs.v }}" } } }`,
        ),
        c: called(
          `jobs: { t: { runs-on: x, outputs: { v: "\${{ 'one' }}" }, ${step("true")} } }`,
          `workflow_call: { outputs: { v: { value: "\${{ jobs.t.outputs.v }}" } } }`,
        ),
      },
      { machine: () => ({ PATH: process.env["PATH"] ?? "", COMMAND: broken ? "false" : "true" }) },
    );
    const [run] = await player.happen(push());
    if (!run) throw new Error("nothing ran");
    await player.settle();
    expect(results(run)).toEqual({
      "fine / t": "success",
      "c / ok": "success",
      "c / bad": "failure",
      "c / after": "skipped",
      end: "skipped",
    });
    broken = false;
    const before = ["fine / t", "c / ok"].map((name) => jobOf(run, name).id);
    await player.rerun(run, "failed");
    await player.settle();
    expect(results(run)).toEqual({
      "fine / t": "success",
      "c / ok": "success",
      "c / bad": "success",
      "c / after": "success",
      end: "success",
    });
    expect(["fine / t", "c / ok"].map((name) => jobOf(run, name).id)).toEqual(before);
    expect(logOf(jobOf(run, "end"))).toContain("one two");
    expect(run.conclusion).toBe("success");
  });
});

describe("concurrency", () => {
  const group = (name: string, more = "") => `concurrency: { group: "${name}"${more} }`;
  const slow = (more: string) =>
    called(
      `${more}\njobs: { t: { runs-on: x, ${step("sleep 0.2")} } }`,
      "workflow_call: { inputs: { n: { type: string } } }",
    );

  test("of a called workflow is honoured: two calls go one after the other", async () => {
    const order: string[] = [];
    const run = await playJobs(
      `  a: { uses: ./.github/workflows/b.yml, with: { n: "1" } }\n  b: { uses: ./.github/workflows/b.yml, with: { n: "2" } }`,
      { b: `${slow(group("g"))}` },
      {
        beforeStep: (_run, job) => void order.push(`begin ${job.name}`),
        afterJob: (_run, job) => void order.push(`end ${job.name}`),
      },
    );
    expect(order).toEqual(["begin a / t", "end a / t", "begin b / t", "end b / t"]);
    expect(run.conclusion).toBe("success");
  });

  test("reads the inputs", async () => {
    const { player } = play({
      a: `name: A\non: push\njobs: { a: { uses: ./.github/workflows/b.yml, with: { n: "7" } } }`,
      b: slow(group("g-${{ inputs.n }}")),
    });
    const [run] = await player.happen(push());
    await player.settle();
    expect(player.groups.log).toEqual([`run ${run?.id ?? 0} running in g-7`]);
  });

  test("by github.workflow is the caller's own group: a deadlock, or with cancel-in-progress the end of the caller", async () => {
    const head = group("ci-${{ github.workflow }}");
    const waits = await playJobs(`  a: { uses: ./.github/workflows/b.yml }`, { b: slow(head) }, {}, head);
    expect(waits.jobs.map((job) => [job.name, job.result])).toEqual([["a", "cancelled"]]);
    expect(waits.jobs[0]?.annotations.join()).toContain("deadlock");
    const replaced = group("ci-${{ github.workflow }}", ", cancel-in-progress: true");
    const cancels = await playJobs(`  a: { uses: ./.github/workflows/b.yml }`, { b: slow(replaced) }, {}, replaced);
    expect(cancels.conclusion).toBe("cancelled");
  });
});

describe("GitHub does not start a run", () => {
  const hello = `jobs: { t: { runs-on: x, ${step("true")} } }`;
  const cases: [string, string, Record<string, string>, string][] = [
    ["that calls what is not there", `c: { uses: ./.github/workflows/none.yml }`, {}, "workflow was not found"],
    [
      "that calls what cannot be called",
      `c: { uses: ./.github/workflows/b.yml }`,
      { b: `name: B\non: workflow_dispatch\n${hello}` },
      "missing a `on.workflow_call` trigger",
    ],
    [
      "that gives an unknown input",
      `c: { uses: ./.github/workflows/b.yml, with: { tga: v1 } }`,
      { b: called(hello) },
      "Invalid input, tga is not defined",
    ],
    [
      "that leaves out a required input",
      `c: { uses: ./.github/workflows/b.yml }`,
      { b: called(hello, "workflow_call: { inputs: { tag: { type: string, required: true } } }") },
      "Input tag is required",
    ],
    [
      "that gives an input of another type",
      `c: { uses: ./.github/workflows/b.yml, with: { n: "two" } }`,
      { b: called(hello, "workflow_call: { inputs: { n: { type: number } } }") },
      "expected type: number",
    ],
    [
      "that gives an unknown secret",
      `c: { uses: ./.github/workflows/b.yml, secrets: { A: x } }`,
      { b: called(hello) },
      "Invalid secret, A is not defined",
    ],
    [
      "that leaves out a required secret",
      `c: { uses: ./.github/workflows/b.yml }`,
      { b: called(hello, "workflow_call: { secrets: { A: { required: true } } }") },
      "Secret A is required",
    ],
    [
      "whose nested job asks for more than its caller has",
      `c: { permissions: { packages: read }, if: "false", uses: ./.github/workflows/b.yml }`,
      { b: called(`jobs: { t: { permissions: { packages: write }, runs-on: x, ${step("true")} } }`) },
      "The nested job 't' is requesting 'packages: write', but is only allowed 'packages: read'",
    ],
    [
      "whose called workflow asks for more than its caller has",
      `c: { permissions: {}, uses: ./.github/workflows/b.yml }`,
      { b: called(`permissions: { contents: read }\n${hello}`) },
      "The workflow is requesting 'contents: read', but is only allowed 'contents: none'",
    ],
    [
      "whose callers without permissions have only the default ones",
      `c: { uses: ./.github/workflows/b.yml }`,
      { b: called(`jobs: { t: { permissions: { statuses: write }, runs-on: x, ${step("true")} } }`) },
      "'statuses: write', but is only allowed 'statuses: none'",
    ],
    [
      "of more than ten levels",
      `c: { uses: ./.github/workflows/b.yml }`,
      { b: called("jobs: { again: { uses: ./.github/workflows/b.yml } }") },
      "more than 10 levels",
    ],
    [
      "that calls more than fifty workflows",
      Array.from({ length: 51 }, (_, n) => `c${n}: { uses: ./.github/workflows/w${n}.yml }`).join("\n  "),
      Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`w${n}`, called(hello)])),
      "51 unique reusable workflows",
    ],
  ];
  test.each(cases)("%s", async (_name, jobs, files, message) => {
    const { player } = play({ a: `name: A\non: push\njobs:\n  ${jobs}`, ...files });
    const [run] = await player.happen(push());
    await expect(player.settle()).rejects.toThrow(message);
    expect(run).toMatchObject({ conclusion: "startup_failure", jobs: [] });
    expect(run?.problems.join("\n")).toContain(message);
    // It says so once; what else is played goes on.
    await player.settle();
  });

  test("but ten levels and fifty workflows it does", async () => {
    const levels = Object.fromEntries(
      Array.from({ length: 9 }, (_, n) => [
        `l${n}`,
        called(n === 8 ? hello : `jobs: { j: { uses: ./.github/workflows/l${n + 1}.yml } }`),
      ]),
    );
    const run = await playJobs(`  c: { uses: ./.github/workflows/l0.yml }`, levels);
    expect(run.conclusion).toBe("success");
  });

  test("and a key that a calling job may not have stops the play", async () => {
    await expect(
      playJobs(`  c: { uses: ./.github/workflows/b.yml, timeout-minutes: 5 }`, { b: called(hello) }),
    ).rejects.toThrow("timeout-minutes");
    await expect(playJobs(`  c: { uses: octo/other/.github/workflows/b.yml@v1 }`, {})).rejects.toThrow(
      "same repository",
    );
  });
});
