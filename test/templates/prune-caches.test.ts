/** Caches past their retention, on a GitHub of the test's own. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import type { Cache } from "../support/github-api/state.ts";
import type { PipelinePart } from "../../src/pipeline/plan-file/schema.ts";
import { type ProgramResult, runNodeProgram } from "../support/node-program.ts";
import { HOSTILE } from "../support/run-program.ts";

let api: GithubApi;
let nextId = 1;
beforeEach(async () => {
  api = await startGithubApi();
});
afterEach(() => api.stop());

function cache(
  key: string,
  hoursAgo: number,
  megabytes = 1,
  lastAccessedAt = new Date(Date.now() - hoursAgo * 3_600_000).toISOString(),
): Cache {
  const made: Cache = {
    id: nextId++,
    ref: "refs/heads/main",
    key,
    last_accessed_at: lastAccessedAt,
    created_at: "2020-01-01T00:00:00Z",
    size_in_bytes: megabytes * 1e6,
  };
  api.state.caches.push(made);
  return made;
}

const RULES = [
  { beginning: "Linux-go-mod-", keepHours: 168 },
  { beginning: "Linux-build-", keepHours: 72 },
  { beginning: "Linux-go-", keepHours: null },
];
const prune = (
  change: Partial<NonNullable<PipelinePart["caches"]>> = {},
  environment: Record<string, string> = {},
): Promise<ProgramResult> =>
  runNodeProgram(
    "prune-caches",
    { GITHUB_API_URL: api.url, GITHUB_REPOSITORY: "o/r", GH_TOKEN: "token", ...environment },
    { plan: { caches: { keys: RULES, maxGigabytes: 100, ...change } } },
  );
const left = (): string[] => api.state.caches.map(({ key }) => key);

describe("caches", () => {
  test("go when nobody has used them for longer than they are kept; when they were made does not matter", async () => {
    cache("Linux-go-mod-old", 169, 500);
    cache("Linux-go-mod-used", 167, 400);
    cache("Linux-build-old", 73, 100);
    cache("Linux-build-used", 71, 50);
    const result = await prune();
    expect(left()).toEqual(["Linux-go-mod-used", "Linux-build-used"]);
    expect(result).toMatchObject({
      code: 0,
      outputs: { deleted: "2", kept: "2", failed: "0", "freed-bytes": "600000000", "total-bytes": "450000000" },
    });
    expect(result.summary).toContain("| Linux-go-mod- | 1 | 0.50 GB | 1 | 0.40 GB |");
    expect((await prune()).outputs).toMatchObject({ deleted: "0", kept: "2" });
  });

  test("of others, for ever kept or of unknown age are not touched; the longest prefix counts", async () => {
    cache("someone-elses", 9000);
    cache("linux-go-mod-x", 9000);
    cache("Linux-go-tools", 9000);
    cache("x-Linux-build-x", 9000);
    cache("Linux-build-broken", 0, 1, "yesterday");
    cache("Linux-build-future", -5);
    await prune();
    expect(left()).toHaveLength(6);
  });

  test("are read to the last page", async () => {
    for (let index = 0; index < 230; index += 1) cache(`Linux-build-${index}`, index < 225 ? 100 : 1);
    expect((await prune()).outputs).toMatchObject({ deleted: "225", kept: "5" });
    expect(left()).toHaveLength(5);
  });

  test.each(["true", "", "FALSE", "no"])(
    "stay in a dry run, which is everything but a plain false: %j",
    async (value) => {
      cache("Linux-build-old", 100, 5);
      const result = await prune({}, { DRY_RUN: value });
      expect(left()).toHaveLength(1);
      expect(result.outputs).toMatchObject({ deleted: "1", "freed-bytes": "5000000", "total-bytes": "0" });
      expect(result.summary).toContain("**Nothing was deleted.**");
      expect(api.requests.every(({ method }) => method === "GET")).toBe(true);
    },
  );

  test("that take too much together are told, whether they were deleted or not", async () => {
    cache("someone-elses", 1, 1900);
    cache("Linux-build-new", 1, 101);
    const over = await prune({ maxGigabytes: 2 });
    expect(over).toMatchObject({ code: 0, outputs: { "total-bytes": "2001000000" } });
    expect(over.log).toContain("::warning::The caches take 2.00 GB, over the limit of 2 GB.");
    expect((await prune({ maxGigabytes: 2.001 })).log).not.toContain("::warning::");
  });

  test("are deleted only where the rule says so, for any rules and ages", async () => {
    const keys = ["a-", "a-b-", "a-b-c", "b"];
    const worlds = fc.sample(
      fc.record({
        caches: fc.array(
          fc.record({
            key: fc.constantFrom(...keys, "c", "A-").map((key) => `${key}x`),
            hours: fc.integer({ min: 0, max: 20 }),
          }),
          { maxLength: 12 },
        ),
        rules: fc.uniqueArray(
          fc.record({ beginning: fc.constantFrom(...keys), keepHours: fc.constantFrom(null, 0, 5, 10) }),
          { selector: ({ beginning }) => beginning },
        ),
      }),
      12,
    );
    for (const world of worlds) {
      api.state.caches = [];
      for (const { key, hours } of world.caches) cache(key, hours + 0.5);
      const before = api.state.caches;
      await prune({ keys: world.rules });
      const kept = before.filter(({ key }, index) => {
        const [rule] = world.rules
          .filter((one) => key.startsWith(one.beginning))
          .toSorted((a, b) => b.beginning.length - a.beginning.length);
        return !rule || rule.keepHours === null || (world.caches[index]?.hours ?? 0) + 0.5 < rule.keepHours;
      });
      expect(api.state.caches).toEqual(kept);
    }
  });
});

describe("trouble", () => {
  test.each([
    ["", 1],
    [" ", 1],
    ["a", -1],
  ])("a rule that is none deletes nothing: %j for %j hours", async (beginning, keepHours) => {
    cache("a", 9000);
    const result = await prune({ keys: [{ beginning, keepHours }] });
    expect(result.code).toBe(1);
    expect(result.log).toContain("::error::The caches could not be pruned:");
    expect(api.requests).toEqual([]);
  });

  test("a server that fails for a moment is asked again; a cache that is gone meanwhile is no failure", async () => {
    cache("Linux-build-one", 100);
    cache("Linux-build-two", 100);
    api.fault({ status: 502, times: 1 });
    api.fault({ status: 429, method: "DELETE", times: 1 });
    api.fault({ status: 404, method: "DELETE", times: 1 });
    expect(await prune()).toMatchObject({ code: 0, outputs: { deleted: "2", failed: "0" } });
    expect(left()).toEqual(["Linux-build-one"]);
  });

  test("a list that cannot be read deletes nothing; one cache that cannot be deleted leaves the others to go", async () => {
    cache("Linux-build-one", 100);
    const { id } = cache("Linux-build-two", 100);
    cache("Linux-build-three", 100);
    api.fault({ status: 500, method: "GET" });
    expect((await prune()).code).toBe(1);
    expect(left()).toHaveLength(3);
    api.clearFaults();
    api.fault({ status: 403, message: "Resource not accessible by integration", path: new RegExp(`/${id}$`) });
    const result = await prune();
    expect(result).toMatchObject({ code: 1, outputs: { deleted: "2", failed: "1" } });
    expect(left()).toEqual(["Linux-build-two"]);
  });

  test.each(HOSTILE)("a key stays a key: %j", async (key) => {
    cache(`Linux-build-${key}`, 100);
    cache(key, 100);
    const result = await prune();
    expect(result.code).toBe(0);
    expect(result.log).not.toMatch(/##\[|^\s*::(?!group|endgroup)/m);
    expect(left()).toEqual([key]);
  });
});
