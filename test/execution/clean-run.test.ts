/** What a run deletes of its own when it ends, by what became of it: against a real registry. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { addTag, digestOf, pushImage, pushIndex } from "../support/images.ts";
import { type ProgramResult, runNodeProgram } from "../support/node-program.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { missing } from "../support/tools.ts";

const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();

describe.skipIf(missing("docker-registry"))("clean-run.mjs", () => {
  let registry: Registry;
  let count = 0;
  let repository = "";
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());
  beforeEach(() => {
    count += 1;
    repository = `acme/app-${count}`;
  });
  afterEach(() => registry.clearFaults());

  const push = (tag: string, hours = 0) =>
    pushImage(registry, repository, { tag, layers: ["base", tag], created: hoursAgo(hours) });
  const clean = (environment: Record<string, string>, settings: object = {}): Promise<ProgramResult> =>
    runNodeProgram("clean-run", {
      CLASS: "main",
      PUBLISHED: "success",
      TESTED: "success",
      COMMIT_MESSAGE: "Fix the cart",
      MARKER: "[preserve]",
      CLEAN: JSON.stringify({
        packages: [
          { owner: "acme", name: "app", host: registry.host, repository, registryUrl: `http://${registry.host}` },
        ],
        mode: "oci",
        ownerKind: null,
        tags: ["sha-1111111", "stage-1111111-amd64", "pr-7-1111111"],
        classes: [
          { class: "staging", pattern: "^stage-", hours: 24 },
          { class: "pullRequest", pattern: "^pr-", hours: 24 },
          { class: "commit", pattern: "^sha-", hours: 720 },
        ],
        keepForever: ["^latest$", "^v\\d"],
        keepRecent: 2,
        dryRun: false,
        ...settings,
      }),
      ...environment,
    });
  const tags = async (...wanted: string[]): Promise<string[]> =>
    (await Promise.all(wanted.map(async (tag) => ((await digestOf(registry, repository, tag)) ? [tag] : [])))).flat();

  test("finds the staging tags of its own jobs", async () => {
    await push("stage-1111111-amd64");
    await push("stage-2222222-amd64");
    const own = { STAGING: "stage-1111111-{platform}", PUBLISHED: "success" };
    const result = await clean(
      { ...own, COMMIT_MESSAGE: "", COMMIT: "1".repeat(40) },
      { tags: [], entries: ["amd64", "arm64"] },
    );
    expect(result).toMatchObject({ code: 0, outputs: { strategy: "delete-staging", deleted: "1" } });
    expect(await tags("stage-1111111-amd64", "stage-2222222-amd64")).toEqual(["stage-2222222-amd64"]);
  });

  test("of a pull request all goes at once, and nothing of others", async () => {
    await push("pr-7-1111111");
    await push("stage-1111111-amd64");
    await push("pr-8-2222222", 100);
    await push("stage-2222222-amd64", 100);
    const result = await clean({ CLASS: "pullRequest", PUBLISHED: "none", TESTED: "failure" });
    expect(result).toMatchObject({
      code: 0,
      outputs: { strategy: "delete-run", deleted: "2", kept: "2", failed: "0" },
    });
    expect(await tags("pr-7-1111111", "stage-1111111-amd64", "pr-8-2222222", "stage-2222222-amd64")).toEqual([
      "pr-8-2222222",
      "stage-2222222-amd64",
    ]);
  });

  test("of a pull request nothing goes that has another's tag", async () => {
    await push("pr-7-1111111");
    await addTag(registry, repository, "pr-7-1111111", "feature-cart-1111111");
    expect((await clean({ CLASS: "pullRequest" })).outputs).toMatchObject({ deleted: "0", kept: "1" });
    expect(await tags("pr-7-1111111")).toEqual(["pr-7-1111111"]);
  });

  test("after publishing, staging goes, unless what was published refers to it", async () => {
    const amd64 = await push("stage-1111111-amd64");
    await pushIndex(registry, repository, { tag: "sha-1111111", manifests: [amd64] });
    const result = await clean({}, { tags: ["sha-1111111", "stage-1111111-amd64", "stage-1111111-arm64"] });
    expect(result.outputs).toMatchObject({ strategy: "delete-staging", deleted: "0" });
    await push("stage-1111111-arm64");
    await clean({}, { tags: ["sha-1111111", "stage-1111111-amd64", "stage-1111111-arm64"] });
    expect(await tags("sha-1111111", "stage-1111111-amd64", "stage-1111111-arm64")).toEqual([
      "sha-1111111",
      "stage-1111111-amd64",
    ]);
  });

  test("a failure to publish keeps all, and so does a marker in the commit's message", async () => {
    await push("stage-1111111-amd64");
    const failed = await clean({ PUBLISHED: "failure" });
    expect(failed).toMatchObject({ code: 0, outputs: { strategy: "preserve", deleted: "0" } });
    const marked = await clean({ CLASS: "pullRequest", COMMIT_MESSAGE: "Look at this\n\n[preserve] please" });
    expect(marked.outputs["strategy"]).toBe("preserve");
    expect(marked.summary).toContain("**preserve**: the commit's message holds &#91;preserve&#93;.");
    expect((await clean({ PUBLISHED: "surprise" })).outputs["strategy"]).toBe("preserve");
    expect((await clean({ COMMIT_MESSAGE: "[preserve]", MARKER: "" })).outputs["strategy"]).toBe("delete-staging");
  });

  test.each(["skipped", "cancelled", "none"])(
    "where publishing was %s, the newest staging stays, and what is younger than its kind is kept",
    async (published) => {
      const ages = {
        "stage-1111111-amd64": 1,
        "stage-2222222-amd64": 30,
        "stage-3333333-amd64": 40,
        "stage-4444444-amd64": 24.5,
        "stage-5555555-amd64": 200,
      };
      for (const [tag, hours] of Object.entries(ages)) await push(tag, hours);
      await push("sha-9999999", 9000);
      const result = await clean({ PUBLISHED: published });
      expect(result.outputs).toMatchObject({ strategy: "keep-recent", deleted: "3" });
      expect(await tags(...Object.keys(ages), "sha-9999999")).toEqual([
        "stage-1111111-amd64",
        "stage-4444444-amd64",
        "sha-9999999",
      ]);
    },
  );

  test("does nothing the second time, and nothing at all in a dry run", async () => {
    await push("pr-7-1111111");
    await push("latest");
    expect((await clean({ CLASS: "pullRequest" }, { dryRun: true })).outputs).toMatchObject({ deleted: "1" });
    expect(await tags("pr-7-1111111")).toEqual(["pr-7-1111111"]);
    await clean({ CLASS: "pullRequest" });
    expect(await clean({ CLASS: "pullRequest" })).toMatchObject({ code: 0, outputs: { deleted: "0", kept: "1" } });
  });

  test("deletes nothing where something cannot be read, and fails where nothing can", async () => {
    await push("pr-7-1111111");
    const { digest } = await push("latest");
    registry.fault({ kind: "status", status: 500, method: "GET", path: new RegExp(digest) });
    const blind = await clean({ CLASS: "pullRequest" });
    expect(blind).toMatchObject({ code: 0, outputs: { deleted: "0", kept: "2" } });
    expect(blind.log).toContain("::warning::A manifest of");
    registry.clearFaults();
    registry.fault({ kind: "refuse" });
    expect(await clean({ CLASS: "pullRequest" })).toMatchObject({ code: 1, outputs: { failed: "1" } });
  });

  test("prints no command of a hostile message", async () => {
    await push("latest");
    const result = await clean(
      { CLASS: "pullRequest", COMMIT_MESSAGE: "x\n::error::y", TESTED: "a\n::set-output name=b::c" },
      { tags: ["a\n::warning::b"] },
    );
    expect(result.log).not.toMatch(/^::(error|warning|set-output)/m);
  });
});
