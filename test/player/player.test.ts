import { expect, test } from "vitest";
import { play, pull, push } from "./bare-host.ts";
import { jobOf, logOf, type Run } from "./runs.ts";

/** Plays one workflow for a push to main. */
async function playJobs(jobs: string, more: Parameters<typeof play>[1] = {}): Promise<Run> {
  const { player } = play({ a: `name: A\non: push\njobs:\n${jobs}` }, more);
  const [run] = await player.happen(push());
  await player.settle();
  if (!run) throw new Error("nothing ran");
  return run;
}
const results = (run: Run) => Object.fromEntries(run.jobs.map((job) => [job.name, job.result]));

test("needs hand on outputs, and a matrix can come from one", async () => {
  const run = await playJobs(`
  plan: { runs-on: x, outputs: { list: "\${{ steps.a.outputs.list }}" }, steps: [{ id: a, shell: bash, run: 'echo "list=[1,2]" >> "$GITHUB_OUTPUT"' }] }
  test:
    needs: plan
    runs-on: x
    strategy: { matrix: { n: "\${{ fromJSON(needs.plan.outputs.list) }}" } }
    outputs: { last: "\${{ steps.b.outputs.n }}" }
    steps: [{ id: b, env: { N: "\${{ matrix.n }}" }, run: 'echo "n=$N" >> "$GITHUB_OUTPUT"' }]
  end: { needs: [test], runs-on: x, env: { LAST: "\${{ needs.test.outputs.last }}" }, steps: [{ run: 'echo "last is $LAST"' }] }
`);
  expect(results(run)).toEqual({ plan: "success", "test (1)": "success", "test (2)": "success", end: "success" });
  expect(logOf(jobOf(run, "end"))).toMatch(/last is [12]/);
});

test("an empty matrix fails its job", async () => {
  const run = await playJobs(
    `  a: { runs-on: x, strategy: { matrix: { n: "\${{ fromJSON('[]') }}" } }, steps: [{ run: "true" }] }`,
  );
  expect(run.conclusion).toBe("failure");
});

test("a skipped job skips what needs it, at any distance, unless that asks for always()", async () => {
  const run = await playJobs(`
  a: { if: "false", runs-on: x, steps: [{ run: "true" }] }
  b: { needs: a, if: always(), runs-on: x, steps: [{ run: "true" }] }
  c: { needs: b, runs-on: x, steps: [{ run: "true" }] }
  d: { needs: c, if: "always() && needs.c.result == 'skipped'", runs-on: x, steps: [{ run: "true" }] }
`);
  expect(results(run)).toEqual({ a: "skipped", b: "success", c: "skipped", d: "success" });
  expect(run.conclusion).toBe("success");
});

test("a failed job: if without a status function never runs, failure() and always() do", async () => {
  const run = await playJobs(`
  a: { runs-on: x, steps: [{ run: "exit 3" }] }
  b: { needs: a, if: "needs.a.result == 'failure'", runs-on: x, steps: [{ run: "true" }] }
  c: { needs: a, if: failure(), runs-on: x, steps: [{ run: "true" }] }
`);
  expect(results(run)).toEqual({ a: "failure", b: "skipped", c: "success" });
  expect(run.conclusion).toBe("failure");
  expect(logOf(jobOf(run, "a"))).toContain("exit code 3");
});

test("steps after a failure, continue-on-error, outcome and conclusion", async () => {
  const run = await playJobs(`
  a:
    runs-on: x
    steps:
      - { id: soft, continue-on-error: true, run: "false" }
      - { name: outcome, env: { R: "\${{ steps.soft.outcome }} \${{ steps.soft.conclusion }}" }, run: 'echo "[$R]"' }
      - { name: hard, run: "false" }
      - { name: passed over, run: "true" }
      - { name: always, if: always(), env: { S: "\${{ job.status }}" }, run: 'echo "status $S"' }
      - { name: on failure, if: "failure() && steps.soft.outcome == 'failure'", run: "true" }
`);
  const job = jobOf(run, "a");
  expect(job.steps.map((step) => step.conclusion)).toEqual([
    "success",
    "success",
    "failure",
    "skipped",
    "success",
    "success",
  ]);
  expect(logOf(job)).toContain("[failure success]");
  expect(logOf(job)).toContain("status failure");
});

test("shell: bash has pipefail, a step without shell has not", async () => {
  const run = await playJobs(`
  a: { runs-on: x, steps: [{ run: "false | true" }] }
  b: { runs-on: x, steps: [{ shell: bash, run: "false | true" }] }
  c: { runs-on: x, defaults: { run: { shell: bash } }, steps: [{ run: "false | true" }] }
`);
  expect(results(run)).toEqual({ a: "success", b: "failure", c: "failure" });
});

