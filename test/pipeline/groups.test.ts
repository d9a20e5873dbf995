/** Consumers that share a workflow: what the plan makes of them, and what would not fit together. */
import { describe, expect, test } from "vitest";
import type { ConfigInput, ConsumerInput } from "../../src/config/schema.ts";
import { planFile } from "../../src/pipeline/plan-file.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";

const config = (consumers: Record<string, Partial<ConsumerInput>>, change: Partial<ConfigInput> = {}): ConfigInput =>
  smallConfig({
    topology: "workflow_run",
    ...change,
    consumers: Object.fromEntries(
      Object.entries(consumers).map(([key, consumer]) => [key, { needs: "app", run: "x", ...consumer }]),
    ),
  });
const problemsOf = (...given: Parameters<typeof config>): string[] =>
  planOf(config(...given)).problems.map(({ path, message }) => `${path.join(".")}: ${message}`);
const group = "integration";

describe("a group", () => {
  const of = (...given: Parameters<typeof config>) =>
    planOf(config(...given)).pipeline.consumers.map(({ name, workflow, path }) => ({ name, workflow, path }));

  test("is a workflow under its own name; each consumer's verdict keeps its own", () => {
    expect(of({ waf: { group, name: "WAF" }, crowd: { group } })).toEqual([
      { name: "WAF", workflow: "integration", path: ".github/workflows/integration.yml" },
      { name: "crowd", workflow: "integration", path: ".github/workflows/integration.yml" },
    ]);
    const groups = { integration: { name: "Integration Tests", file: "tests" } };
    expect(of({ waf: { group } }, { groups })).toEqual([
      { name: "waf", workflow: "Integration Tests", path: ".github/workflows/tests.yml" },
    ]);
  });

  test("stands in the plan file with those that belong to it", () => {
    const { pipeline } = planOf(config({ waf: { group }, crowd: { group }, smoke: {} }));
    expect(planFile([pipeline], {}).pipelines[""]?.groups).toEqual({ integration: ["waf", "crowd"] });
  });

  test("is left by a consumer that builds for itself, which has a workflow of its own until it follows again", () => {
    const given = { waf: { group, source: "build" as const }, crowd: { group } };
    expect(problemsOf(given)).toEqual([]);
    expect(of(given)[0]).toEqual({ name: "waf", workflow: "waf", path: ".github/workflows/waf.yml" });
  });
});

describe("a group that would not fit together", () => {
  test("in one run, where there is nothing to share", () => {
    expect(problemsOf({ waf: { group } }, { topology: "workflow_call" })).toEqual([
      expect.stringContaining('consumers.waf.group: The consumer "waf" is in the group "integration", but the build'),
    ]);
  });

  test("of a consumer that takes nothing of the build", () => {
    expect(problemsOf({ lint: { group, needs: [] } })).toEqual([
      expect.stringContaining("takes nothing of the build, which the others follow"),
    ]);
  });

  test("with a file of one consumer, or the name of one that is not in it", () => {
    expect(problemsOf({ waf: { group, file: "waf" } })).toEqual([expect.stringContaining("consumers.waf.file: ")]);
    expect(problemsOf({ waf: { group }, integration: { file: "other", name: "Other" } })).toEqual([
      expect.stringContaining('The group "integration" is called like a consumer that is not in it.'),
    ]);
  });

  test("with the name or the file of another workflow", () => {
    expect(problemsOf({ waf: { group } }, { groups: { integration: { name: "Build" } } })).toEqual([
      expect.stringContaining('groups.integration.name: Two workflows have the name "Build".'),
    ]);
    expect(problemsOf({ waf: { group } }, { groups: { integration: { file: "build" } } })).toEqual([
      expect.stringContaining("groups.integration.file: Two workflows would be written to"),
    ]);
  });

  test("whose consumers let people pick different values by one name", () => {
    const choosing = (values: (string | number)[], key = "size"): Partial<ConsumerInput> => ({
      group,
      matrix: { [key]: values },
      choose: [key],
    });
    expect(problemsOf({ waf: choosing([1, 2]), crowd: choosing([1, 2]) })).toEqual([]);
    expect(problemsOf({ waf: choosing([1]), crowd: choosing([2]) })).toHaveLength(2);
    expect(problemsOf({ waf: choosing([1], "consumer") })).toEqual([
      expect.stringContaining('"consumer" says which consumers of a group test'),
    ]);
  });

  test("that nobody belongs to", () => {
    expect(problemsOf({ waf: { group: "integraton" } }, { groups: { integration: {} } })).toEqual([
      'groups.integration: No consumer is in the group "integration".',
    ]);
  });
});
