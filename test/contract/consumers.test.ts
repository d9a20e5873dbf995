/**
 * Pipeline contract, "Consumers (workflow_run topology)". What the programs do is run in test/execution/resolve.test.ts,
 * take-image.test.ts and report.test.ts, and the whole in test/execution/pipeline; here is what they are given, and when.
 */
import { describe, expect, it } from "vitest";
import { rollbackRows } from "../../src/compiler/docs/rollback.ts";
import { pullsImages } from "../../src/pipeline/local-images.ts";
import { NOT_PULLED_STEP } from "../../src/pipeline/step-names.ts";
import { planFile } from "../../src/pipeline/plan-file.ts";
import type { Consumer } from "../../src/pipeline/types.ts";
import { type Contexts, evaluate, holds, interpolate } from "../player/expressions.ts";
import type { Json } from "../player/json.ts";
import {
  type EmittedJob,
  type EmittedWorkflow,
  expressionsIn,
  expressionsOf,
  jobOf,
  stepOf,
} from "../support/read-workflows.ts";
import { type System, systemNamed, systemOf, systems } from "../support/systems.ts";

interface Tested {
  readonly system: System;
  readonly consumer: Consumer;
  readonly workflow: EmittedWorkflow;
  /** Those that share it. */
  readonly sharing: readonly Consumer[];
  readonly resolve: EmittedJob;
  readonly test: EmittedJob;
  readonly report: EmittedJob;
}

function consumersOf(system: System): Tested[] {
  return system.pipeline.consumers
    .filter(
      (consumer) =>
        system.pipeline.topology === "workflow_run" && consumer.source === "registry" && consumer.builds.length > 0,
    )
    .map((consumer) => {
      const workflow = system.workflows.find(({ path }) => path === consumer.path);
      if (!workflow) throw new Error(`${consumer.key} has no workflow.`);
      const testId = consumer.group === undefined ? "test" : `test-${consumer.key}`;
      const [resolve, test, report] = ["resolve", testId, "report"].map((id) => jobOf([workflow], workflow.file, id));
      if (!resolve || !test || !report) throw new Error(`${consumer.key} lacks a job.`);
      const sharing = system.pipeline.consumers.filter(({ path }) => path === consumer.path);
      return { system, consumer, workflow, sharing, resolve, test, report };
    });
}

const all = systems.flatMap(consumersOf);
/** What the programs read of a pipeline. */
const planOf = ({ pipeline }: System) => {
  const part = planFile([pipeline], {}).pipelines[pipeline.member ?? ""];
  if (!part) throw new Error("The pipeline has no part in the plan.");
  return part;
};
/** By which key a step's program finds those who share the workflow. */
const keyOf = ({ key, group }: Consumer): string => group ?? key;
const charon = systemNamed("Charon");
const e2e = consumersOf(charon).find(({ consumer }) => consumer.key === "e2e-tests");
if (!e2e) throw new Error("Charon has lost its end-to-end tests.");
const crowded = systemNamed("a system with every part");
const images = (consumer: Consumer) => consumer.builds.filter((build) => build.kind === "image");
/** A place that an image is deployed to pulls it itself. */
const pulled = (consumer: Consumer) => (pullsImages(consumer) ? images(consumer) : []);

const run = (change: Record<string, Json> = {}): Contexts => ({
  github: {
    repository: "Wikid82/Charon",
    run_id: "99",
    event_name: "workflow_run",
    event: {
      workflow_run: {
        id: 7,
        name: "Docker Build, Publish & Test",
        event: "push",
        head_sha: "abc",
        head_branch: "main",
        conclusion: "success",
        head_repository: { full_name: "Wikid82/Charon" },
        ...change,
      },
    },
  },
});
const byHand: Contexts = {
  github: { repository: "Wikid82/Charon", run_id: "99", event_name: "workflow_dispatch", event: {} },
};
const ended = { success: () => true, failure: () => false, cancelled: () => false };
const failed = { success: () => false, failure: () => true, cancelled: () => false };

