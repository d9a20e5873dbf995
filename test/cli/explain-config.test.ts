import { describe, expect, test } from "vitest";
import { folder } from "./folder.ts";
import { configOf, hello, pipewright } from "./pipewright.ts";

/** The same pipeline, whose tests follow the build in runs of their own. */
const following = (...consumers: string[]) => ({
  ...hello(),
  "ci.config.ts": configOf(...consumers).replace('project: "hello",', 'project: "hello", topology: "workflow_run",'),
});

describe("explain-config", () => {
  test("shows what is built, what runs, which tags appear, who tests them, and how long they live", async () => {
    const { code, stdout, stderr } = await pipewright(await folder(hello("smoke", "other")), ["explain-config"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("hello, as ci.config.ts declares it");
    expect(stdout).toMatch(/^ {2}app +ghcr\.io\/octocat\/app +pullRequest \(linux\/amd64\)/m);
    expect(stdout).toMatch(/^ {2}smoke +\.github\/workflows\/smoke\.yml +a call of `Build`/m);
    expect(stdout).toMatch(/^ {2}pullRequest +pr-\{number\}-\{sha\} +smoke, other$/m);
    expect(stdout).toMatch(/^ {2}push to main +sha-\{sha\} +sha-abc1234 +no +30 days$/m);
    expect(stdout).toMatch(/^ {2}main +latest +latest +yes +for ever$/m);
    expect(stdout).toMatch(/^ {2}All checks +check +Build$/m);
    expect(stdout).toMatch(/^ {2}gate +test-smoke, test-other$/m);
    expect(stdout).toMatch(
      /^A push to the main branch asks GitHub's API at most about \d+ times, of 1,000 an hour\.$/m,
    );
    expect(stdout).not.toContain("warning");
  });

  test("names the statuses of tests that follow the build", async () => {
    const { stdout } = await pipewright(await folder(following("smoke", "other")), ["explain-config"]);
    expect(stdout).toMatch(/^ {2}smoke +\.github\/workflows\/smoke\.yml +the end of `Build`/m);
    expect(stdout).toMatch(/^ {2}Build app +check +Build$/m);
    expect(stdout).toMatch(/^ {2}smoke +commit status +smoke$/m);
  });

  test("shows the jobs of a workflow that several kinds of run call to build", async () => {
    const files = hello("smoke");
    const config = configOf("smoke").replace('project: "hello",', 'project: "hello", release: {},');
    const { stdout } = await pipewright(await folder({ ...files, "ci.config.ts": config }), ["explain-config"]);
    expect(stdout).toMatch(/^The stages of Builds\n.*\n {2}build-app +nothing$/m);
    expect(stdout).toMatch(/^The stages of Release\n.*\n {2}build +nothing$/m);
  });

  test("--json holds the same, for programs", async () => {
    const { code, stdout } = await pipewright(await folder(hello("smoke")), ["explain-config", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      command: "explain-config",
      ok: true,
      config: "ci.config.ts",
      project: "hello",
      builds: [
        {
          name: "app",
          gives: "ghcr.io/octocat/app",
          on: expect.arrayContaining([{ event: "main", platforms: ["linux/amd64"] }]),
        },
      ],
      workflows: expect.arrayContaining([
        expect.objectContaining({ path: ".github/workflows/build.yml", kind: "build" }),
      ]),
      events: expect.arrayContaining([{ event: "pullRequest", tags: ["pr-{number}-{sha}"], consumers: ["smoke"] }]),
      tags: expect.arrayContaining([expect.objectContaining({ class: "commit", kept: "30 days", moves: false })]),
      statuses: expect.arrayContaining([{ name: "All checks", from: "Build", kind: "check" }]),
      runs: [expect.objectContaining({ run: "build", workflow: "Build" })],
    });
  });

  test("says when a push comes near to the requests that an hour has", async () => {
    const consumers = Array.from({ length: 100 }, (_, index) => `c${index}`);
    const root = await folder(following(...consumers));
    const warning = /^warning:? One push asks GitHub's API about 904 times, .*`topology: "workflow_call"`/m;
    expect((await pipewright(root, ["explain-config"])).stdout).toMatch(warning);
    expect((await pipewright(root, ["generate", "--dry-run"])).stderr).toMatch(warning);
    expect((await pipewright(root, ["generate", "--dry-run", "--quiet"])).stderr).toBe("");
    const { apiRequests } = JSON.parse((await pipewright(root, ["explain-config", "--json"])).stdout) as {
      apiRequests: { ofPush: number; anHour: number; by: unknown[] };
    };
    expect(apiRequests).toMatchObject({ ofPush: 904, anHour: 1000 });
    expect(apiRequests.by).toHaveLength(101);
  });

  test("a pipeline of files only has artifacts and no tags", async () => {
    const config = configOf("smoke")
      .replace("builds: { app: image({}) }", 'builds: { app: files({ run: "make", paths: ["out/"] }) }')
      .replace("image }", "files }");
    const { code, stdout } = await pipewright(await folder({ "ci.config.ts": config }), ["explain-config"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}files-app +app +7 days$/m);
    expect(stdout).not.toContain("Tags and how long they live");
  });

  test("writes nothing, and reports mistakes like the other commands", async () => {
    const root = await folder({
      "ci.config.ts": configOf("smoke").replace('"app", dispatch', '"ap", dispatch'),
      Dockerfile: "FROM scratch\n",
    });
    const { code, stderr } = await pipewright(root, ["explain-config"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ci\.config\.ts:8:\d+ {2}error/m);
  });
});
