/** What the plan makes of a config: defaults in place, names resolved, what follows from them derived. */
import { describe, expect, it } from "vitest";
import { dockerfilesOf } from "../../src/pipeline/plan.ts";
import { configSchema, type ConfigInput } from "../../src/config/schema.ts";
import type { Consumer, ImageBuild, Pipeline } from "../../src/pipeline/types.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";
import { twoImages } from "../support/two-images.ts";

const pipelineOf = (change: Partial<ConfigInput> = {}): Pipeline => planOf(smallConfig(change)).pipeline;
function imageOf(change: Partial<ConfigInput> = {}): ImageBuild {
  const [build] = pipelineOf(change).builds;
  if (build?.kind !== "image") throw new Error("No image.");
  return build;
}
function consumerOf(change: Partial<ConfigInput> = {}): Consumer {
  const [consumer] = pipelineOf(change).consumers;
  if (!consumer) throw new Error("No consumer.");
  return consumer;
}

describe("a small config's plan", () => {
  it("has the defaults in place", () => {
    expect(pipelineOf()).toMatchObject({
      branches: { main: "main", integration: [], feature: [] },
      events: ["pullRequest", "main", "manual"],
      channels: [{ of: "main", tag: "latest" }],
      forks: "test",
      freshness: "fail",
      moveTags: "after-tests",
      nightly: false,
      release: false,
      metrics: false,
      copies: [],
      registry: { host: "ghcr.io", namespace: "acme", cleanup: "packages", password: undefined },
    });
  });

  it("has the workflows that follow from it, with names and paths", () => {
    expect(pipelineOf().workflows).toEqual({
      build: { name: "Build", path: ".github/workflows/build.yml" },
      cleanup: { name: "Container Registry Cleanup", path: ".github/workflows/container-prune.yml" },
      check: { name: "CI Config", path: ".github/workflows/ci-config.yml" },
    });
    expect(Object.keys(pipelineOf({ nightly: {}, release: {}, metrics: {} }).workflows).sort()).toEqual([
      "build",
      "builds",
      "check",
      "cleanup",
      "metrics",
      "nightly",
      "release",
    ]);
    // Where the tests are other runs, another one moves tags after them.
    expect(pipelineOf({ topology: "workflow_run" }).workflows.promote).toEqual({
      name: "Promote Images",
      path: ".github/workflows/promote.yml",
    });
  });

  it("has names and paths that the config chooses, a prefix for all, and no .yml twice", () => {
    const { workflows, consumers } = pipelineOf({
      names: { build: "Make" },
      files: { prefix: "ci-", names: { build: "make.yml" } },
      consumers: { smoke: { needs: "app", run: "x", file: "smoke-test.yaml" } },
    });
    expect(workflows.build).toEqual({ name: "Make", path: ".github/workflows/ci-make.yml" });
    expect(consumers[0]?.path).toBe(".github/workflows/ci-smoke-test.yml");
  });
});

describe("events", () => {
  it("are those that something declares", () => {
    expect(pipelineOf({ pullRequests: false }).events).toEqual(["main", "manual"]);
    expect(
      pipelineOf({ branches: { integration: ["dev"], feature: ["f/*"] }, mergeQueue: true, nightly: {}, release: {} })
        .events,
    ).toEqual(["pullRequest", "feature", "integration", "main", "queue", "nightly", "manual", "release"]);
  });

  it("are all tested by default, but releases, and the nightly build only where it is to be", () => {
    const full = { branches: { feature: ["f/*"] }, nightly: {}, release: {} };
    expect(consumerOf(full).events).toEqual(["pullRequest", "feature", "main", "nightly", "manual"]);
    expect(consumerOf({ ...full, nightly: { test: false } }).events).toEqual([
      "pullRequest",
      "feature",
      "main",
      "manual",
    ]);
    expect(consumerOf({ ...full, consumers: { smoke: { needs: "app", run: "x", on: ["main"] } } }).events).toEqual([
      "main",
    ]);
  });
});