describe("the trigger", () => {
  it("is the end of the build, on every branch: a pull request's head may have any name", () => {
    for (const { system, sharing, workflow } of all) {
      const { build, nightly } = system.pipeline.workflows;
      const byNight = sharing.some(({ events }) => events.includes("nightly"));
      expect(workflow.follows).toEqual({
        workflows: [build?.name, ...(byNight ? [nightly?.name] : [])],
        types: ["completed"],
        branches: ["**"],
      });
    }
  });

  it("is also a run by hand with an image tag, unless the config says no", () => {
    for (const { sharing, workflow } of all) {
      const dispatch = workflow.on.workflow_dispatch;
      if (sharing.every((one) => !one.dispatch)) expect(dispatch).toBeUndefined();
      else
        expect(dispatch?.inputs).toMatchObject({
          image_tag: { required: true, type: "string" },
          commit: { type: "string" },
        });
    }
  });

  it("cancels the older test of a pull request's branch only, and mixes up neither forks nor consumers", () => {
    for (const { workflow } of all)
      expect(workflow.concurrency["cancel-in-progress"]).toBe(
        "${{ github.event.workflow_run.event == 'pull_request' }}",
      );
    const groupOf = (contexts: Contexts): Json => interpolate(e2e.workflow.concurrency.group, { contexts });
    expect(groupOf(run({ event: "pull_request", head_branch: "x", head_sha: "1" }))).toBe(
      groupOf(run({ event: "pull_request", head_branch: "x", head_sha: "2" })),
    );
    const others = [
      run({ event: "pull_request", head_branch: "x" }),
      run({ event: "pull_request", head_branch: "x", head_repository: { full_name: "evil/Charon" } }),
      run(),
      run({ event: "schedule" }),
      run({ head_sha: "def" }),
      run({ event: "merge_group" }),
      byHand,
    ];
    expect(new Set(others.map(groupOf)).size).toBe(others.length);
  });
});

describe("the commit status", () => {
  it("is pending at the start, then the result, always under the consumer's name", () => {
    for (const { system, consumer, sharing, resolve, report } of all) {
      // What they post: test/execution/resolve.test.ts and report.test.ts.
      const pending = stepOf(resolve, "Resolve the image");
      const result = stepOf(report, "Post the result");
      expect([pending.program, result.program]).toEqual(["resolve-image", "report-status"]);
      expect([pending.with["pending"], result.with["needs"]]).toEqual([true, "${{ toJSON(needs) }}"]);
      for (const step of [pending, result]) expect(step.with["consumer"]).toBe(keyOf(consumer));
      const { consumers, groups } = planOf(system);
      expect(groups[consumer.group ?? ""] ?? [consumer.key]).toEqual(sharing.map(({ key }) => key));
      expect(consumers[consumer.key]?.name).toBe(consumer.name);
    }
  });

  it("of a nightly build has a name of its own, as it stands on the same commit", () => {
    expect(planOf(charon).consumers["e2e-tests"]).toMatchObject({
      name: "E2E Tests",
      nightly: { workflow: "Nightly Build", name: "E2E Tests (nightly)" },
    });
  });

  it("is posted whatever happened: the build failed, was cancelled, the image is gone, the job that resolves it broke", () => {
    for (const { report, workflow } of all) {
      const tests = workflow.jobs.filter(({ id }) => /^test(-|$)/.test(id)).map(({ id }) => id);
      expect(report.needs).toEqual(["resolve", ...tests]);
      const posted = (resolve: Json): boolean =>
        holds(report.if, {
          contexts: { needs: { resolve, test: { result: "skipped", outputs: {} } } },
          status: failed,
        });
      for (const outputs of [{ ready: "false", skip: "false" }, { ready: "true", skip: "false" }, {}])
        expect(posted({ result: "failure", outputs })).toBe(true);
      // Only what this consumer does not test at all gets no status.
      expect(posted({ result: "success", outputs: { ready: "false", skip: "true" } })).toBe(false);
      // And what nobody waits for: `resolve` itself does not run then.
      expect(posted({ result: "skipped", outputs: {} })).toBe(false);
      expect(stepOf(report, "Post the result").if).toBeUndefined();
    }
  });

  it("is on the tested commit, which the program reads from what the job that resolves has found", () => {
    for (const { report, resolve, sharing } of all) {
      expect(report.needs[0]).toBe("resolve");
      expect(Object.keys(resolve.outputs)).toEqual(
        expect.arrayContaining(["sha", "reason", "skip", ...(sharing.length > 1 ? ["consumers"] : [])]),
      );
      expect(stepOf(report, "Post the result").with["sha"]).toBeUndefined();
    }
  });

  it("is not posted for builds that nobody waits for: superseded ones, and pushes that a pull request's run tests", () => {
    const starts = (change: Record<string, Json>): boolean =>
      holds(e2e.resolve.if, { contexts: run({ pull_requests: [], ...change }), status: ended });
    const pull = { head: { sha: "newer" }, base: { ref: "main" } };
    const cancelled = { event: "pull_request", conclusion: "cancelled", head_branch: "x" };
    expect(starts({})).toBe(true);
    expect(starts(cancelled)).toBe(true);
    expect(starts({ ...cancelled, pull_requests: [pull] })).toBe(false);
    expect(starts({ ...cancelled, pull_requests: [pull], head_sha: "newer" })).toBe(true);
    expect(starts({ event: "push", head_branch: "feature/x", pull_requests: [pull] })).toBe(false);
    expect(starts({ event: "push", head_branch: "feature/x" })).toBe(true);
    expect(holds(e2e.resolve.if, { contexts: byHand, status: ended })).toBe(true);
  });

  it("comes from jobs that check nothing out and run nothing but Pipewright's own programs", () => {
    for (const { resolve, report, test } of all) {
      for (const job of [resolve, report]) {
        expect(job.permissions["statuses"]).toBe("write");
        for (const step of job.steps) expect(step.program, step.where).toBeDefined();
      }
      expect(test.permissions["statuses"]).toBeUndefined();
    }
  });
});

