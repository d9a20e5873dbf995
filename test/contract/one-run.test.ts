/**
 * Pipeline contract, "Consumers (workflow_call topology)", and what promotes and releases in the same run. The whole is
 * played in test/execution/pipeline/topologies.test.ts; here is which job runs when, with what, and under which name.
 */
import { describe, expect, it } from "vitest";
import { pullsImages } from "../../src/pipeline/local-images.ts";
import { buildsIn, CLASSES_OF, calledIn, isCalled, planJobId, type RunKind, takenBy } from "../../src/pipeline/runs.ts";
import { startsAtOnce } from "../../src/pipeline/stages.ts";
import type { Consumer } from "../../src/pipeline/types.ts";
import { type Contexts, evaluate, holds, interpolate } from "../player/expressions.ts";
import type { Json } from "../player/json.ts";
import {
  ancestorsOf,
  type EmittedJob,
  type EmittedStep,
  type EmittedWorkflow,
  expressionsOf,
  stepOf,
} from "../support/read-workflows.ts";
import { plannedFor } from "../support/plan-of.ts";
import { type System, systemNamed, systemOf, systems } from "../support/systems.ts";

const oneRun = systems.filter(({ pipeline }) => pipeline.topology === "workflow_call");
const withGates = systemOf("Charon in one run with a gate a consumer", {
  ...systemNamed("Charon in one run").config,
  gates: "each",
});
const RUNS: readonly RunKind[] = ["build", "nightly", "release"];
const SUFFIX: Readonly<Record<RunKind, string>> = { build: "", nightly: " (nightly)", release: " (release)" };

interface Called {
  readonly system: System;
  readonly run: RunKind;
  readonly consumer: Consumer;
  readonly caller: EmittedWorkflow;
  readonly call: EmittedJob;
  /** The one gate of the run. */
  readonly verdict: EmittedJob;
  readonly workflow: EmittedWorkflow;
}

const found = <Value>(value: Value | undefined, what: string): Value => {
  if (value === undefined) throw new Error(`There is no ${what}.`);
  return value;
};

/** The workflow of each kind of run that a system has. */
const runsOf = (system: System): { run: RunKind; caller: EmittedWorkflow }[] =>
  RUNS.flatMap((run) => {
    const caller = system.workflows.find(({ name }) => name === system.pipeline.workflows[run]?.name);
    return caller ? [{ run, caller }] : [];
  });

const callsOf = (system: System): Called[] =>
  runsOf(system).flatMap(({ run, caller }) =>
    calledIn(system.pipeline, run)
      .filter((consumer) => isCalled(system.pipeline, consumer))
      .map((consumer) => {
        const job = (id: string): EmittedJob =>
          found(
            caller.jobs.find((one) => one.id === id),
            `job ${id} in ${caller.file}`,
          );
        return {
          system,
          run,
          consumer,
          caller,
          call: job(`test-${consumer.key}`),
          verdict: job("gate"),
          workflow: found(
            system.workflows.find(({ path }) => path === consumer.path),
            consumer.path,
          ),
        };
      }),
  );

const all = oneRun.flatMap(callsOf);
const running = { success: () => true, failure: () => false, cancelled: () => false };
const failing = { success: () => false, failure: () => true, cancelled: () => false };
const cancelled = { success: () => false, failure: () => false, cancelled: () => true };

/** What a condition reads of images that were pushed. */
function imagesReadBy(condition: string): Record<string, string> {
  const images = [...condition.matchAll(/outputs\.([\w-]*images) \|\| '\{\}'\)(?:\.([\w-]+)|\['([\w-]+)'\])\.digest/g)];
  const digests = [...condition.matchAll(/outputs\.([\w-]*digest)\b/g)];
  return Object.fromEntries([
    ...images.map(([, output = "", key, quotedKey]) => [
      output,
      JSON.stringify({ [key ?? quotedKey ?? ""]: { digest: "sha256:1" } }),
    ]),
    ...digests.map(([, output = ""]) => [output, "sha256:1"]),
  ]);
}

