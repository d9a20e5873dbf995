import { describe, expect, it } from "vitest";
import {
  consumerConcurrency,
  consumerTriggers,
  statusContext,
  testsNightly,
} from "../../src/compiler/consumer-trigger.ts";
import type { ConfigInput, ConsumerInput } from "../../src/config/schema.ts";
import type { Consumer, Pipeline } from "../../src/pipeline/types.ts";
import { evaluate } from "../player/expressions.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";
import { expressionsIn } from "../support/read-workflows.ts";

function one(consumer: Partial<ConsumerInput>, change: Partial<ConfigInput> = {}): [Pipeline, Consumer] {
  const { pipeline } = planOf(
    smallConfig({ ...change, consumers: { smoke: { needs: "app", run: "x", ...consumer } } }),
  );
  const [planned] = pipeline.consumers;
  if (!planned) throw new Error("No consumer.");
  return [pipeline, planned];
}

describe("a consumer's trigger", () => {
  it("follows the build, and the nightly build where it tests that", () => {
    expect(consumerTriggers(...one({})).workflow_run).toEqual({
      workflows: ["Build"],
      types: ["completed"],
      branches: ["**"],
    });
    expect(consumerTriggers(...one({}, { nightly: {} })).workflow_run).toMatchObject({
      workflows: ["Build", "Nightly Build"],
    });
    expect(consumerTriggers(...one({}, { nightly: { test: false } })).workflow_run).toMatchObject({
      workflows: ["Build"],
    });
    expect(consumerTriggers(...one({ on: ["main"] }, { nightly: {} })).workflow_run).toMatchObject({
      workflows: ["Build"],
    });
    expect(consumerTriggers(...one({}, { names: { build: "Make it" } })).workflow_run).toMatchObject({
      workflows: ["Make it"],
    });
  });

  it("offers a run by hand unless the config says no", () => {
    expect(Object.keys(consumerTriggers(...one({})).workflow_dispatch?.inputs ?? {})).toEqual(["image_tag", "commit"]);
    expect(consumerTriggers(...one({ dispatch: false }))).not.toHaveProperty("workflow_dispatch");
  });
});

describe("a consumer's status", () => {
  it("has the consumer's name, quotes and all, and a name of its own at night", () => {
    expect(statusContext(...one({ name: "It's fine" }))).toBe("It's fine");
    const context = statusContext(...one({ name: "It's fine" }, { nightly: {}, names: { nightly: "Night's watch" } }));
    const posted = (name: string | undefined) =>
      evaluate(expressionsIn(context)[0] ?? "", {
        contexts: { github: { event: name === undefined ? {} : { workflow_run: { name } } } },
      });
    expect([posted("Night's watch"), posted("Build"), posted(undefined)]).toEqual([
      "It's fine (nightly)",
      "It's fine",
      "It's fine",
    ]);
  });

  it("is not of the night for a consumer that builds for itself", () => {
    expect(testsNightly(one({ source: "build" }, { nightly: {} })[1])).toBe(false);
    expect(testsNightly(one({}, { nightly: {} })[1])).toBe(true);
  });
});

it("a consumer's group holds project and key, apart from what strangers can choose by a slash", () => {
  expect(consumerConcurrency(...one({})).group).toMatch(/^shop\/test\/smoke\/\$\{\{ .* \}\}$/);
});
