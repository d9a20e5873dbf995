/** Environments: reviewers, secrets, and what is recorded. */
import { describe, expect, test } from "vitest";
import { play, pull, push } from "./bare-host.ts";
import { jobOf, logOf } from "./runs.ts";

const workflow = `name: A
on: [push, pull_request]
jobs:
  before: { runs-on: x, env: { S: "[\${{ secrets.TOKEN }}]" }, steps: [{ run: 'echo "$S"' }] }
  release:
    needs: before
    runs-on: x
    environment: { name: "\${{ 'release' }}", url: "https://example.test/\${{ steps.v.outputs.version }}" }
    steps: [{ id: v, env: { S: "\${{ secrets.TOKEN }} \${{ secrets.SHARED }} \${{ vars.REGION }}" }, run: 'echo "$S" | rev; echo version=v1 >> "$GITHUB_OUTPUT"' }]
  after: { needs: release, if: always(), runs-on: x, env: { R: "\${{ needs.release.result }}" }, steps: [{ run: 'echo "$R"' }] }
`;
const release = { reviewers: true, secrets: { TOKEN: "from-release" }, variables: { REGION: "fra" } };
const playRelease = (environment: object = release) =>
  play({ a: workflow }, { environments: { release: environment }, secrets: { SHARED: "everybody" } });

describe("an environment with reviewers", () => {
  test("keeps its job waiting; approved, the job gets its secrets, and the deployment is recorded", async () => {
    const { player } = playRelease();
    const [run] = await player.happen(push());
    if (!run) throw new Error("nothing ran");
    await player.settle();
    expect(run.status).toBe("in_progress");
    expect(player.reviews.pending.map((review) => [review.environment, review.job.name, review.job.status])).toEqual([
      ["release", "release", "waiting"],
    ]);
    expect(player.reviews.deployments).toMatchObject([{ environment: "release", state: "waiting" }]);
    expect(jobOf(run, "before").steps[0]?.log).toEqual(["[]"]);

    player.reviews.judge("release", "approved");
    await player.settle();
    expect(run.conclusion).toBe("success");
    expect(jobOf(run, "release").steps[0]?.log).toEqual([[..."from-release everybody fra"].reverse().join("")]);
    expect(player.reviews.deployments).toMatchObject([
      { environment: "release", run: run.id, job: "release", state: "success", url: "https://example.test/v1" },
    ]);
  });

  test("rejected, its job fails without a step", async () => {
    const { player } = playRelease();
    const [run] = await player.happen(push());
    if (!run) throw new Error("nothing ran");
    const waiting = await player.reviews.waiting("release");
    player.reviews.judge("release", "rejected", waiting.run);
    await player.settle();
    expect(jobOf(run, "release")).toMatchObject({ result: "failure", steps: [] });
    expect(logOf(jobOf(run, "after"))).toContain("failure");
    expect(() => player.reviews.judge("release", "approved")).toThrow("No job waits");
  });

  test("a cancelled run does not wait for them", async () => {
    const { player } = playRelease();
    const [run] = await player.happen(push());
    if (!run) throw new Error("nothing ran");
    await player.reviews.waiting("release");
    player.cancel(run);
    await player.settle();
    expect(jobOf(run, "release").result).toBe("cancelled");
    expect(player.reviews.deployments).toMatchObject([{ state: "cancelled" }]);
  });
});

test("an environment without reviewers is entered at once, and one for main not by another branch", async () => {
  const { player } = playRelease({ branches: ["main"], secrets: { TOKEN: "from-release" } });
  const [fine] = await player.happen(push());
  const [refused] = await player.happen(push("fix/x"));
  await player.settle();
  expect(fine?.conclusion).toBe("success");
  expect(refused && jobOf(refused, "release").annotations).toEqual([
    'error: Branch "fix/x" is not allowed to deploy to release due to environment protection rules.',
  ]);
});

test("a pull request from a fork gets no secret of an environment", async () => {
  const { player } = playRelease({ secrets: { TOKEN: "from-release" } });
  const [run] = await player.happen(pull("mallory/app"));
  await player.settle();
  expect(run && jobOf(run, "release").steps[0]?.secrets).toEqual([]);
});

test("a called workflow's job sees the environment's secrets that it declares, or all when it inherits", async () => {
  const { player } = play(
    {
      a: `name: A\non: push\njobs:\n  declares: { uses: ./.github/workflows/b.yml }\n  inherits: { uses: ./.github/workflows/b.yml, secrets: inherit }`,
      b: `name: B\non: { workflow_call: { secrets: { TOKEN: {} } } }\njobs:\n  t: { runs-on: x, environment: release, steps: [{ env: { S: "\${{ secrets.TOKEN }} \${{ secrets.KEY }}" }, run: "true" }] }`,
    },
    { environments: { release: { secrets: { TOKEN: "one", KEY: "two" } } } },
  );
  const [run] = await player.happen(push());
  await player.settle();
  expect(run?.jobs.map((job) => [job.name, job.steps[0]?.secrets])).toEqual([
    ["declares / t", ["TOKEN"]],
    ["inherits / t", ["TOKEN", "KEY"]],
  ]);
});

test("a key that an environment does not have stops the play", async () => {
  const { player } = play({
    a: `name: A\non: push\njobs: { a: { runs-on: x, environment: { name: release, link: x }, steps: [{ run: "true" }] } }`,
  });
  await player.happen(push());
  await expect(player.settle()).rejects.toThrow("link");
});
