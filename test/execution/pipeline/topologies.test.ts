/**
 * Charon in both topologies, event by event: the same images, tags, tests and verdicts, and no job with more rights. Where
 * they differ on purpose, the test says so by name.
 */
import { describe, expect, test, vi } from "vitest";
import type { World } from "../../player/world.ts";
import { missing } from "../../support/tools.ts";
import { BUILD, CROWDSEC, testOf, TESTS, troubles, WAF } from "./charon.ts";
import { type Commits, commitOf, type Outcome, permissionsByJob, playIn, type Topology } from "./topologies.ts";

// A scenario plays dozens of jobs with real shells, and each is played twice.
vi.setConfig({ testTimeout: 300_000 });

const green = { [CROWDSEC]: "success", [WAF]: "success" };

/** The run in which a topology tests. */
const testsOf = (topology: Topology): string => (topology === "workflow_run" ? TESTS : BUILD);

const scenarios: Record<
  string,
  {
    play: (world: World, topology: Topology) => Promise<Commits>;
    expected: Partial<Outcome>;
    inOneRun?: (outcome: Outcome) => Outcome;
    failing?: true;
    repeats?: true;
    /** In one run: one gate for all of it, or one a consumer, which alone says of each what a release need not repeat. */
    gates?: "one" | "each";
  }