test("env is layered, and GITHUB_ENV and GITHUB_PATH reach the next steps", async () => {
  const { player } = play({
    a: `name: A
on: push
env: { X: workflow, Y: workflow, Z: workflow }
jobs:
  a:
    runs-on: x
    env: { Y: job, Z: "job over \${{ env.Z }}" }
    steps:
      - { env: { Z: step }, run: 'echo "$X $Y $Z"; { echo "V<<E"; echo one; echo two; echo E; } >> "$GITHUB_ENV"; mkdir bin; printf "#!/bin/sh\\necho found" > bin/tool; chmod +x bin/tool; echo "$PWD/bin" >> "$GITHUB_PATH"' }
      - { run: 'echo "$Z / $V"; tool' }
      - { run: 'echo "GITHUB_SHA=x" >> "$GITHUB_ENV"' }
`,
  });
  const [run] = await player.happen(push());
  await player.settle();
  const log = run?.jobs[0]?.steps.map((step) => step.log) ?? [];
  expect(log[0]).toEqual(["workflow job step"]);
  expect(log[1]).toEqual(["job over workflow / one", "two", "found"]);
  expect(run?.jobs[0]?.steps[2]?.conclusion).toBe("failure");
});

test("secrets and added masks are masked in logs and dropped from outputs", async () => {
  const run = await playJobs(
    `
  a:
    runs-on: x
    outputs: { leak: "\${{ steps.s.outputs.v }}", fine: "\${{ steps.s.outputs.w }}" }
    steps:
      - { id: s, env: { S: "\${{ secrets.PASSWORD }}" }, run: 'echo "it is $S"; echo "::add-mask::hunter22"; echo hunter22; echo "v=x$S" >> "$GITHUB_OUTPUT"; echo w=ok >> "$GITHUB_OUTPUT"; echo "::error title=a::bad thing"' }
`,
    { secrets: { PASSWORD: "correct horse" } },
  );
  const job = jobOf(run, "a");
  expect(logOf(job)).toContain("it is ***");
  expect(job.steps[0]?.log.join("\n")).not.toMatch(/correct horse|hunter22/);
  expect(job.outputs).toEqual({ fine: "ok" });
  expect(job.annotations).toContain("error: bad thing");
  expect(job.steps[0]?.secrets).toEqual(["PASSWORD"]);
});

test("a pull request from a fork gets a read-only token and no secrets; its workflow_run gets both", async () => {
  const jobs = `jobs: { a: { runs-on: x, permissions: { contents: write, id-token: write }, steps: [{ env: { S: "[\${{ secrets.PASSWORD }}]" }, run: 'echo "$S"' }] } }`;
  const { player } = play(
    {
      a: `name: A\non: pull_request\n${jobs}`,
      b: `name: B\non: { workflow_run: { workflows: [A], types: [completed] } }\n${jobs}`,
    },
    { secrets: { PASSWORD: "correct horse" } },
  );
  await player.happen(pull("mallory/app"));
  await player.settle();
  const [first, second] = player.runs;
  expect(first?.jobs[0]?.permissions).toMatchObject({ contents: "read", "id-token": "none" });
  expect(first?.jobs[0]?.steps[0]?.log).toEqual(["[]"]);
  expect(second?.jobs[0]?.permissions).toMatchObject({ contents: "write", "id-token": "write" });
  expect(second?.jobs[0]?.steps[0]?.log).toEqual(["[***]"]);
  expect(second?.event.ref).toBe("refs/heads/main");
});

test("a chain of workflow_run ends after three levels", async () => {
  const level = (name: string, on: string) =>
    `name: ${name}\non: ${on}\njobs: { a: { runs-on: x, steps: [{ run: "true" }] } }`;
  const after = (name: string) => `{ workflow_run: { workflows: [${name}], types: [completed] } }`;
  const { player } = play({
    a: level("A", "push"),
    b: level("B", after("A")),
    c: level("C", after("B")),
    d: level("D", after("C")),
    e: level("E", after("D")),
  });
  await player.happen(push());
  await player.settle();
  expect(player.runs.map((run) => run.workflowName)).toEqual(["A", "B", "C", "D"]);
});

test("timeouts kill the step with its children, and the job's always() steps still run", async () => {
  const run = await playJobs(
    `
  step: { runs-on: x, steps: [{ timeout-minutes: 1, run: "sleep 30 & sleep 30" }, { if: always(), run: "echo after" }] }
  job: { runs-on: x, timeout-minutes: 1, steps: [{ run: "sleep 30" }, { if: "always() && cancelled()", run: "echo after" }] }
`,
    { minute: 300 },
  );
  expect(results(run)).toEqual({ step: "failure", job: "cancelled" });
  for (const job of run.jobs) expect(job.steps[1]?.conclusion).toBe("success");
});