/** Everything that a job needs has succeeded for an event of a class, but for what is said otherwise. */
function contextsOf(job: EmittedJob, eventClass: string, results: Record<string, string> = {}, fork = false): Contexts {
  const changed = [...(job.if ?? "").matchAll(/outputs\.([\w-]+-changed)/g)].map(([, name]) => [name, "true"] as const);
  const outputs: Record<string, Json> = {
    class: eventClass,
    sha: "c0ffee",
    passed: "[]",
    push: fork ? "false" : "true",
    major: "false",
    ...Object.fromEntries(changed),
    ...imagesReadBy(job.if ?? ""),
  };
  return {
    github: {
      repository: "o/r",
      ref_name: "main",
      event_name: eventClass === "pullRequest" ? "pull_request" : "push",
      event:
        eventClass === "pullRequest"
          ? { pull_request: { head: { repo: { full_name: fork ? "evil/r" : "o/r" } } } }
          : {},
    },
    inputs: { push_latest: false, force_publish: false },
    needs: Object.fromEntries(job.needs.map((id) => [id, { result: results[id] ?? "success", outputs }])),
  };
}

const runsFor = ({ system, run, consumer }: Called, eventClass: string): boolean =>
  (run === "release" && !consumer.events.includes("release")
    ? true
    : consumer.events.some((event) => event === eventClass)) &&
  system.pipeline.events.some((event) => event === eventClass);
const classesOf = ({ system, run }: Called): string[] =>
  CLASSES_OF[run].filter((event) => system.pipeline.events.includes(event));

describe("one run", () => {
  it("follows no other: nothing starts on the end of a workflow but what only reports, and no commit status is posted", () => {
    for (const { workflows, name } of oneRun) {
      expect(
        workflows.filter((workflow) => workflow.follows).map((workflow) => workflow.file),
        name,
      ).toEqual([]);
      expect(
        workflows
          .flatMap((workflow) => workflow.jobs)
          .filter((job) => job.permissions["statuses"] === "write")
          .map((job) => job.where),
        name,
      ).toEqual([]);
    }
  });

  it("calls every consumer of each run as a reusable workflow, and no one takes all secrets", () => {
    for (const { consumer, call, workflow } of all) {
      expect(call.calls?.path).toBe(`./${consumer.path}`);
      expect(workflow.on).toHaveProperty("workflow_call");
      expect(workflow.on.workflow_dispatch !== undefined).toBe(consumer.dispatch);
      expect(JSON.stringify(call.raw)).not.toContain("inherit");
    }
  });

  it("names its verdicts as the other topology names its statuses, so switching renames no required check", () => {
    for (const { pipeline, workflows } of [withGates]) {
      const build = found(
        workflows.find(({ name }) => name === pipeline.workflows.build?.name),
        "the build",
      );
      for (const consumer of calledIn(pipeline, "build"))
        expect(build.jobs.find(({ id }) => id === `verdict-${consumer.key}`)?.name).toBe(consumer.name);
    }
    for (const { system, run, verdict } of all) expect(verdict.name).toBe(system.pipeline.checks.gate + SUFFIX[run]);
    for (const system of oneRun)
      for (const { caller } of runsOf(system))
        expect(new Set(caller.jobs.map((job) => job.name)).size).toBe(caller.jobs.length);
  });

  it("keeps the groups of called workflows apart from their caller's, which `github.workflow` would name there", () => {
    for (const { workflow, caller } of all) {
      expect(workflow.concurrency.group).not.toContain("github.workflow");
      expect(workflow.concurrency.group.split("${{")[0]).not.toBe(caller.concurrency.group.split("${{")[0]);
      expect(workflow.concurrency["cancel-in-progress"]).toBe(false);
    }
  });
});

