import { describe, expect, it } from "vitest";
import charon from "../../examples/charon/ci.config.ts";
import { compileWorkflows } from "../../src/compiler/compile.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { planFile } from "../../src/pipeline/plan-file.ts";
import { callsWorkflow } from "../../src/workflow/model.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";

/** What `publish-image` reads in plan.json; test/execution/reuse.test.ts runs it. */
const movesOf = (config: ConfigInput) => planFile([planOf(config).pipeline], {}).pipelines[""]?.movesAtBuild;

describe('moveTags: "at-build"', () => {
  const moves = movesOf({ ...charon, moveTags: "at-build" });
  const copy = (tag: string) => [{ build: "charon", image: `docker.io/wikid82/charon:${tag}` }];

  it("moves the channel of the pushed branch, and its copies, when a build is published", () => {
    expect(moves).toContainEqual({ of: "main", tag: "latest", copies: copy("latest") });
    expect(moves).toContainEqual({ of: "development", tag: "dev", copies: copy("dev") });
  });

  it("copies nothing where nothing is copied", () => {
    expect(movesOf(smallConfig({ moveTags: "at-build", branches: { integration: ["dev"] } }))).toMatchObject([
      { of: "main", copies: [] },
      { of: "dev", copies: [] },
    ]);
  });

  it("moves the nightly channel when a nightly build is published", () => {
    expect(moves).toContainEqual({ of: "nightly", tag: "nightly", copies: copy("nightly") });
  });

  it("moves nothing that the tests are to come for", () => {
    expect(movesOf({ ...charon, moveTags: "after-tests" })).toEqual([]);
    expect(moves?.map(({ of }) => of)).not.toContain("release");
  });

  it("logs in to where it copies to, which a build that moves nothing does not", () => {
    const logins = (moveTags: "at-build" | "after-tests"): string =>
      JSON.stringify(
        compileWorkflows(planOf({ ...charon, moveTags }).pipeline)
          .filter(({ path }) => /\/(builds|docker-build)\.yml$/.test(path))
          .map(({ workflow }) => workflow.jobs),
      );
    expect(logins("at-build")).toContain("DOCKERHUB_TOKEN");
    expect(logins("after-tests")).not.toContain("DOCKERHUB_TOKEN");
  });
});

describe("emulation", () => {
  const emulates = (build: object): boolean => {
    const { pipeline } = planOf(smallConfig({ builds: { app: { kind: "image", ...build } } }));
    const steps = compileWorkflows(pipeline).flatMap(({ workflow }) => {
      const job = workflow.jobs["build-app"];
      return job && !callsWorkflow(job) ? job.steps : [];
    });
    expect(steps.length).toBeGreaterThan(0);
    return steps.some(({ name }) => name === "Set up emulation");
  };

  it("is set up for every platform that is not the runner's own, be it the only one", () => {
    expect(emulates({ platforms: ["linux/amd64", "linux/arm64"] })).toBe(false);
    expect(emulates({ platforms: ["linux/amd64"], multiPlatform: "emulated" })).toBe(false);
    expect(emulates({ platforms: ["linux/amd64", "linux/arm64"], multiPlatform: "emulated" })).toBe(true);
    expect(emulates({ platforms: ["linux/arm64"], multiPlatform: "emulated" })).toBe(true);
    expect(emulates({ platforms: ["linux/amd64", "linux/arm/v7"] })).toBe(true);
  });
});
