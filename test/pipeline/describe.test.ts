/** The plan in words and rows, as the docs and `explain-config` show it. */
import { describe, expect, it } from "vitest";
import { code, requiredChecks, retentionOfTag, tagExamples, triggersInWords } from "../../src/pipeline/describe.ts";
import { classifyTag } from "../../src/pipeline/tags.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";
import { systemNamed, systems } from "../support/systems.ts";

const pipelineOf = (change: Partial<ConfigInput> = {}) => planOf(smallConfig(change)).pipeline;

describe("triggers in words", () => {
  it("say what each workflow runs on", () => {
    const rows = Object.fromEntries(
      triggersInWords(
        pipelineOf({
          topology: "workflow_run",
          branches: { integration: ["dev"], feature: ["f/**"] },
          mergeQueue: true,
          nightly: {},
          release: {},
        }),
      ).map((row) => [row.name, row.on.join("; ")]),
    );
    expect(rows).toEqual({
      Build: "pushes to `main`, `dev`, `f/**`; pull requests into `main`, `dev`; the merge queue; by hand",
      Builds: "a call of `Build`, `Nightly Build`, `Release`",
      "Nightly Build": "schedule `0 2 * * *`; by hand",
      "Promote Images": "the end of every build and test; once a day; by hand",
      Release: "tags `v*.*.*`",
      "Container Registry Cleanup": "schedule `0 3 * * *`; by hand",
      "CI Config": "pushes to `main`, `dev`; pull requests into `main`, `dev`; the merge queue; by hand",
      smoke:
        "the end of `Build`, `Nightly Build`, for pullRequest, feature, integration, main, queue, nightly, manual; by hand, with an image tag",
    });
  });

  it("have a row for a consumer that is a workflow of its own, and none for one that is a job of the run", () => {
    const on = (change: Partial<ConfigInput>) =>
      triggersInWords(pipelineOf(change)).map((row) => `${row.name}: ${row.on.join("; ")}`);
    const [build, ...others] = on({ retention: false, check: false });
    expect(build).toBe("Build: pushes to `main`; pull requests into `main`; by hand");
    expect(others).toEqual([]);
    const byHand = on({ consumers: { smoke: { needs: "app", run: "x", dispatch: true } } });
    expect(byHand).toContain("smoke: a call of `Build`, for pullRequest, main, manual; by hand, with an image tag");
  });

  it("have one row for a group, for what any of its consumers tests", () => {
    const rows = triggersInWords(
      pipelineOf({
        topology: "workflow_run",
        consumers: {
          smoke: { needs: "app", run: "x", group: "tests", on: ["pullRequest"], dispatch: false },
          load: { needs: "app", run: "x", group: "tests", on: ["main"] },
        },
      }),
    ).filter((row) => row.kind === "consumer");
    expect(rows).toEqual([
      {
        name: "tests",
        path: ".github/workflows/tests.yml",
        kind: "consumer",
        on: ["the end of `Build`, for pullRequest, main", "by hand, with an image tag"],
      },
    ]);
  });

  it("say so of consumers that build for themselves or take no tag", () => {
    const on = (change: object) =>
      triggersInWords(
        pipelineOf({ topology: "workflow_run", consumers: { smoke: { needs: "app", run: "x", ...change } } }),
      )
        .at(-1)
        ?.on.join("; ");
    expect(on({ source: "build" })).toBe("pushes to `main`; pull requests into `main`; by hand");
    expect(on({ dispatch: false })).toBe("the end of `Build`, for pullRequest, main, manual");
  });

  it.each(systems)(
    "have one row for each emitted workflow, with its own triggers: $name",
    ({ pipeline, workflows }) => {
      const rows = triggersInWords(pipeline);
      expect(rows.map((row) => row.path).sort()).toEqual(workflows.map((workflow) => workflow.path).sort());
      for (const { path, on } of rows) {
        const workflow = workflows.find((one) => one.path === path);
        const words = on.join("; ");
        const said: readonly (readonly [string, boolean])[] = [
          ["pull_request", /pull requests/.test(words)],
          ["merge_group", /merge queue/.test(words)],
          ["schedule", /schedule|once a day/.test(words)],
          ["workflow_dispatch", /by hand/.test(words)],
          ["workflow_run", /the end of/.test(words)],
          ["workflow_call", /a call of/.test(words)],
          ["push", /pushes to|^tags/.test(words)],
        ];
        expect(
          said
            .filter(([, is]) => is)
            .map(([event]) => event)
            .sort(),
          path,
        ).toEqual(Object.keys(workflow?.on ?? {}).sort());
      }
    },
  );
});

