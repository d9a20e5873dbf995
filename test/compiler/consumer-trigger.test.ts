import { describe, expect, it } from "vitest";
import {
  consumerConcurrency,
  consumerTriggers,
  IS_OF_PULL_REQUEST,
  isTestedRun,
  runName,
} from "../../src/compiler/consumer-trigger.ts";
import type { ConfigInput, ConsumerInput } from "../../src/config/schema.ts";
import { testsNightly } from "../../src/pipeline/plan-file/consumers.ts";
import { planFile } from "../../src/pipeline/plan-file.ts";
import type { Consumer, Pipeline } from "../../src/pipeline/types.ts";
import { type Contexts, evaluate, holds, interpolate } from "../player/expressions.ts";
import type { Json } from "../player/json.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";

function planned(consumers: Record<string, Partial<ConsumerInput>>, change: Partial<ConfigInput> = {}): Pipeline {
  const { pipeline, problems } = planOf(
    smallConfig({
      topology: "workflow_run",
      branches: { feature: ["feature/**"] },
      ...change,
      consumers: Object.fromEntries(
        Object.entries(consumers).map(([key, consumer]) => [key, { needs: "app", run: "x", ...consumer }]),
      ),
    }),
  );
  expect(problems).toEqual([]);
  return pipeline;
}
function one(consumer: Partial<ConsumerInput>, change: Partial<ConfigInput> = {}): [Pipeline, Consumer] {
  const pipeline = planned({ smoke: consumer }, change);
  const [first] = pipeline.consumers;
  if (!first) throw new Error("No consumer.");
  return [pipeline, first];
}
const triggers = (...[consumer, change]: Parameters<typeof one>) => {
  const { consumers, ...pipeline } = one(consumer, change)[0];
  return consumerTriggers({ ...pipeline, consumers }, consumers);
};

describe("a consumer's trigger", () => {
  it("follows the build, and the nightly build where it tests that", () => {
    expect(triggers({}).workflow_run).toEqual({
      workflows: ["Build"],
      types: ["completed"],
      branches: ["**"],
    });
    expect(triggers({}, { nightly: {} }).workflow_run).toMatchObject({
      workflows: ["Build", "Nightly Build"],
    });
    expect(triggers({}, { nightly: { test: false } }).workflow_run).toMatchObject({
      workflows: ["Build"],
    });
    expect(triggers({ on: ["main"] }, { nightly: {} }).workflow_run).toMatchObject({
      workflows: ["Build"],
    });
    expect(triggers({}, { names: { build: "Make it" } }).workflow_run).toMatchObject({
      workflows: ["Make it"],
    });
  });

  it("offers a run by hand unless the config says no", () => {
    expect(Object.keys(triggers({}).workflow_dispatch?.inputs ?? {})).toEqual(["image_tag", "commit"]);
    expect(triggers({ dispatch: false })).not.toHaveProperty("workflow_dispatch");
  });

  it("of a group follows what any of it tests, and lets a manual run pick one", () => {
    const { consumers, ...pipeline } = planned(
      {
        waf: { group: "g", on: ["main"], matrix: { size: [1, 2] }, choose: ["size"] },
        crowd: { group: "g", on: ["main", "nightly"] },
        rate: { group: "g", on: ["main"], dispatch: false },
      },
      { nightly: {} },
    );
    const { workflow_run, workflow_dispatch } = consumerTriggers({ ...pipeline, consumers }, consumers);
    expect(workflow_run).toMatchObject({ workflows: ["Build", "Nightly Build"] });
    expect(Object.keys(workflow_dispatch?.inputs ?? {})).toEqual(["image_tag", "commit", "consumer", "size"]);
    expect(workflow_dispatch?.inputs?.["consumer"]).toMatchObject({ type: "choice", options: ["all", "waf", "crowd"] });
  });
});

describe("a consumer's status", () => {
  const namesOf = (pipeline: Pipeline): unknown[] =>
    Object.values(planFile([pipeline], {}).pipelines[""]?.consumers ?? {}).map(({ name, nightly }) => [name, nightly]);
  it("has the consumer's name, quotes and all, and a name of its own at night", () => {
    expect(namesOf(one({ name: "It's fine" })[0])).toEqual([["It's fine", undefined]]);
    const [pipeline] = one({ name: "It's fine" }, { nightly: {}, names: { nightly: "Night's watch" } });
    expect(namesOf(pipeline)).toEqual([["It's fine", { workflow: "Night's watch", name: "It's fine (nightly)" }]]);
  });

  it("is not of the night for a consumer that builds for itself", () => {
    expect(testsNightly(one({ source: "build" }, { nightly: {} })[1])).toBe(false);
    expect(testsNightly(one({}, { nightly: {} })[1])).toBe(true);
  });
});