describe("the call", () => {
  it("hands on what was built by digest, and whether it may be trusted, from what GitHub itself says", () => {
    for (const { system, run, consumer, call } of all) {
      const handed = call.calls?.with ?? {};
      expect(handed["head-sha"]).toMatch(
        startsAtOnce(system.pipeline, run, consumer)
          ? /^\$\{\{ github\.event\.pull_request\.head\.sha \|\| github\.event\.merge_group\.head_sha \|\| github\.sha \}\}$/
          : /^\$\{\{ needs\.[\w-]+\.outputs\.sha \}\}$/,
      );
      const built = takenBy(consumer).filter(
        (build) => build.kind === "image" && buildsIn(system.pipeline, run).includes(build),
      );
      // A line for each job or workflow that publishes: digests and commits, as it says them.
      if (built.length > 0)
        expect(handed["images"], call.where).toMatch(
          /^(?:\$\{\{ needs\.[\w-]+\.outputs\.(?:[\w-]+-)?images(?: \|\| needs\.[\w-]+\.outputs\.images)* \}\}\n?)+$/,
        );
      if (!("trusted" in handed) || run !== "build" || !system.pipeline.pullRequests) continue;
      const trusted = (eventClass: string, fork: boolean): Json =>
        evaluate(String(handed["trusted"]).replace(/^\$\{\{ | \}\}$/g, ""), {
          contexts: contextsOf(call, eventClass, {}, fork),
        });
      expect([trusted("main", false), trusted("pullRequest", false), trusted("pullRequest", true)]).toEqual([
        true,
        true,
        false,
      ]);
    }
  });

  it("is made for the consumer's events, also when the build has failed: then it tests from the sources", () => {
    for (const called of all) {
      const { call } = called;
      for (const eventClass of classesOf(called)) {
        const made = (results: Record<string, string>, status = running): boolean =>
          holds(call.if, { contexts: contextsOf(call, eventClass, results), status });
        const expected = runsFor(called, eventClass);
        expect(made({}), `${call.where}: ${eventClass}`).toBe(expected);
        // A job that only builds may fail; one that plans as well has said by then what there is to test.
        const builds = Object.fromEntries(
          call.needs.filter((id) => /^(publish|build)(-|$)/.test(id)).map((id) => [id, "failure"]),
        );
        expect(made(builds, failing), `${call.where}: ${eventClass}`).toBe(expected);
        expect(made({}, cancelled)).toBe(false);
      }
    }
  });

  it("waits for what it takes and for nothing else, so consumers run side by side, beside the scan", () => {
    for (const { consumer, call, run } of all) {
      const others = call.needs.filter(
        (id) => !/^(plan|verdicts|build|publish)(-|$)/.test(id) && !consumer.after.includes(id.replace("test-", "")),
      );
      expect(run === "release" || !call.needs.includes("verdicts"), call.where).toBe(true);
      expect(others, call.where).toEqual([]);
      if (takenBy(consumer).length > 0)
        expect(
          call.needs.some((id) => /^(build|publish)(-|$)/.test(id)),
          call.where,
        ).toBe(true);
    }
  });

  it("waits for nothing where it takes nothing that is built and is due in any case", () => {
    const atOnce = all.filter(({ system, run, consumer }) => startsAtOnce(system.pipeline, run, consumer));
    found(atOnce[0], "consumer that takes nothing");
    for (const { consumer, call } of atOnce) {
      expect(consumer.builds, call.where).toEqual([]);
      expect([...call.needs], call.where).toEqual(consumer.after.map((key) => `test-${key}`));
    }
  });

  it("waits where the config says so for verdicts of others, and is not made after a red one", () => {
    const [after] = callsOf(systemNamed("Charon in one run whose consumers come after each other")).filter(
      ({ consumer }) => consumer.after.length > 0,
    );
    const { call, verdict } = found(after, "consumer that comes after another");
    expect(call.needs).toContain("test-security-pr");
    expect(holds(call.if, { contexts: contextsOf(call, "main"), status: running })).toBe(true);
    expect(
      holds(call.if, { contexts: contextsOf(call, "main", { "test-security-pr": "failure" }), status: failing }),
    ).toBe(false);
    // Its own verdict is red then, and not skipped, which GitHub would take for passed.
    expect(
      holds(verdict.if, { contexts: contextsOf(verdict, "main", { "test-e2e-tests": "skipped" }), status: failing }),
    ).toBe(true);
  });
});

