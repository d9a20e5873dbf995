/** What a run deletes of its own when it ends, by what became of it: against a real registry. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import { addTag, digestOf, pushImage, pushIndex } from "../support/images.ts";
import { type ProgramResult, runNodeProgram } from "../support/node-program.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { type Expiring, expiringPlan } from "../support/retention.ts";
import { missing } from "../support/tools.ts";

/** Two jobs build the image, and push it with a staging tag each. */
const JOBS = ["amd64", "arm64"].map((name) => ({ name, platforms: [`linux/${name}`], runner: "ubuntu-latest" }));
const COMMIT = "1".repeat(40);
const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();

describe.skipIf(missing("docker-registry"))("clean-run.mjs", () => {
  let registry: Registry;
  let api: GithubApi;
  let count = 0;
  let repository = "";
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());
  beforeEach(async () => {
    api = await startGithubApi({ repository: "o/r" });
    count += 1;
    repository = `acme/app-${count}`;
  });
  afterEach(async () => {
    registry.clearFaults();
    await api.stop();
  });

  const push = (tag: string, hours = 0) =>
    pushImage(registry, repository, { tag, layers: ["base", tag], created: hoursAgo(hours) });
  interface Run {
    class?: string;
    /** What became of publishing; nothing is published where it is left out. */
    published?: string | undefined;
    tested?: string;
    message?: string;
    tag?: string;
    staging?: string;
  }
  const clean = (run: Run = {}, settings: Expiring = {}): Promise<ProgramResult> => {
    const { published = "success", tested = "success", message = "Fix the cart", tag, staging } = run;
    const image = `${registry.host}/${repository}`;
    const plan = expiringPlan(image, {
      mode: "oci",
      afterRun: { keepRecent: 2, preserve: "[preserve]" },
      classes: [
        { class: "staging", tags: ["stage-.*"], hours: 24 },
        { class: "pullRequest", tags: ["pr-.*"], hours: 24 },
        { class: "commit", tags: ["sha-.*"], hours: 720 },
      ],
      released: ["latest", "v\\d.*"],
      ...settings,
    });
    api.state.commits[COMMIT] = hoursAgo(1);
    api.state.messages[COMMIT] = message;
    return runNodeProgram(
      "clean-run",
      {
        GITHUB_API_URL: api.url,
        GITHUB_REPOSITORY: "o/r",
        GH_TOKEN: "token",
        CLASS: run.class ?? "main",
        TAG: tag ?? (run.class === "pullRequest" ? "pr-7-1111111" : "sha-1111111"),
        COMMIT,
        STAGING: staging ?? "stage-1111111-{platform}",
        NEEDS: JSON.stringify({
          "verdict-e2e": { result: tested },
          ...(published !== "none" && { published: { result: published } }),
        }),
      },
      {
        plan: { ...plan, builds: { app: { image, entries: { main: JOBS, pullRequest: JOBS } } } },
        env: { REGISTRY_API_URL: `http://${registry.host}` },
      },
    );
  };
  const tags = async (...wanted: string[]): Promise<string[]> =>
    (await Promise.all(wanted.map(async (tag) => ((await digestOf(registry, repository, tag)) ? [tag] : [])))).flat();

  test("finds the staging tags of its own jobs", async () => {
    await push("stage-1111111-amd64");
    await push("stage-2222222-amd64");
    const result = await clean();
    expect(result).toMatchObject({ code: 0, outputs: { strategy: "delete-staging", deleted: "1" } });
    expect(await tags("stage-1111111-amd64", "stage-2222222-amd64")).toEqual(["stage-2222222-amd64"]);
  });

  test("of a pull request all goes at once, and nothing of others", async () => {
    await push("pr-7-1111111");
    await push("stage-1111111-amd64");
    await push("pr-8-2222222", 100);
    await push("stage-2222222-amd64", 100);
    const result = await clean({ class: "pullRequest", published: "none", tested: "failure" });
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
    expect((await clean({ class: "pullRequest" })).outputs).toMatchObject({ deleted: "0", kept: "1" });
    expect(await tags("pr-7-1111111")).toEqual(["pr-7-1111111"]);
  });

  test("after publishing, staging goes, unless what was published refers to it", async () => {
    const amd64 = await push("stage-1111111-amd64");
    await pushIndex(registry, repository, { tag: "sha-1111111", manifests: [amd64] });
    const result = await clean();
    expect(result.outputs).toMatchObject({ strategy: "delete-staging", deleted: "0" });
    await push("stage-1111111-arm64");
    await clean();
    expect(await tags("sha-1111111", "stage-1111111-amd64", "stage-1111111-arm64")).toEqual([
      "sha-1111111",
      "stage-1111111-amd64",
    ]);
  });

  test("a failure to publish keeps all, and so does a marker in the commit's message", async () => {
    await push("stage-1111111-amd64");
    const failed = await clean({ published: "failure" });
    expect(failed).toMatchObject({ code: 0, outputs: { strategy: "preserve", deleted: "0" } });
    const marked = await clean({ class: "pullRequest", message: "Look at this\n\n[preserve] please" });
    expect(marked.outputs["strategy"]).toBe("preserve");
    expect(marked.summary).toContain("**preserve**: the commit's message holds &#91;preserve&#93;.");
    expect((await clean({ published: "surprise" })).outputs["strategy"]).toBe("preserve");
    expect(
      (await clean({ message: "[preserve]" }, { afterRun: { keepRecent: 2, preserve: "[keep]" } })).outputs["strategy"],
    ).toBe("delete-staging");
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
      const result = await clean({ published });
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
    expect((await clean({ class: "pullRequest" }, { dryRun: true })).outputs).toMatchObject({ deleted: "1" });
    expect(await tags("pr-7-1111111")).toEqual(["pr-7-1111111"]);
    await clean({ class: "pullRequest" });
    expect(await clean({ class: "pullRequest" })).toMatchObject({ code: 0, outputs: { deleted: "0", kept: "1" } });
  });

  test("deletes nothing where something cannot be read, and fails where nothing can", async () => {
    await push("pr-7-1111111");
    const { digest } = await push("latest");
    registry.fault({ kind: "status", status: 500, method: "GET", path: new RegExp(digest) });
    const blind = await clean({ class: "pullRequest" });
    expect(blind).toMatchObject({ code: 0, outputs: { deleted: "0", kept: "2" } });
    expect(blind.log).toContain("::warning::A manifest of");
    registry.clearFaults();
    registry.fault({ kind: "refuse" });
    expect(await clean({ class: "pullRequest" })).toMatchObject({ code: 1, outputs: { failed: "1" } });
  });

  test("prints no command of a hostile message", async () => {
    await push("latest");
    const result = await clean({
      class: "pullRequest",
      message: "x\n::error::y",
      tested: "a\n::set-output name=b::c",
      tag: "a\n::warning::b",
    });
    expect(result.log).not.toMatch(/^::(error|warning|set-output)/m);
  });
});