it("a consumer's group holds project and key, apart from what strangers can choose by a slash", () => {
  expect(consumerConcurrency(...one({})).group).toMatch(/^shop\/test\/smoke\/\$\{\{ .* \}\}$/);
  expect(consumerConcurrency(...one({ group: "all" })).group).toMatch(/^shop\/test\/all\/\$\{\{ .* \}\}$/);
});

const run = (change: Record<string, Json>): Contexts => ({
  github: {
    event: {
      workflow_run: {
        event: "pull_request",
        conclusion: "success",
        head_branch: "feature/x",
        head_sha: "new",
        pull_requests: [{ head: { sha: "new" }, base: { ref: "main" } }],
        ...change,
      },
    },
  },
});
const byHand: Contexts = { github: { event: { inputs: {} } } };
const status = { success: () => true, failure: () => false, cancelled: () => false };

describe("the end of a build starts tests", () => {
  const starts = (contexts: Contexts, ...args: Parameters<typeof one>): boolean => {
    const [pipeline] = one(...args);
    return holds(isTestedRun(pipeline, pipeline.consumers), { contexts, status });
  };
  const superseded = { conclusion: "cancelled", head_sha: "old" };

  it("unless a newer commit of the pull request has cancelled it, which nobody waits for", () => {
    expect(starts(run({}), {})).toBe(true);
    expect(starts(run(superseded), {})).toBe(false);
    expect(starts(byHand, {})).toBe(true);
  });

  it("where somebody cancelled the newest commit, where it failed, and where GitHub lists no pull request", () => {
    expect(starts(run({ conclusion: "cancelled" }), {})).toBe(true);
    expect(starts(run({ conclusion: "failure", head_sha: "old" }), {})).toBe(true);
    for (const pull_requests of [[], null]) expect(starts(run({ ...superseded, pull_requests }), {})).toBe(true);
    expect(starts(run({ ...superseded, event: "push", head_branch: "main", pull_requests: [] }), {})).toBe(true);
  });

  describe("of a feature branch", () => {
    const pushed = { event: "push" };
    it("unless it has an open pull request, whose own run is tested", () => {
      expect(starts(run(pushed), {})).toBe(false);
      expect(starts(run({ ...pushed, pull_requests: [] }), {})).toBe(true);
      expect(starts(run({ ...pushed, pull_requests: [{ head: { sha: "new" }, base: { ref: "other" } }] }), {})).toBe(
        true,
      );
      expect(starts(run({ ...pushed, head_branch: "main" }), {})).toBe(true);
    });

    it("where the consumer tests no pull requests, or a pattern tells the branches apart: then the program does", () => {
      expect(starts(run(pushed), { on: ["feature"] })).toBe(true);
      expect(starts(run(pushed), {}, { branches: { feature: ["feature/**"], integration: ["release-*"] } })).toBe(true);
    });
  });

  it("in any case where the pipeline builds no pull requests", () => {
    const [pipeline] = one({}, { pullRequests: false });
    expect(isTestedRun(pipeline, pipeline.consumers)).toBeUndefined();
  });
});

describe("the name of a run", () => {
  const named = (contexts: Contexts): Json => interpolate(runName("E2E"), { contexts });
  it("says whose build it tests", () => {
    expect(named(run({}))).toBe("Pull request from feature/x: E2E");
    expect(named(run({ event: "push", head_branch: "main" }))).toBe("main: E2E");
    expect(named(byHand)).toBe("By hand: E2E");
  });

  it("tells whoever follows the run whether it was a pull request's", () => {
    const followed = (event: string, display_title: Json): boolean =>
      evaluate(IS_OF_PULL_REQUEST, {
        contexts: { github: { event: { workflow_run: { event, display_title } } } },
      }) === true;
    expect(followed("workflow_run", named(run({})))).toBe(true);
    expect(followed("workflow_run", named(run({ event: "push", head_branch: "main" })))).toBe(false);
    // A commit's own title may begin like that.
    expect(followed("push", "Pull request from a friend")).toBe(false);
  });
});