describe("the gate", () => {
  it("judges whatever happened, of every test there is, by a job that holds no scope and checks nothing out", () => {
    for (const { verdict, call, system } of all) {
      expect([verdict.permissions, verdict.steps.map((step) => step.program)]).toEqual([{}, ["judge-run"]]);
      expect(verdict.needs).toContain(call.id);
      expect(verdict.steps[0]?.with["needs"]).toBe("${{ toJSON(needs) }}");
      const given = (results: Record<string, string>): boolean =>
        holds(verdict.if, { contexts: contextsOf(verdict, "main", results), status: failing });
      for (const result of ["success", "failure", "cancelled", "skipped"])
        expect(given({ [call.id]: result }), `${verdict.where}: ${result}`).toBe(true);
      // Where nobody could plan, nobody knows the class either, and red is the safe answer.
      expect(given({ [planJobId(system.pipeline, "build")]: "failure", [call.id]: "skipped" })).toBe(true);
    }
  });

  it("is red for a fork that a required consumer leaves out, and is skipped only where the config ignores forks", () => {
    const left = all.filter(
      ({ system, run, consumer }) =>
        run === "build" && !consumer.forks && system.pipeline.pullRequests && consumer.events.includes("pullRequest"),
    );
    expect(left.length).toBeGreaterThan(0);
    for (const { call, verdict, system } of left) {
      const ignored = system.pipeline.forks === "ignore";
      const plan = verdict.needs[0] ?? "";
      const runs = (job: EmittedJob): boolean[] =>
        [false, true].map((fork) =>
          holds(job.if, {
            contexts: contextsOf(job, "pullRequest", fork && ignored ? { [plan]: "skipped" } : {}, fork),
            status: running,
          }),
        );
      if (!ignored) expect(runs(call), call.where).toEqual([true, false]);
      // What it says of a skipped test: test/execution/gates.test.ts.
      expect(runs(verdict), verdict.where).toEqual([true, !ignored]);
    }
  });

  it("is told by the plan of what only warns", () => {
    for (const { consumer, system } of all)
      expect(plannedFor(system.pipeline).consumers[consumer.key]?.soft).toBe(consumer.failure === "soft");
    expect(all.some(({ consumer }) => consumer.failure === "soft")).toBe(true);
  });
});

describe("a called consumer", () => {
  it("may read the code, the images and the run's artifacts, and nothing else: what it says, its caller judges", () => {
    for (const { workflow } of all) {
      for (const job of workflow.jobs)
        expect(
          Object.entries(job.permissions).filter(
            ([scope, level]) => level !== "read" || !["actions", "contents", "packages"].includes(scope),
          ),
          job.where,
        ).toEqual([]);
    }
  });

  it("takes what it was handed by one step, once the code is there that it may have to build from", () => {
    const taking = all.filter(
      ({ consumer }) => takenBy(consumer).some(({ kind }) => kind === "image") && pullsImages(consumer),
    );
    expect(taking.length).toBeGreaterThan(0);
    for (const { system, consumer, workflow } of taking) {
      const { steps } = found(
        workflow.jobs.find((job) => job.id === "test"),
        `test in ${workflow.file}`,
      );
      const [take, ...others] = steps.filter((step) => step.program === "take-image");
      expect(others).toEqual([]);
      const given = (name: string, inputs: Record<string, Json>): Json =>
        interpolate((take?.with[name] ?? "") as Json, {
          contexts: {
            github: { token: "token" },
            inputs,
            needs: { resolve: { outputs: { tag: "found", images: "{found}" } } },
          },
        });
      const called = { "head-sha": "c0ffee", class: "main", tag: "handed", images: "{handed}", trusted: true };
      expect([given("tag", called), given("images", called)]).toEqual(["handed", "{handed}"]);
      if (consumer.dispatch) expect([given("tag", {}), given("images", {})]).toEqual(["found", "{found}"]);
      // What stands in for it, and when that does not count: test/execution/take-image.test.ts.
      expect(plannedFor(system.pipeline).consumers[consumer.key]).toMatchObject({
        source: "registry",
        fallback: consumer.fallback,
      });
      if (consumer.fallback === "build") expect(given("class", called), workflow.file).toBe("main");
      const at = (is: (step: EmittedStep) => boolean): number => steps.findIndex(is);
      expect(at((step) => step.action === "actions/checkout")).toBeLessThan(at((step) => step === take));
    }
  });

  it("fails for want of an image where the config says so", () => {
    for (const { workflow, consumer } of callsOf(
      systemNamed("Charon in one run that only warns and fails for want of an image"),
    )) {
      expect(consumer.fallback).toBe("fail");
      const steps = workflow.jobs.flatMap((job) => job.steps);
      expect(steps.filter((step) => step.action === "docker/build-push-action").map((step) => step.where)).toEqual([]);
    }
  });

  it("resolves an image by itself only when somebody starts it by hand", () => {
    for (const { workflow, consumer } of all.filter(
      (one) => one.consumer.dispatch && takenBy(one.consumer).some((build) => build.kind === "image"),
    )) {
      const resolve = found(
        workflow.jobs.find((job) => job.id === "resolve"),
        `resolve in ${workflow.file}`,
      );
      const test = found(
        workflow.jobs.find((job) => job.id === "test"),
        `test in ${workflow.file}`,
      );
      const ran = (job: EmittedJob, inputs: Record<string, Json>, ready: string): boolean =>
        holds(job.if, { contexts: { inputs, needs: { resolve: { outputs: { ready } } } }, status: running });
      expect([ran(resolve, { "head-sha": "c0ffee" }, ""), ran(resolve, {}, "")]).toEqual([false, true]);
      expect([ran(test, { "head-sha": "c0ffee" }, ""), ran(test, {}, "true"), ran(test, {}, "")], consumer.key).toEqual(
        [true, true, false],
      );
      expect(workflow.on.workflow_dispatch?.inputs).toMatchObject({
        image_tag: { required: true },
        commit: { type: "string" },
      });
      expect(workflow.on.workflow_dispatch?.inputs?.["commit"]?.required ?? false).toBe(false);
    }
  });
});

