/** The estimate of API requests, held to the programs that make them. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ConfigInput } from "../../src/config/schema.ts";
import { REQUESTS, requestsOfPush, requestWarning, sumOf } from "../../src/pipeline/api-requests.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";

const TEMPLATES = join(import.meta.dirname, "../../templates");

/** Programs by name, wherever below `templates` they lie. */
const programs = readdirSync(TEMPLATES, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(?:sh|mjs)$/.test(path) && !/(?:^|[/\\])lib[/\\]/.test(path))
  .map((path) => ({
    name: basename(path).replace(/\.(?:sh|mjs)$/, ""),
    text: readFileSync(join(TEMPLATES, path), "utf8").replaceAll(/^\s*(?:#|\/\/).*$/gm, ""),
  }));

/** The places where a program asks GitHub's API. */
const asks = (text: string): number =>
  [
    ...text.matchAll(
      /\bapi (?:GET|POST|PATCH|DELETE) |\bapi_pages |\bpostStatuses\(|await (?:artifactOfRun|readArtifact)\(|\bnewestStatus\(|\bverdicts "|await (?:tipOf|verdictsOn)\(|github(?:Api\([^)]*\))?\.(?:get|all|post|patch|remove|download|downloadTo)\(/gm,
    ),
  ].length;

/** Programs that no push to a branch runs. */
const NOT_ON_PUSH: Readonly<Record<string, string>> = {
  "await-tests": "releases",
  "read-verdicts": "releases",
  "github-release": "releases",
  comment: "pull requests",
  cleanup: "a schedule",
  metrics: "a schedule",
  flakes: "a schedule",
  "open-pull-request": "a schedule",
  "plan-build": "feature branches",
  "prune-caches": "a schedule",
};

describe("the table of requests", () => {
  it("knows every program that asks GitHub's API", () => {
    const asking = programs.filter(({ text }) => asks(text) > 0).map(({ name }) => name);
    expect(asking.length).toBeGreaterThan(10);
    expect(asking.filter((name) => !(name in REQUESTS) && !(name in NOT_ON_PUSH))).toEqual([]);
    expect([...Object.keys(REQUESTS), ...Object.keys(NOT_ON_PUSH)].filter((name) => !asking.includes(name))).toEqual([
      "artifact of another run",
    ]);
  });

  it.each([
    ["report-status", 2],
    // The record twice, a pull request, and that the tests are pending, which is counted with their results.
    ["resolve-image", 4],
    ["take-image", 2],
    ["copy-image", 1],
    ["find-changes", 2],
    // The branch twice, and the verdicts, which are counted apart.
    ["promote", 3],
    ["clean-run", 1],
  ])("was counted when %s asked in %i places", (name, places) => {
    expect(asks(programs.find((program) => program.name === name)?.text ?? "")).toBe(places);
  });
});

const pipelineOf = (input: ConfigInput) => {
  const { pipeline, problems } = planOf(input, { dockerfiles: {} });
  expect(problems).toEqual([]);
  return pipeline;
};
const many = (count: number, more: Partial<ConfigInput> = {}): ConfigInput =>
  smallConfig({
    topology: "workflow_run",
    consumers: Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`c${index}`, { needs: "app", run: "x" }]),
    ),
    ...more,
  });

describe("a push", () => {
  it("asks for each consumer that follows the build, and for the tags after each", () => {
    const rows = requestsOfPush(pipelineOf(many(2)));
    expect(rows.slice(0, 2)).toEqual([
      { of: "c0", requests: 5 },
      { of: "c1", requests: 5 },
    ]);
    // Three ends of workflows; one tag of one image, and the verdicts of one commit.
    expect(rows.slice(2)).toEqual([{ of: "Promote Images", requests: 3 * (2 + 2) }]);
  });

  it("asks once for the record where consumers share a workflow, and moves tags once after it", () => {
    const both = { needs: "app", run: "x", group: "all" } as const;
    const config = smallConfig({ topology: "workflow_run", consumers: { a: both, b: both } });
    expect(requestsOfPush(pipelineOf(config))).toEqual([
      { of: "all", requests: 2 + 2 * 3 },
      { of: "Promote Images", requests: 2 * (2 + 2) },
    ]);
  });

  it("asks for the files that every job of a matrix takes from the build's run", () => {
    const config = smallConfig({
      topology: "workflow_run",
      builds: { dist: { kind: "files", run: "make", paths: ["out"] } },
      consumers: { e2e: { needs: "dist", run: "x", matrix: { shard: [1, 2, 3] } } },
    });
    expect(requestsOfPush(pipelineOf(config))).toEqual([{ of: "e2e", requests: 5 + 2 * 3 }]);
  });

  it("asks nothing for consumers that build for themselves, or test no pushes to main", () => {
    const config = smallConfig({
      topology: "workflow_run",
      moveTags: "at-build",
      consumers: { lint: { run: "x" }, only: { needs: "app", run: "x", on: ["pullRequest"] } },
    });
    expect(requestsOfPush(pipelineOf(config))).toEqual([]);
  });

  it("asks next to nothing where consumers are called", () => {
    expect(sumOf(requestsOfPush(pipelineOf(many(40, { topology: "workflow_call" }))))).toBeLessThan(10);
  });
});

it("asks GitHub's package API where a run cleans up after itself, and other registries' own", () => {
  const cleaning = (host: string): number =>
    sumOf(
      requestsOfPush(
        pipelineOf(
          many(1, {
            topology: "workflow_call",
            moveTags: "at-build",
            registry: {
              host,
              namespace: "acme",
              ...(host !== "ghcr.io" && { username: "USER", password: "PASSWORD" }),
            },
            retention: { afterRun: {} },
          }),
        ),
      ),
    );
  // The message of the commit; for the package its owner and a page of versions, and two versions that go.
  expect(cleaning("ghcr.io")).toBe(1 + 2 + 2 * 2);
  expect(cleaning("registry.example.com")).toBe(1);
});

describe("the warning", () => {
  it("comes from 800 requests on, of all pipelines together", () => {
    const half = pipelineOf(many(48));
    expect(sumOf(requestsOfPush(half))).toBe(48 * 5 + 49 * 4);
    expect(requestWarning([half])).toBeUndefined();
    expect(requestWarning([half, half])).toMatch(
      /^One push asks GitHub's API about 872 times, .* 1000 requests an hour/,
    );
  });
});