describe("tags by example", () => {
  it.each(systems.filter((system) => system.pipeline.registry))("read as their own class: $name", ({ pipeline }) => {
    for (const row of tagExamples(pipeline))
      for (const example of row.examples) expect(classifyTag(example, pipeline.rules), example).toBe(row.class);
  });

  it("say how long they are kept: the larger of the class's age and the minimum, or for ever", () => {
    const kept = (change: Partial<ConfigInput>) =>
      Object.fromEntries(
        tagExamples(pipelineOf(change)).map((row) => [row.class, retentionOfTag(pipelineOf(change), row)]),
      );
    expect(kept({ release: {} })).toEqual({
      pullRequest: "48 hours",
      commit: "30 days",
      manual: "7 days",
      staging: "48 hours",
      channel: "for ever",
      release: "for ever",
    });
    expect(kept({ retention: false })["pullRequest"]).toBe("for ever");
    expect(kept({ retention: { pullRequest: "5h", minimumAge: "4h" } })["pullRequest"]).toBe("5 hours");
  });
});

describe("required checks", () => {
  const named = (change: Partial<ConfigInput>) => requiredChecks(pipelineOf(change)).map(({ name }) => name);

  it("are one for a run with all its tests, and one more a consumer where the config asks", () => {
    expect(requiredChecks(pipelineOf())).toEqual([
      { name: "All checks", from: "Build", kind: "check" },
      { name: "Workflows match the config", from: "CI Config", kind: "check" },
    ]);
    expect(named({ gates: "each" })).toEqual(["All checks", "smoke", "Workflows match the config"]);
  });

  it("are called like the last job that builds, where the tests are runs of their own", () => {
    const platforms = { default: ["linux/amd64"], main: ["linux/amd64", "linux/arm64"] };
    const checkOf = (change: Partial<ConfigInput>) => named({ topology: "workflow_run", ...change })[0];
    expect(checkOf({})).toBe("Build app");
    expect(checkOf({ builds: { app: { kind: "image", platforms } } })).toBe("Build app (amd64)");
    expect(checkOf({ builds: { app: { kind: "image" }, web: { kind: "image" } } })).toBe("Build / Build ready");
    expect(checkOf({ release: {} })).toBe("Build / Build app");
  });

  it("are the gate, every consumer that tests pull requests, and the check of the config", () => {
    expect(requiredChecks(systemNamed("Charon").pipeline).map((check) => [check.name, check.kind])).toEqual([
      ["Build / Build charon (amd64)", "check"],
      ...systemNamed("Charon").pipeline.consumers.map((consumer) => [consumer.name, "commit status"]),
      ["Workflows match the config", "check"],
    ]);
    const names = requiredChecks(systemNamed("a system that no one planned for").pipeline).map((check) => check.name);
    expect(names).not.toContain("Load test");
  });

  it("change their kind, not their name, when a consumer builds for itself", () => {
    const of = (name: string) => requiredChecks(systemNamed(name).pipeline).map((check) => [check.name, check.kind]);
    expect(
      of("Charon whose consumers build for themselves")
        .filter(([, kind]) => kind === "check")
        .map(([name]) => name),
    ).toEqual(["Build / Build charon (amd64)", "Security Scan", "E2E Tests", "Workflows match the config"]);
  });
});

it("code spans hold any text", () => {
  expect(["a", "a`b", "`a`", "``", "a`b``c"].map(code)).toEqual([
    "`a`",
    "``a`b``",
    "`` `a` ``",
    "` `` `",
    "```a`b``c```",
  ]);
});