describe("the image", () => {
  it("is resolved from GitHub's own event, the plan and the registry: nothing else is handed to the program", () => {
    for (const { system, consumer, resolve } of all) {
      const step = stepOf(resolve, "Resolve the image");
      const { pipeline: _, username: __, password, ...given } = step.with;
      expect(given).toEqual({ "gh-token": "${{ github.token }}", consumer: keyOf(consumer), pending: true });
      const isLoggedIn = resolve.steps.some((one) => one.program === "log-in") || password !== undefined;
      expect(isLoggedIn, resolve.where).toBe(consumer.builds.some(({ kind }) => kind === "image"));
      const { consumers, builds } = planOf(system);
      expect(consumers[consumer.key]).toMatchObject({
        events: consumer.events,
        forks: consumer.forks && system.pipeline.forks === "test",
        builds: consumer.builds.map(({ key }) => key),
      });
      for (const build of consumer.builds)
        expect(builds[build.key]).toMatchObject({
          kind: build.kind,
          ...(build.kind === "image" && { image: build.image }),
        });
    }
  });

  it("is tested only after it was resolved", () => {
    for (const { test, sharing } of all) {
      const tested = (ready: string, consumers = sharing.map(({ key }) => key)): boolean =>
        holds(test.if, {
          contexts: {
            needs: { resolve: { result: "success", outputs: { ready, consumers: JSON.stringify(consumers) } } },
          },
          status: ended,
        });
      expect([tested("true"), tested("false")]).toEqual([true, false]);
      // Of a group, those that test such a build.
      if (sharing.length > 1) expect(tested("true", [])).toBe(false);
    }
  });

  it("is taken by one step: from the registry, else from the artifact of the very build, of the recorded commit", () => {
    for (const { system, consumer, test } of all) {
      const takes = test.steps.filter((step) => step.program === "take-image");
      expect(takes).toHaveLength(pulled(consumer).length > 0 ? 1 : 0);
      const plan = planOf(system);
      for (const take of takes) {
        // How it falls back, and that it stops with what is missing and what to do: test/execution/take-image.test.ts.
        expect(take.with).toMatchObject({
          consumer: consumer.key,
          tag: "${{ needs.resolve.outputs.tag }}",
          images: "${{ needs.resolve.outputs.images }}",
          trusted: "${{ needs.resolve.outputs.trusted }}",
          "gh-token": "${{ github.token }}",
        });
        expect(Object.keys(plan.consumers[consumer.key]?.images ?? {})).toEqual(pulled(consumer).map(({ key }) => key));
        expect(plan.consumers[consumer.key]).toMatchObject({ source: "registry", pull: consumer.pull });
        expect(plan.freshness).toBe(system.pipeline.freshness);
        const before = test.steps.slice(0, test.steps.indexOf(take));
        expect(take.with["password"] !== undefined || before.some((step) => step.program === "log-in")).toBe(true);
        expect(before.some((step) => step.run !== undefined)).toBe(false);
      }
    }
  });

  it("of a fork comes from its artifact alone: no login, no pull, and no secret", () => {
    const contexts = {
      github: { token: "job's own" },
      needs: { resolve: { outputs: { trusted: "false" } } },
      secrets: { QUAY_USER: "user", QUAY_PASSWORD: "hush", REGISTRY_USER: "user", REGISTRY_PASSWORD: "hush" },
    };
    for (const { test } of all) {
      for (const step of test.steps.filter((one) => one.program === "log-in"))
        expect(holds(step.if, { contexts, status: ended }), step.where).toBe(false);
      for (const step of test.steps.filter((one) => one.program === "take-image")) {
        expect(interpolate(step.with["trusted"] as Json, { contexts })).toBe("false");
        const credentials = ["username", "password"].map((name) =>
          String(interpolate((step.with[name] ?? "") as Json, { contexts })),
        );
        expect(["", "job's own"], step.where).toContain(credentials.join(""));
      }
    }
  });

  it("that was made from another commit fails the test, or warns where the config says so", () => {
    expect(planOf(charon).freshness).toBe("fail");
    expect(planOf(systemNamed("Charon that warns of another commit")).freshness).toBe("warn");
  });

  it("that did not come from the registry is noted by a step that runs only then, where somebody counts it", () => {
    for (const { system, test } of all) {
      const note = test.steps.find((step) => step.name === NOT_PULLED_STEP);
      const take = test.steps.find((step) => step.program === "take-image");
      expect(note !== undefined, test.where).toBe(take !== undefined && system.pipeline.metrics !== false);
      if (!note) continue;
      const noted = (outputs: Record<string, string>): boolean =>
        holds(note.if, { contexts: { steps: { image: { outputs } } }, status: failed });
      expect(take?.id).toBe("image");
      expect([noted({ source: "registry" }), noted({ "not-pulled": "true" }), noted({})]).toEqual([false, true, false]);
    }
  });

  it("is what the metrics look for: they know the steps' and jobs' names", () => {
    const { metrics } = planOf(charon);
    const names = e2e.test.steps.map((step) => step.name);
    expect(names).toContain(metrics?.names.pullStep);
    expect(names).toContain(metrics?.names.fallbackStep);
    const stages = metrics?.stages.filter(({ kind }) => kind === "test") ?? [];
    expect(stages.map(({ name }) => name)).toEqual(charon.pipeline.consumers.map(({ name }) => name));
    for (const { consumer, workflow, test } of consumersOf(charon)) {
      const stage = stages.find(({ name }) => name === consumer.name);
      expect(stage?.workflow).toBe(workflow.name);
      expect(test.name.startsWith(stage?.job ?? "?"), test.where).toBe(true);
    }
    expect(metrics?.build).toBe(charon.pipeline.workflows.build?.name);
    expect(metrics?.consumers).toEqual(charon.pipeline.consumers.map((consumer) => consumer.name));
  });
});