test("a cancelled run stops its jobs; only always() and cancelled() go on", async () => {
  const { player } = play({
    a: `name: A
on: push
jobs:
  long: { runs-on: x, steps: [{ run: "sleep 30" }, { run: "true" }, { if: cancelled(), run: "echo stopped" }] }
  next: { needs: long, runs-on: x, steps: [{ run: "true" }] }
  report: { needs: [long, next], if: always(), runs-on: x, steps: [{ env: { R: "\${{ needs.long.result }} \${{ needs.next.result }}" }, run: 'echo "$R"' }] }
`,
  });
  const [run] = await player.happen(push());
  if (!run) throw new Error("nothing ran");
  setTimeout(() => player.cancel(run), 300);
  await player.settle();
  expect(run.conclusion).toBe("cancelled");
  expect(jobOf(run, "long").steps.map((step) => step.conclusion)).toEqual(["cancelled", "skipped", "success"]);
  expect(jobOf(run, "report").steps[0]?.log).toEqual(["cancelled skipped"]);
});

test("a run evicted while pending starts no job, not even always()", async () => {
  const { player } = play({
    a: `name: A\non: push\nconcurrency: { group: "g-\${{ github.ref }}" }\njobs: { a: { if: always(), runs-on: x, steps: [{ run: "sleep 0.3" }] } }`,
  });
  for (let count = 0; count < 3; count += 1) await player.happen(push());
  await player.settle();
  expect(player.runs.map((run) => [run.conclusion, run.jobs.length])).toEqual([
    ["success", 1],
    ["cancelled", 0],
    ["success", 1],
  ]);
});

test("cancel-in-progress replaces the running run", async () => {
  const { player } = play({
    a: `name: A\non: push\nconcurrency: { group: g, cancel-in-progress: true }\njobs: { a: { runs-on: x, steps: [{ run: "sleep 1" }] } }`,
  });
  await player.happen(push());
  await player.happen(push());
  await player.settle();
  expect(player.runs.map((run) => run.conclusion)).toEqual(["cancelled", "success"]);
});

test("jobs of two runs share a group one after the other", async () => {
  const order: string[] = [];
  const { player } = play(
    {
      a: `name: A\non: push\njobs: { a: { runs-on: x, concurrency: { group: one, cancel-in-progress: false }, steps: [{ name: first, run: "sleep 0.1" }, { name: last, run: "true" }] } }`,
    },
    { beforeStep: (run, _job, step) => void order.push(`${run.number} ${step}`) },
  );
  await player.happen(push());
  await player.happen(push());
  await player.settle();
  expect(order).toEqual(["1 first", "1 last", "2 first", "2 last"]);
});

test("fail-fast cancels the other combinations", async () => {
  const run = await playJobs(
    `  a: { runs-on: x, strategy: { matrix: { n: ["exit 1", "sleep 20"] } }, steps: [{ env: { C: "\${{ matrix.n }}" }, run: '$C' }] }`,
  );
  expect(run.jobs.map((job) => job.result)).toEqual(["failure", "cancelled"]);
  expect(run.conclusion).toBe("failure");
});

test("failed jobs can be run again, with what hangs on them", async () => {
  let broken = true;
  const { player } = play(
    {
      a: `name: A\non: push\njobs:\n  ok: { runs-on: x, steps: [{ run: "true" }] }\n  bad: { runs-on: x, steps: [{ run: '$COMMAND' }] }\n  end: { needs: bad, runs-on: x, steps: [{ run: "true" }] }`,
    },
    { machine: () => ({ PATH: process.env["PATH"] ?? "", COMMAND: broken ? "false" : "true" }) },
  );
  const [run] = await player.happen(push());
  if (!run) throw new Error("nothing ran");
  await player.settle();
  expect(run.conclusion).toBe("failure");
  broken = false;
  const first = jobOf(run, "ok").id;
  await player.rerun(run, "failed");
  await player.settle();
  expect(run).toMatchObject({ conclusion: "success", attempt: 2 });
  expect(jobOf(run, "ok").id).toBe(first);
});

test("an unknown action, input or key is a loud stop", async () => {
  await expect(playJobs(`  a: { runs-on: x, steps: [{ uses: some/thing@v1 }] }`)).rejects.toThrow("some/thing");
  await expect(playJobs(`  a: { runs-on: x, continue: 1, steps: [{ run: "true" }] }`)).rejects.toThrow("continue");
});
