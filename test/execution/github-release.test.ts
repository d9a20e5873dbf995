/** Releases on GitHub: created once, completed by a re-run, published last. */
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRepository, type GitRepository } from "../support/git-repository.ts";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import type { Release } from "../support/github-api/state.ts";
import { runNodeProgram } from "../support/node-program.ts";
import { checkCommands, HOSTILE, TOKEN } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const FILES = {
  "linux/app_linux_amd64.tar.gz": "amd64",
  "linux/app_linux_arm64.tar.gz": "arm64",
  "install.yaml": "kind: List\n",
};
const digestOf = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;
const hexOf = (text: string): string => digestOf(text).slice(7);

describe.skipIf(missing("git", "sha256sum"))("github-release.mjs", () => {
  let api: GithubApi;
  let repository: GitRepository;
  let temp: string;
  let folder: string;
  let commit: string;
  beforeEach(async () => {
    repository = createRepository();
    commit = repository.commit({ "a.txt": "a" });
    repository.git("tag", "v1.2.3");
    repository.git("tag", "--annotate", "--message=x", "v1.2.3-rc.1");
    api = await startGithubApi({ gitFolder: repository.folder });
    temp = mkdtempSync(join(tmpdir(), "pipewright-release-"));
    folder = join(temp, "release");
    writeFileSync(join(temp, "notes.md"), "## What is new\n");
    for (const [file, text] of Object.entries(FILES)) write(file, text);
  });
  afterEach(async () => {
    await api.stop();
    repository.remove();
    rmSync(temp, { recursive: true });
  });

  function write(file: string, text: string): void {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const release = (environment: Record<string, string> = {}, setting: { notes?: boolean; checksums?: boolean } = {}) =>
    runNodeProgram(
      "github-release",
      {
        GITHUB_API_URL: api.url,
        GITHUB_REPOSITORY: "o/r",
        GITHUB_REF_NAME: "v1.2.3",
        RUNNER_TEMP: temp,
        GH_TOKEN: TOKEN,
        TARGET: "github",
        PRERELEASE: "false",
        ...environment,
      },
      {
        plan: {
          publish: {
            github: {
              kind: "githubRelease",
              on: ["release"],
              secrets: [],
              sboms: [],
              notes: true,
              checksums: true,
              ...setting,
            },
          },
        },
      },
    );
  const draft = (change: Partial<Release> = {}): Release => ({
    id: 7,
    tag_name: "v1.2.3",
    name: "",
    body: "",
    draft: true,
    prerelease: false,
    make_latest: "",
    assets: [],
    ...change,
  });
  const asset = (name: string, text: string) => ({
    id: Math.floor(Math.random() * 1e6),
    name,
    state: "uploaded" as const,
    size: text.length,
    digest: digestOf(text),
  });
  const names = (index = 0) => api.state.releases[index]?.assets.map(({ name }) => name).sort();
  const sent = (method: string) => api.requests.filter((request) => request.method === method).map(({ path }) => path);
  const ALL = ["app_linux_amd64.tar.gz", "app_linux_arm64.tar.gz", "checksums.txt", "install.yaml"];

  it("makes a draft, uploads every file and their checksums, and publishes last", async () => {
    const run = await release({ SHA: commit });
    expect(run.log).not.toContain("::error");
    expect(run).toMatchObject({
      code: 0,
      outputs: { "release-id": "100", url: "https://github.com/o/r/releases/tag/v1.2.3", uploaded: "4", kept: "0" },
    });
    expect(api.state.releases).toMatchObject([
      {
        tag_name: "v1.2.3",
        name: "v1.2.3",
        body: "## What is new\n",
        draft: false,
        prerelease: false,
        make_latest: "legacy",
      },
    ]);
    expect(names()).toEqual(ALL);
    expect(api.requests.filter(({ method }) => method !== "GET").at(-1)).toMatchObject({
      method: "PATCH",
      body: { draft: false },
    });
    expect(run.summary).toContain(`| install.yaml | 11 | ${hexOf("kind: List\n")} | uploaded |`);
  });

  it("writes checksums that sha256sum checks", async () => {
    const checksums = `${hexOf("amd64")}  app_linux_amd64.tar.gz\n${hexOf("arm64")}  app_linux_arm64.tar.gz\n${hexOf("kind: List\n")}  install.yaml\n`;
    await release();
    expect(api.state.releases[0]?.assets.find(({ name }) => name === "checksums.txt")?.digest).toBe(
      digestOf(checksums),
    );
    const downloads = mkdtempSync(join(folder, "downloads-"));
    for (const [file, text] of Object.entries(FILES))
      writeFileSync(join(downloads, file.split("/").at(-1) ?? ""), text);
    expect(
      execFileSync("sha256sum", ["--check", "--strict"], { cwd: downloads, input: checksums, encoding: "utf8" }),
    ).toContain("install.yaml: OK");
  });

  it("changes nothing when everything is there", async () => {
    await release();
    const before = api.requests.length;
    expect(await release()).toMatchObject({ code: 0, outputs: { uploaded: "0", kept: "4" } });
    expect(api.requests.slice(before).map(({ method }) => method)).not.toContain("POST");
    expect(api.requests.slice(before).map(({ method }) => method)).not.toContain("PATCH");
    expect(api.state.releases).toHaveLength(1);
  });

  it("completes a draft: keeps what is the same, replaces what differs, has no digest or broke off", async () => {
    const broken = { ...asset("app_linux_arm64.tar.gz", "arm64"), state: "starter" as const };
    api.state.releases.push(
      draft({
        assets: [
          asset("app_linux_amd64.tar.gz", "amd64"),
          broken,
          asset("install.yaml", "kind: Lost\n"),
          { ...asset("extra.txt", "by a person"), digest: null },
        ],
      }),
    );
    const run = await release();
    expect(run).toMatchObject({ code: 0, outputs: { "release-id": "7", uploaded: "3", kept: "1" } });
    expect(names()).toEqual([...ALL, "extra.txt"].sort());
    expect(api.state.releases[0]).toMatchObject({ draft: false, body: "## What is new\n" });
  });

  it("finds the draft behind a hundred other releases", async () => {
    api.state.releases.push(
      ...Array.from({ length: 150 }, (_, index) =>
        draft({ id: 1000 + index, tag_name: `v0.0.${index}`, draft: false }),
      ),
      draft(),
    );
    expect(await release()).toMatchObject({ code: 0, outputs: { "release-id": "7" } });
    expect(api.state.releases).toHaveLength(151);
  });

  it("makes no second release when the answer to the first is lost", async () => {
    api.fault({ status: "lose", method: "POST", path: /\/releases$/, times: 1 });
    expect(await release()).toMatchObject({ code: 0 });
    expect(api.state.releases).toHaveLength(1);
  });

  it("tries again when GitHub stumbles, in every step", async () => {
    api.fault({ status: 502, method: "POST", path: /\/releases$/, times: 2 });
    api.fault({ status: "lose", method: "POST", path: /amd64/, times: 1 });
    api.fault({ status: 502, method: "POST", path: /arm64/, times: 1 });
    api.fault({ status: 429, method: "POST", path: /install/, times: 1 });
    api.fault({ status: "refuse", method: "POST", path: /checksums/, times: 1 });
    api.fault({ status: 500, method: "PATCH", times: 1 });
    const run = await release();
    expect(run.log).not.toContain("::error");
    expect(run.code).toBe(0);
    expect(names()).toEqual(ALL);
    expect(api.state.releases).toHaveLength(1);
  });

  it("leaves a draft when an upload fails for good; a re-run completes it", async () => {
    api.fault({ status: 500, method: "POST", path: /arm64/ });
    const failed = await release();
    expect(failed).toMatchObject({ code: 1, outputs: {} });
    expect(failed.log).toContain("::error::GitHub answered 500 to app_linux_arm64.tar.gz");
    expect(api.state.releases).toMatchObject([{ draft: true }]);
    api.clearFaults();
    expect(await release()).toMatchObject({ code: 0, outputs: { uploaded: "2", kept: "2" } });
    expect(api.state.releases).toMatchObject([{ draft: false }]);
  });

  it("does not repeat what GitHub refuses", async () => {
    api.fault({ status: 403, message: "Resource not accessible by integration", method: "POST" });
    const run = await release();
    expect(run.code).toBe(1);
    expect(run.log).toContain("Resource not accessible by integration");
    expect(sent("POST")).toHaveLength(1);
  });

  it("adds what a published release lacks, and leaves the notes that somebody may have edited", async () => {
    api.state.releases.push(draft({ draft: false, body: "edited", assets: [asset("install.yaml", "kind: List\n")] }));
    expect(await release()).toMatchObject({ code: 0, outputs: { uploaded: "3", kept: "1" } });
    expect(api.state.releases[0]?.body).toBe("edited");
  });

  it("never replaces a file of a published release", async () => {
    api.state.releases.push(draft({ draft: false, assets: [asset("install.yaml", "kind: Lost\n")] }));
    const run = await release();
    expect(run.code).toBe(1);
    expect(run.log).toContain("with other contents of install.yaml");
    expect(names()).toEqual(["install.yaml"]);
  });

  it("stops when there are two releases of the tag", async () => {
    api.state.releases.push(draft(), draft({ id: 8 }));
    const run = await release();
    expect(run.code).toBe(1);
    expect(run.log).toContain("There are 2 releases of v1.2.3");
    expect(sent("POST")).toEqual([]);
  });

  it.each([
    [{ PRERELEASE: "true", GITHUB_REF_NAME: "v1.2.3-rc.1" }, {}, { prerelease: true, make_latest: "false" }],
    [{}, {}, { prerelease: false, make_latest: "legacy" }],
    [{}, { notes: false }, { body: "", name: "v1.2.3" }],
  ])("publishes as %j and %j say", async (environment, setting, expected) => {
    expect((await release(environment, setting)).code).toBe(0);
    expect(api.state.releases).toMatchObject([expected]);
  });

  it("shortens notes that GitHub would not take", async () => {
    writeFileSync(join(temp, "notes.md"), "🚀".repeat(100_000));
    expect((await release()).code).toBe(0);
    expect(api.state.releases[0]?.body.length).toBeLessThanOrEqual(125_000);
    expect(api.state.releases[0]?.body).toMatch(/🚀\n\n… \(shortened/u);
  });

  it("releases no tag that is not there, or that points elsewhere than what was tested", async () => {
    expect((await release({ GITHUB_REF_NAME: "v9.9.9" })).log).toContain("There is no tag v9.9.9");
    expect((await release({ SHA: "f".repeat(40) })).log).toContain("which was tested");
    expect((await release({ GITHUB_REF_NAME: "v1.2.3-rc.1", SHA: commit })).code).toBe(0);
    expect(api.state.releases).toHaveLength(1);
  });

  it("needs files for checksums, and none without", async () => {
    rmSync(folder, { recursive: true });
    const run = await release();
    expect(run.code).toBe(1);
    expect(run.log).toContain("no file to make checksums of");
    expect(api.state.releases).toEqual([]);
    expect((await release({}, { checksums: false })).code).toBe(0);
    expect(names()).toEqual([]);
  });

  it("takes folders of any depth", async () => {
    write("a/b/c/deep.bin", "x");
    expect((await release({}, { checksums: false })).code).toBe(0);
    expect(names()).toEqual(["app_linux_amd64.tar.gz", "app_linux_arm64.tar.gz", "deep.bin", "install.yaml"]);
  });

  it("refuses two files of one name, names that GitHub would change, and links", async () => {
    write("other/install.yaml", "x");
    expect((await release()).log).toContain("Two files are named install.yaml");
    rmSync(join(folder, "other"), { recursive: true });
    write("odd name.txt", "x");
    expect((await release()).log).toContain("GitHub would rename the file odd name.txt");
    symlinkSync("/etc/passwd", join(folder, "link.txt"));
    expect((await release()).log).toContain("link.txt is neither a file nor a folder");
    expect(api.state.releases).toEqual([]);
  });

  it.each(HOSTILE)("shows %j as the text that it is", async (text) => {
    writeFileSync(join(temp, "notes.md"), text);
    const run = await release();
    expect(run.code).toBe(0);
    expect(api.state.releases).toMatchObject([{ body: text }]);
    const refused = await release({ GITHUB_REF_NAME: text });
    expect(refused.code).toBe(1);
    for (const { log } of [run, refused]) checkCommands("github-release.mjs", log);
  });
});