> = {
  "a push to main": {
    play: async (world) => ({ one: await world.push("main", commitOf("one")) }),
    expected: {
      builds: { one: { "linux/amd64": 1, "linux/arm64": 1 } },
      verdicts: { one: green },
      tags: { ghcr: ["latest sha-one"], hub: ["latest"] },
    },
  },
  "a push to development": {
    play: async (world) => ({ one: await world.push("development", commitOf("one")) }),
    expected: { verdicts: { one: green }, tags: { ghcr: ["dev sha-one"], hub: ["dev"] } },
  },
  "a push to a feature branch": {
    play: async (world) => ({ one: await world.push("feature/login", commitOf("one")) }),
    expected: {
      builds: { one: { "linux/amd64": 1 } },
      verdicts: { one: green },
      tags: { ghcr: ["feature-login-one"], hub: [] },
    },
  },
  "a pull request": {
    play: async (world) => ({
      one: (await world.openPull({ number: 1, branch: "fix/a", files: commitOf("one") })).headSha,
    }),
    expected: {
      builds: { one: { "linux/amd64": 1 } },
      verdicts: { one: green },
      tags: { ghcr: ["pr-1-one"], hub: [] },
      tests: ["test crowdsec, commit one, image one", "test waf, commit one, image one"],
    },
  },
  "a pull request from a fork": {
    play: async (world) => ({
      one: (await world.openPull({ number: 2, branch: "main", files: commitOf("one"), fork: "mallory/Charon" }))
        .headSha,
    }),
    expected: {
      builds: { one: { "linux/amd64": 1 } },
      verdicts: { one: green },
      tags: { ghcr: [], hub: [] },
      tests: ["test crowdsec, commit one, image one", "test waf, commit one, image one"],
    },
  },
  "the merge queue": {
    play: async (world) => {
      const pull = await world.openPull({ number: 3, branch: "fix/q", files: commitOf("one") });
      await world.settle();
      return { pull: pull.headSha, queued: await world.enqueue(3) };
    },
    expected: { verdicts: { pull: green, queued: green } },
  },
  "the night": {
    play: async (world) => {
      const one = await world.push("main", commitOf("one"));
      await world.settle();
      await world.schedule("0 2 * * *");
      return { one };
    },
    expected: {
      builds: { one: { "linux/amd64": 2, "linux/arm64": 2 } },
      verdicts: { one: { ...green, [`${CROWDSEC} (nightly)`]: "success", [`${WAF} (nightly)`]: "success" } },
    },
  },
  "a build by hand, with a tag": {
    play: async (world) => {
      const one = await world.push("main", commitOf("one"));
      await world.settle();
      await world.dispatch("docker-build.yml", { tag: "try-this" });
      return { one };
    },
    expected: { verdicts: { one: green }, tags: { ghcr: ["latest sha-one", "try-this"], hub: ["latest"] } },
  },
  "a release of a commit that was tested": {
    play: async (world) => {
      const one = await world.push("main", commitOf("one"));
      await world.settle();
      await world.tag("v1.2.3", one);
      return { one };
    },
    expected: {
      builds: { one: { "linux/amd64": 1, "linux/arm64": 1 } },
      tags: { ghcr: ["1 1.2 latest sha-one v1.2.3"], hub: ["1 1.2 latest v1.2.3"] },
      tests: ["test crowdsec, commit one, image one", "test waf, commit one, image one"],
    },
    gates: "each",
    // The release's own gates say that the tests have passed before; in runs of their own nobody asks them again.
    inOneRun: (outcome) => ({ ...outcome, verdicts: withRelease(outcome, "one") }),
  },
  "a release of a commit that nobody built": {
    play: async (world) => {
      const one = await world.git.commit("Wikid82/Charon", "quiet", commitOf("one"), { from: "refs/heads/main" });
      await world.tag("v1.3.0", one);
      return { one };
    },
    expected: {
      builds: { one: { "linux/amd64": 1, "linux/arm64": 1 } },
      tests: ["test crowdsec, commit one, image one", "test waf, commit one, image one"],
    },
    // Tests that a release starts by dispatch report under their plain names; those that it calls under the release's.
    inOneRun: (outcome) => ({
      ...outcome,
      verdicts: { one: { [`${CROWDSEC} (release)`]: "success", [`${WAF} (release)`]: "success" } },
    }),
  },
  "a release of a commit whose test failed": {
    play: async (world) => {
      const one = await world.push("main", commitOf("one", { waf: "false" }));
      await world.settle();
      await world.tag("v1.4.0", one);
      return { one };
    },
    failing: true,
    expected: { tags: { ghcr: ["sha-one"], hub: [] } },
    gates: "each",
    // A red verdict is no reason to believe it: the one run repeats that test for the release, and it alone.
    inOneRun: (outcome) => ({
      ...outcome,
      tests: [...outcome.tests, "test waf, commit one, image one"].sort(),
      verdicts: {
        one: { ...outcome.verdicts["one"], [`${CROWDSEC} (release)`]: "success", [`${WAF} (release)`]: "failure" },
      },
    }),
  },
  "a build that fails": {
    play: async (world) => ({
      one: (
        await world.openPull({
          number: 4,
          branch: "fix/broken",
          files: { ...commitOf("one"), Dockerfile: "FROM scratch\nRUN false\n" },
        })
      ).headSha,
    }),
    failing: true,
    // Both are red: the one because nothing was built, the other because its tests cannot build it either.
    expected: {
      builds: { one: {} },
      verdicts: { one: { [CROWDSEC]: "failure", [WAF]: "failure" } },
      tests: [],
      tags: { ghcr: [], hub: [] },
    },
  },
  "a test that fails": {
    play: async (world) => ({ one: await world.push("main", commitOf("one", { waf: "false" })) }),
    failing: true,
    expected: { verdicts: { one: { [CROWDSEC]: "success", [WAF]: "failure" } }, tags: { ghcr: ["sha-one"], hub: [] } },
  },
  "a registry that is down": {
    play: async (world) => {
      await world.ghcr.registry.down();
      return { one: (await world.openPull({ number: 5, branch: "fix/dark", files: commitOf("one") })).headSha };
    },
    failing: true,
    expected: {
      builds: { one: { "linux/amd64": 1 } },
      verdicts: { one: green },
      tests: ["test crowdsec, commit one, image one", "test waf, commit one, image one"],
    },
  },
  "a test that fails once and is run again": {
    play: async (world, topology) => {
      const one = await world.push("main", commitOf("one", { waf: '[[ "$GITHUB_RUN_ATTEMPT" != 1 ]]' }));
      await world.settle();
      await world.player.rerun(world.run(testsOf(topology)), "failed");
      return { one };
    },
    expected: {
      builds: { one: { "linux/amd64": 1, "linux/arm64": 1 } },
      verdicts: { one: green },
      tags: { ghcr: ["latest sha-one"], hub: ["latest"] },
      tests: [
        "test crowdsec, commit one, image one",
        "test waf, commit one, image one",
        "test waf, commit one, image one",
      ],
    },
  },
  "a pull request that is updated while it is built": {
    play: async (world) => {
      let waiting: (() => void) | undefined;
      const begun = new Promise<void>((resolve) => {
        world.hooks.beforeStep = async (run, _job, step) => {
          if (run.event.name !== "pull_request" || run.number !== 1 || step !== "Build") return;
          resolve();
          await new Promise<void>((go) => (waiting = go));
        };
      });
      const first = await world.openPull({ number: 6, branch: "fix/twice", files: commitOf("first") });
      await begun;
      const second = await world.updatePull(6, commitOf("second"));
      waiting?.();
      return { first: first.headSha, second: second.headSha };
    },
    failing: true,
    expected: {
      builds: { first: {}, second: { "linux/amd64": 1 } },
      tags: { ghcr: ["pr-6-second"], hub: [] },
      tests: ["test crowdsec, commit second, image second", "test waf, commit second, image second"],
    },
  },
  "a release while main's run is going": {
    play: async (world) => {
      const begun = new Promise<void>((resolve) => {
        world.hooks.beforeStep = (run, _job, step) => {
          if (run.workflowName === BUILD && step === "Build") resolve();
        };
      });
      const one = await world.push("main", commitOf("one"));
      await begun;
      await world.tag("v1.5.0", one);
      return { one };
    },
    // Both runs want the image; one lock makes one of them build it.
    expected: {
      builds: { one: { "linux/amd64": 1, "linux/arm64": 1 } },
      tags: { ghcr: ["1 1.5 latest sha-one v1.5.0"], hub: ["1 1.5 latest v1.5.0"] },
    },
    // A release that waits for the tests of others repeats none; one that finds no verdict yet tests for itself.
    repeats: true,
    // Either way its own gates say so.
    gates: "each",
    inOneRun: (outcome) => ({ ...outcome, verdicts: withRelease(outcome, "one") }),
  },
};