describe("the job that runs the tests", () => {
  it("checks out the commit under test, without credentials", () => {
    for (const { test, consumer } of all) {
      const checkout = stepOf(test, "Check out the code");
      expect(checkout.with).toMatchObject({ ref: "${{ needs.resolve.outputs.sha }}", "persist-credentials": false });
      expect(checkout.with["fetch-depth"] ?? 1).toBe(consumer.checkout.depth);
    }
  });

  it("holds `contents: read`, `packages: read`, `actions: read` and nothing else", () => {
    for (const { system, test, consumer } of all) {
      const isGithubs = images(consumer).length > 0 && system.pipeline.registry?.host === "ghcr.io";
      expect(test.permissions).toEqual({ actions: "read", contents: "read", ...(isGithubs && { packages: "read" }) });
    }
  });

  it("gets secrets for this repository's events only, step by step", () => {
    const tests = stepOf(jobOf(crowded.workflows, "test.yml", "test"), "Test");
    const secret = (trusted: string): Json =>
      interpolate(tests.env["LICENCE"] as Json, {
        contexts: { needs: { resolve: { outputs: { trusted } } }, secrets: { LICENCE: "hush" } },
      });
    expect([secret("true"), secret("false")]).toEqual(["hush", ""]);
    for (const { consumer, test } of all.filter(({ consumer: one }) => one.secrets.names.length === 0)) {
      const named = expressionsOf(test).filter(
        (expression) => expression.includes("secrets.") && !/registry|REGISTRY|QUAY/.test(expression),
      );
      expect(named, consumer.key).toEqual([]);
    }
  });

  it("has time limits for itself and for each step of the tests, which leave time to upload what they left", () => {
    for (const { consumer, test } of all) {
      expect(test.minutes).toBe(consumer.timeoutMinutes);
      for (const step of consumer.steps) expect(stepOf(test, step.name).minutes).toBe(step.timeoutMinutes);
    }
    expect(e2e.test.minutes).toBe(30);
    expect(stepOf(e2e.test, "Run the Playwright tests").minutes).toBe(20);
  });

  it("waits until the container is healthy before the tests", () => {
    const names = e2e.test.steps.map((step) => step.name);
    const order = [
      "Take the image",
      "Start the container",
      "Wait until the container is healthy",
      "Run the Playwright tests",
    ].map((name) => names.indexOf(name));
    expect(order).toEqual([...order].sort((left, right) => left - right));
    expect(order).not.toContain(-1);
    for (const name of ["Start the container", "Wait until the container is healthy"])
      expect(stepOf(e2e.test, name).with).toEqual({ consumer: "e2e-tests" });
    expect(planOf(charon).consumers["e2e-tests"]).toMatchObject({
      images: { charon: "charon:local" },
      container: {
        name: "charon-e2e",
        ports: ["8080", "2020", "2019"],
        env: { DB_PATH: "/data/charon.db", ENVIRONMENT: "test" },
        health: { url: "http://localhost:8080/health", timeoutSeconds: 60, intervalSeconds: 2 },
      },
    });
  });

  it("runs once a combination of the matrix, whose values the commands read from the environment", () => {
    expect(e2e.test.matrix).toEqual({ shard: [1, 2, 3, 4], browser: ["chromium", "firefox", "webkit"] });
    expect(e2e.test.env).toMatchObject({
      MATRIX_SHARD: "${{ matrix.shard }}",
      MATRIX_BROWSER: "${{ matrix.browser }}",
      IMAGE: "charon:local",
    });
    expect(JSON.stringify(e2e.test.raw)).toContain('"fail-fast":false');
  });

  it("has the services, tools and names that the config asks for", () => {
    const job = jobOf(crowded.workflows, "test.yml", "test");
    expect(job.raw).toMatchObject({
      services: { db: { image: "postgres:17", ports: [5432], env: { POSTGRES_PASSWORD: "x" } } },
      strategy: { "max-parallel": 2 },
    });
    expect(job.steps.map((step) => step.action).filter((action) => action?.startsWith("actions/setup-"))).toEqual([
      "actions/setup-node",
      "actions/setup-python",
      "actions/setup-go",
      "actions/setup-java",
    ]);
    expect(job.env).toMatchObject({
      IMAGE: "all-app:local",
      IMAGE_APP: "all-app:local",
      IMAGE_APP_WEB: "all-app-web:local",
      MATRIX_PLATFORM: "${{ matrix.platform }}",
    });
    expect(stepOf(job, "Prepare").env).toMatchObject({ FILES_DIST: "${{ runner.temp }}/files-dist" });
    expect(stepOf(job, "Download dist").with).toMatchObject({
      name: "files-dist",
      path: "${{ runner.temp }}/files-dist",
    });
  });

  it("never retries a test; what is retried is a pull, a push or a login", () => {
    const retried = /\bretry\b|nick-fields\/retry/;
    for (const { consumer, test } of all)
      for (const step of consumer.steps)
        expect(JSON.stringify(stepOf(test, step.name).run ?? ""), step.name).not.toMatch(retried);
    for (const { system } of all) {
      const again = system.workflows.flatMap((workflow) =>
        workflow.jobs.flatMap((job) => job.steps.filter((step) => /\bagain$|\(attempt [2-9]\)$/.test(step.name))),
      );
      expect(
        again
          .filter(
            (step) =>
              !["aws-actions/amazon-ecr-login", "docker/build-push-action", "docker/bake-action"].includes(
                step.action ?? "",
              ),
          )
          .map((step) => step.where),
      ).toEqual([]);
    }
  });

  it("restores caches and saves them for main only", () => {
    for (const { consumer, test } of all.filter(({ consumer: one }) => one.setup?.cache)) {
      const [save] = test.steps.filter((step) => step.action === "actions/cache/save");
      const saved = (name: string): boolean =>
        holds(save?.if, {
          contexts: {
            needs: { resolve: { outputs: { class: name } } },
            steps: { cache: { outputs: { "cache-hit": "" } } },
          },
          status: ended,
        });
      expect([saved("main"), saved("pullRequest"), saved("feature")], consumer.key).toEqual([true, false, false]);
    }
  });

  it("keeps the container's logs and the artifacts on failure, for a stated time", () => {
    const kept = (step: string): [boolean, boolean, unknown] => {
      const upload = stepOf(e2e.test, step);
      return [
        holds(upload.if, { contexts: {}, status: ended }),
        holds(upload.if, { contexts: {}, status: failed }),
        upload.with["retention-days"],
      ];
    };
    expect(kept("Upload the container's logs")).toEqual([false, true, 7]);
    expect(kept("Upload playwright-results")).toEqual([true, true, 7]);
    expect(holds(stepOf(e2e.test, "Show the container's logs").if, { contexts: {}, status: failed })).toBe(true);
    const job = jobOf(crowded.workflows, "test.yml", "test");
    expect(
      ["Upload report", "Upload dump", "Upload coverage"].map((name) =>
        [ended, failed].map((status) => holds(stepOf(job, name).if, { contexts: {}, status })),
      ),
    ).toEqual([
      [true, true],
      [false, true],
      [true, false],
    ]);
  });
});