describe("channels", () => {
  it("are latest, dev and nightly, as far as there is something to follow", () => {
    expect(pipelineOf({ branches: { integration: ["next", "lts"] }, nightly: {} }).channels).toEqual([
      { of: "main", tag: "latest" },
      { of: "next", tag: "dev" },
      { of: "nightly", tag: "nightly" },
    ]);
  });

  it("can be renamed, added and switched off", () => {
    const change = {
      branches: { integration: ["next", "lts"] },
      channels: { main: "stable", next: false as const, lts: "lts" },
    };
    expect(pipelineOf(change).channels).toEqual([
      { of: "main", tag: "stable" },
      { of: "lts", tag: "lts" },
    ]);
    expect(pipelineOf({ channels: { main: false } }).workflows.promote).toBeUndefined();
  });
});

describe("an image", () => {
  it("is called by registry, namespace and its own name or key", () => {
    expect(imageOf().image).toBe("ghcr.io/acme/app");
    expect(imageOf({ builds: { app: { kind: "image", image: "other/name" } } }).image).toBe("ghcr.io/acme/other/name");
    expect(imageOf({ registry: { host: "localhost:5000", username: "U", password: "P" } }).image).toBe(
      "localhost:5000/app",
    );
  });

  it("has an entry a platform, on a native runner, or one that emulates", () => {
    const platforms = { default: ["linux/amd64", "linux/arm64"], pullRequest: ["linux/arm/v7"] };
    expect(imageOf({ builds: { app: { kind: "image", platforms } } }).entries).toEqual({
      pullRequest: [{ name: "arm-v7", platforms: ["linux/arm/v7"], runner: "ubuntu-24.04" }],
      main: [
        { name: "amd64", platforms: ["linux/amd64"], runner: "ubuntu-24.04" },
        { name: "arm64", platforms: ["linux/arm64"], runner: "ubuntu-24.04-arm" },
      ],
      manual: [
        { name: "amd64", platforms: ["linux/amd64"], runner: "ubuntu-24.04" },
        { name: "arm64", platforms: ["linux/arm64"], runner: "ubuntu-24.04-arm" },
      ],
    });
    expect(
      imageOf({ builds: { app: { kind: "image", platforms, multiPlatform: "emulated" } }, runners: { default: "big" } })
        .entries.main,
    ).toEqual([{ name: "all", platforms: ["linux/amd64", "linux/arm64"], runner: "big" }]);
  });

  it("is tested where it runs: by default on a runner of a platform that every event builds", () => {
    const runner = (platforms: string[] | { default: string[]; pullRequest: string[] }, change: object = {}) =>
      planOf(
        smallConfig({
          builds: { app: { kind: "image", platforms } },
          consumers: { smoke: { needs: "app", run: "x" } },
          ...change,
        }),
      ).pipeline.consumers[0]?.runner;
    expect(runner(["linux/amd64", "linux/arm64"])).toBe("ubuntu-24.04");
    expect(runner(["linux/arm64"])).toBe("ubuntu-24.04-arm");
    expect(runner({ default: ["linux/amd64", "linux/arm64"], pullRequest: ["linux/arm64"] })).toBe("ubuntu-24.04-arm");
    expect(runner(["linux/arm64"], { runners: { default: "own" } })).toBe("own");
  });

  it("has no moving tag of its own for a pattern of branches", () => {
    for (const pattern of ["release/*", "release-[0-9]+"])
      expect(planOf(smallConfig({ branches: { integration: [pattern] } })).pipeline.channels).toEqual([
        { of: "main", tag: "latest" },
      ]);
  });

  it("has a recipe that changes with all that decides what it holds, and with nothing else", () => {
    const recipe = (change: object): string => imageOf({ builds: { app: { kind: "image", ...change } } }).recipe;
    expect(recipe({})).toMatch(/^[0-9a-f]{12}$/);
    expect(recipe({ timeout: "5m", cache: false, inputs: ["**"], scan: false })).toBe(recipe({}));
    const others = [{ dockerfile: "x" }, { context: "x" }, { target: "x" }, { args: { A: 1 } }, { args: { A: 2 } }].map(
      recipe,
    );
    expect(new Set([recipe({}), ...others]).size).toBe(others.length + 1);
    expect(recipe({ args: { A: 1 } })).toBe(recipe({ args: { A: "1" } }));
  });

  it("names the Dockerfiles that a caller should read, each once", () => {
    expect(dockerfilesOf(configSchema.parse(twoImages))).toEqual(["api/Dockerfile", "worker/Dockerfile"]);
    expect(
      dockerfilesOf(
        configSchema.parse(smallConfig({ builds: { a: { kind: "image" }, b: { kind: "image", image: "x" } } })),
      ),
    ).toEqual(["Dockerfile"]);
  });
});