const withRelease = (outcome: Outcome, commit: string): Outcome["verdicts"] => ({
  ...outcome.verdicts,
  [commit]: { ...outcome.verdicts[commit], [`${CROWDSEC} (release)`]: "success", [`${WAF} (release)`]: "success" },
});

/** Whose work a job of the one run does, where nobody has its name: what it may hold is what that one holds. */
const STANDS_FOR: Readonly<Record<string, string | null>> = {
  "Look for verdicts": "Wait for the tests",
  Test: testOf(WAF),
  ...Object.fromEntries(
    [CROWDSEC, WAF].flatMap((name) => ["", " (nightly)", " (release)"].map((suffix) => [name + suffix, null])),
  ),
};

describe.skipIf(missing("docker-registry", "skopeo", "jq", "curl", "git"))("in both topologies", () => {
  test.each(Object.entries(scenarios))(
    "%s comes to the same",
    async (_name, { play, expected, inOneRun, failing, repeats, gates = "one" }) => {
      const followed = await playIn("workflow_run", play);
      if (!failing) expect(troubles(followed.world).replace(/== .*WAF > Test[\s\S]*/, "")).toBe("");
      expect(followed.outcome).toMatchObject(expected);
      const called = await playIn("workflow_call", play, (config) => ({ ...config, gates }));
      if (!failing) expect(troubles(called.world).replace(/== .*WAF > Test[\s\S]*/, "")).toBe("");
      const same = (outcome: Outcome): Outcome =>
        repeats ? { ...outcome, tests: [...new Set(outcome.tests)] } : outcome;
      expect(same(called.outcome)).toEqual(same(inOneRun ? inOneRun(followed.outcome) : followed.outcome));
      expect(called.outcome.leaked).toEqual([]);

      const before = permissionsByJob(followed.world);
      for (const [name, scopes] of permissionsByJob(called.world)) {
        const other = name in STANDS_FOR ? STANDS_FOR[name] : name;
        // Where nothing was built, only the one run tests: what its tests make from the sources, they make without a right to write.
        const absent =
          name === "Test" ? new Set(["actions: read", "contents: read", "packages: read"]) : new Set<string>();
        const allowed = new Set(other === null ? [] : (before.get(other ?? "") ?? absent));
        // What builds also decides: in one run, whether the branch's pull request tests what was pushed.
        if (name.startsWith("Build ")) allowed.add("pull-requests: read");
        const more = [...scopes].filter((scope) => !allowed.has(scope) && !allowed.has(scope.replace("read", "write")));
        expect(more, `${name} holds more in one run`).toEqual([]);
      }
    },
  );
});