describe("what comes after the tests", () => {
  const publishing = (workflow: EmittedWorkflow): EmittedJob[] =>
    workflow.jobs.filter((job) => /^(promote|release-.*|deliver-.*|approve-.*)$/.test(job.id));

  it("is done only when the gate of the builds and every required verdict are green", () => {
    for (const system of oneRun) {
      for (const { run, caller } of runsOf(system)) {
        const gates = ["gate"];
        const eventClass = run === "build" ? "main" : run;
        for (const job of publishing(caller)) {
          const done = (results: Record<string, string>): boolean =>
            holds(job.if, { contexts: contextsOf(job, eventClass, results), status: running });
          expect(
            gates.filter((id) => !job.needs.includes(id)),
            job.where,
          ).toEqual([]);
          if (!job.id.startsWith("approve-")) expect(done({}), job.where).toBe(true);
          for (const id of gates)
            for (const result of ["failure", "cancelled", "skipped"])
              expect(done({ [id]: result }), `${job.where}: ${id} ${result}`).toBe(false);
        }
      }
    }
  });

  it("moves no tag for a pull request, a feature branch or the merge queue, nor by hand unless somebody asks for it on main", () => {
    for (const system of oneRun) {
      const promote = runsOf(system)
        .find(({ run }) => run === "build")
        ?.caller.jobs.find((job) => job.id === "promote");
      if (!promote) continue;
      const moved = (eventClass: string, change: Contexts = {}): boolean =>
        holds(promote.if, { contexts: { ...contextsOf(promote, eventClass), ...change }, status: running });
      expect(
        ["pullRequest", "feature", "queue", "manual"].filter((eventClass) => moved(eventClass)),
        promote.where,
      ).toEqual([]);
      expect(moved("main")).toBe(true);
      const asked = { inputs: { push_latest: true } };
      expect([moved("manual", asked), moved("manual", { ...asked, github: { ref_name: "feature/x" } })]).toEqual([
        true,
        false,
      ]);
    }
  });

  it("gives a release its tags behind every stage of its build; what passed on the commit is not tested again", () => {
    for (const system of oneRun) {
      const release = runsOf(system).find(({ run }) => run === "release")?.caller;
      if (!release) continue;
      for (const build of system.pipeline.builds.filter((one) => one.kind === "image")) {
        const job = found(
          release.jobs.find((one) => one.id === `release-${build.key}`),
          `release of ${build.key}`,
        );
        const behind = ancestorsOf(release, job).map(({ id }) => id);
        expect(behind, job.where).toContain("gate");
        // Everything that is built is judged by the gate.
        const gate = found(
          release.jobs.find(({ id }) => id === "gate"),
          "gate",
        );
        const building = release.jobs.filter(({ id }) => /^(plan|build|publish|attest)(-|$)/.test(id));
        const judged = [...gate.needs, ...ancestorsOf(release, gate).map(({ id }) => id)];
        expect(
          building.map(({ id }) => id).filter((id) => !judged.includes(id)),
          job.where,
        ).toEqual([]);
        const given = stepOf(job, "Give the tested image its release tags").with;
        expect(given["build"], job.where).toBe(build.key);
        expect(given["tags"], job.where).toMatch(/^\$\{\{ needs\.[\w-]+\.outputs\.release-tags \}\}$/);
        expect(given["digest"], job.where).toMatch(/^\$\{\{ .*needs\.[\w-]+\.outputs\.[\w-]*(digest|images)\b/);
      }
      for (const { call, verdict, consumer } of callsOf(system).filter(
        ({ run, consumer: one }) => run === "release" && !one.events.includes("release"),
      )) {
        const contexts = contextsOf(call, "release");
        const passed = {
          ...contexts,
          needs: {
            ...(contexts["needs"] as Record<string, Json>),
            verdicts: { result: "success", outputs: { passed: JSON.stringify([consumer.name]) } },
          },
        };
        expect(
          [holds(call.if, { contexts, status: running }), holds(call.if, { contexts: passed, status: running })],
          call.where,
        ).toEqual([true, false]);
        expect(verdict.steps[0]?.with["passed"], verdict.where).toBe("${{ needs.verdicts.outputs.passed }}");
      }
    }
  });

  it("deletes nothing before all who read it have ended", () => {
    const { workflows, pipeline } = systemNamed("Charon in one run that takes failed tags back and cleans up");
    const build = found(
      workflows.find(({ name }) => name === pipeline.workflows.build?.name),
      "build workflow",
    );
    const behind = (id: string): string[] =>
      ancestorsOf(
        build,
        found(
          build.jobs.find((job) => job.id === id),
          id,
        ),
      ).map((job) => job.id);
    expect(behind("clean").sort()).toEqual(
      build.jobs
        .map(({ id }) => id)
        .filter((id) => id !== "clean" && id !== "notify")
        .sort(),
    );
    for (const id of ["test-e2e-tests", "test-security-pr", "build"]) expect(behind("withdraw")).toContain(id);
  });

  it("is all that a run by hand of a consumer lacks: that tests, and moves nothing", () => {
    for (const { workflow } of all)
      expect(
        workflow.jobs.map((job) => job.id).filter((id) => !["resolve", "test"].includes(id)),
        workflow.file,
      ).toEqual([]);
    expect(
      all
        .flatMap(({ workflow }) => workflow.jobs.flatMap((job) => expressionsOf(job)))
        .filter((expression) => expression.includes("workflow_run")),
    ).toEqual([]);
  });
});

describe("tests of what was made from the sources", () => {
  const PROMOTED = ["main", "integration", "nightly", "release", "manual"];
  const OTHERS = ["pullRequest", "feature", "queue"];
  const testsOf = ({ workflow }: Called): readonly EmittedStep[] =>
    found(
      workflow.jobs.find(({ id }) => id === "test"),
      "job test",
    ).steps;

  it("are told of what they may stand in for: the programs refuse to test anything else that is promoted", () => {
    // How they refuse: test/execution/take-image.test.ts and deployment.test.ts.
    const falling = all.flatMap((called) =>
      testsOf(called).flatMap((step) =>
        step.program === "take-image" || step.program === "confirm-image" ? [{ ...called, step }] : [],
      ),
    );
    expect(new Set(falling.map(({ step }) => step.program)).size).toBe(2);
    for (const { system, consumer, step } of falling.filter((one) => one.consumer.source === "registry")) {
      const fallsBack = plannedFor(system.pipeline).consumers[consumer.key]?.fallback === "build";
      const kind = (eventClass: string): Json =>
        interpolate((step.with["class"] ?? "") as Json, {
          contexts: { inputs: { class: eventClass, "head-sha": "c0ffee" }, needs: {} },
        });
      expect(kind("main"), step.where).toBe(fallsBack ? "main" : "");
    }
  });

  it("are excused for want of files where nothing is promoted, or nobody has made them", () => {
    const downloads = all.flatMap((called) =>
      takenBy(called.consumer).flatMap(({ key, kind }) => {
        if (kind !== "files" || called.consumer.fallback !== "build") return [];
        return [
          found(
            testsOf(called).find(({ id }) => id === `take-${key}`),
            `download of ${key}`,
          ),
        ];
      }),
    );
    expect(downloads.length).toBeGreaterThan(0);
    for (const { continueOnError, where } of downloads) {
      const excused = (inputs: Record<string, Json>): Json =>
        evaluate(String(continueOnError).replace(/^\$\{\{ | \}\}$/g, ""), { contexts: { inputs, needs: {} } });
      for (const eventClass of PROMOTED)
        expect(excused({ class: eventClass, "head-sha": "c0ffee" }), `${where} ${eventClass}`).toBe(false);
      for (const eventClass of OTHERS) expect(excused({ class: eventClass, "head-sha": "c0ffee" }), where).toBe(true);
    }
  });
});