describe("a consumer", () => {
  it("has its builds, a name, limits in minutes and steps", () => {
    expect(consumerOf()).toMatchObject({
      key: "smoke",
      name: "smoke",
      timeoutMinutes: 15,
      dispatch: false,
      required: true,
      source: "registry",
      forks: true,
      runner: "ubuntu-24.04",
      pull: { attempts: 3, delaySeconds: 10 },
      secrets: { names: [], grant: "trusted" },
    });
    expect(consumerOf().steps).toMatchObject([{ name: "Run the tests", run: "./smoke.sh", timeoutMinutes: 13 }]);
    expect(consumerOf().builds.map((build) => build.key)).toEqual(["app"]);
    expect(consumerOf({ topology: "workflow_run" }).dispatch).toBe(true);
  });

  it("leaves two minutes of its job to upload what a slow test left, unless the config has another limit", () => {
    const limits = (change: object): (number | undefined)[] =>
      consumerOf({ consumers: { smoke: { needs: "app", run: ["a", "b"], ...change } } }).steps.map(
        (step) => step.timeoutMinutes,
      );
    expect(limits({ timeout: "10m" })).toEqual([8, 8]);
    expect(limits({ timeout: "1m" })).toEqual([1, 1]);
    expect(limits({ timeout: "10m", testTimeout: "3m" })).toEqual([3, 3]);
  });

  it("names the steps of commands in words, whatever the commands are", () => {
    const { steps } = consumerOf({ consumers: { smoke: { needs: "app", run: [`${"x".repeat(80)}\ny`, "  a\n b"] } } });
    expect(steps.map((step) => step.name)).toEqual(["Run the tests (1 of 2)", "Run the tests (2 of 2)"]);
  });

  it("does not test forks where the pipeline does not", () => {
    expect([
      consumerOf({ forks: "build" }).forks,
      consumerOf({ forks: "ignore" }).forks,
      consumerOf({ consumers: { smoke: { needs: "app", run: "x", forks: false } } }).forks,
    ]).toEqual([false, false, false]);
  });

  it("runs the container of the first image that it needs, called by project and consumer", () => {
    expect(consumerOf({ consumers: { smoke: { needs: "app", run: "x", container: {} } } }).container).toMatchObject({
      name: "shop-smoke",
      build: { key: "app" },
    });
    const two = {
      builds: { app: { kind: "image" as const }, web: { kind: "image" as const } },
      consumers: { smoke: { needs: ["app", "web"], run: "x", container: { build: "web" } } },
    };
    expect(consumerOf(two).container?.build.key).toBe("web");
  });

  it("that is switched off is not in the plan", () => {
    expect(pipelineOf({ consumers: { smoke: { needs: "app", run: "x", enabled: false } } }).consumers).toEqual([]);
  });
});

describe("copies", () => {
  it("are of every channel and of releases, in the registry's own namespace, unless the config says otherwise", () => {
    const copy = { host: "docker.io", username: "U", password: "P" };
    const of = (change: object): unknown =>
      pipelineOf({ release: {}, nightly: {}, copies: [{ ...copy, ...change }] }).copies[0];
    expect(of({})).toMatchObject({ namespace: "acme", of: ["main", "nightly", "release"] });
    expect(of({ namespace: "other", of: ["release"] })).toMatchObject({ namespace: "other", of: ["release"] });
  });
});

it("retention is counted in whole hours, the begun one with them: nothing goes too early", () => {
  const { retention } = pipelineOf({ retention: { pullRequest: "90m", branch: "3d", minimumAge: "2h" } });
  expect(retention && [retention.hours.pullRequest, retention.hours.branch, retention.minimumAgeHours]).toEqual([
    2, 72, 2,
  ]);
});