describe("a consumer that the config switches", () => {
  it("off has no file, no required status and no place in what is promoted", () => {
    const consumers = Object.fromEntries(
      Object.entries(charon.config.consumers ?? {}).map(([key, consumer]) => [
        key,
        { ...consumer, ...(key === "e2e-tests" && { enabled: false }) },
      ]),
    );
    const system = systemOf("without E2E", { ...charon.config, consumers });
    expect(system.workflows.map((workflow) => workflow.file)).not.toContain("e2e-tests.yml");
    expect(
      JSON.stringify(system.workflows.map((workflow) => [workflow.follows, workflow.jobs.map((job) => job.raw)])),
    ).not.toContain("E2E Tests");
  });

  it("back to building for itself runs on the code's own events, pushes nothing, and reports under the same name", () => {
    for (const { line, apply } of rollbackRows(charon.pipeline).filter((row) => /^consumers\["/.test(row.line))) {
      const system = systemOf(line, apply(charon.config));
      const changed = system.pipeline.consumers.find((consumer) => consumer.source === "build");
      const workflow = system.workflows.find(({ path }) => path === changed?.path);
      if (!changed || !workflow) throw new Error(`${line} changes nothing.`);
      expect(Object.keys(workflow.on).sort()).toEqual(["merge_group", "pull_request", "push", "workflow_dispatch"]);
      const steps = workflow.jobs.flatMap((job) => job.steps);
      expect(steps.filter((step) => step.program === "take-image").map((step) => step.with)).toEqual([
        { consumer: changed.key },
      ]);
      expect(planOf(system).consumers[changed.key]?.source).toBe("build");
      expect(steps.filter((step) => step.action?.startsWith("docker/"))).toEqual([]);
      expect(workflow.jobs.flatMap((job) => Object.values(job.permissions))).not.toContain("write");
      // Its gate is a check of the status's name, so a branch rule finds it.
      expect(workflow.jobs.find((job) => job.id === "report")).toMatchObject({
        name: changed.name,
        if: "always()",
        needs: ["test"],
      });
      expect(
        planOf(system)
          .promotions.filter((promotion) => promotion.of !== "nightly")
          .every((promotion) => promotion.contexts.includes(changed.name)),
      ).toBe(true);
      expect(
        expressionsIn(workflow.jobs.map((job) => job.raw)).filter((expression) => expression.includes("workflow_run")),
      ).toEqual([]);
    }
  });

  it("to leave out forks skips them, as skipped jobs count as passed", () => {
    const system = systemNamed("a system that no one planned for");
    const consumers = Object.fromEntries(
      Object.entries(system.config.consumers ?? {}).map(([key, consumer]) => [
        key,
        key === "load" ? { ...consumer, source: "build" as const, on: undefined } : consumer,
      ]),
    );
    const { workflows } = systemOf("load tests that build for themselves", { ...system.config, consumers });
    const from = (full_name: string): Contexts => ({
      github: {
        event_name: "pull_request",
        repository: "a/b",
        event: { pull_request: { head: { repo: { full_name } } } },
      },
      needs: { test: { result: "success" } },
    });
    for (const id of ["test", "report"])
      expect(
        ["a/b", "evil/b"].map((name) =>
          holds(jobOf(workflows, "load.yml", id).if, { contexts: from(name), status: ended }),
        ),
        id,
      ).toEqual([true, false]);
    expect(evaluate("true", { contexts: {} })).toBe(true);
  });
});
