/** Newer digests, proposed as a pull request on a real repository behind GitHub's API. */
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRepository, type GitRepository } from "../support/git-repository.ts";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import { runNodeProgram } from "../support/node-program.ts";
import { checkCommands, HOSTILE, TOKEN } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const OLD = `sha256:${"0".repeat(64)}`;
const NEW = `sha256:${"1".repeat(64)}`;
const BRANCH = "base-images/node";
const TITLE = "Build on the newest node";

describe.skipIf(missing("git"))("open-pull-request.mjs", () => {
  let api: GithubApi;
  let repository: GitRepository;
  let base: string;
  beforeEach(async () => {
    repository = createRepository();
    base = repository.commit({
      Dockerfile: `# node:20@${OLD}\nARG BASE=node:20@${OLD}\nFROM node:20@${OLD} AS build\nFROM alpine:3@${OLD}\n`,
      "deploy/compose.yml": "services:\n  a:\n    image: node:20\n",
      "other.txt": "x",
    });
    api = await startGithubApi({ gitFolder: repository.folder });
  });
  afterEach(async () => {
    await api.stop();
    repository.remove();
  });

  /** What the plan says of the image; `digest` is its newest one, and `main` the branch that it is proposed for. */
  interface Proposal {
    image?: string;
    pins?: readonly string[];
    branch?: string;
    ownToken?: boolean;
    digest?: string;
    tag?: string;
    main?: string;
  }
  const open = ({ digest = NEW, tag = "20", main = "main", ...change }: Proposal = {}) =>
    runNodeProgram(
      "open-pull-request",
      {
        GITHUB_API_URL: api.url,
        GITHUB_REPOSITORY: "o/r",
        GH_TOKEN: TOKEN,
        BASE: "node",
        DIGEST: digest,
        TAG: tag,
      },
      {
        plan: {
          bases: {
            node: {
              args: {},
              branch: BRANCH,
              context: ".",
              dockerfile: "Dockerfile",
              image: "node",
              ownToken: false,
              platforms: ["linux/amd64"],
              ...change,
              pins: [...(change.pins ?? ["Dockerfile"])],
            },
          },
          tags: { main },
        },
      },
    );
  const shown = (file: string, at = BRANCH) => repository.git("show", `${at}:${file}`);
  const writes = () => api.requests.filter(({ method }) => method !== "GET");

  it("makes one commit on top of the base, and one pull request", async () => {
    const run = await open({ pins: ["Dockerfile", "deploy/compose.yml"] });
    expect(run.log).not.toContain("::error");
    expect(run).toMatchObject({
      code: 0,
      outputs: {
        changed: "true",
        number: "1",
        url: "https://github.com/o/r/pull/1",
        commit: repository.git("rev-parse", BRANCH),
      },
    });
    expect(repository.git("log", "--format=%s %P", `main..${BRANCH}`)).toBe(`${TITLE} ${base}`);
    expect(repository.git("diff", "--name-only", "main", BRANCH)).toBe("Dockerfile\ndeploy/compose.yml");
    expect(shown("Dockerfile")).toBe(
      `# node:20@${OLD}\nARG BASE=node:20@${NEW}\nFROM node:20@${NEW} AS build\nFROM alpine:3@${OLD}`,
    );
    expect(shown("deploy/compose.yml")).toContain(`image: node:20@${NEW}`);
    expect(api.state.pulls).toMatchObject([
      {
        state: "open",
        title: TITLE,
        body: `- \`Dockerfile\`: \`node:20@${NEW}\`\n- \`deploy/compose.yml\`: \`node:20@${NEW}\``,
        head: { ref: BRANCH },
        base: { ref: "main" },
      },
    ]);
  });

  it("does nothing where everything is up to date, and closes nothing", async () => {
    await open();
    const before = writes().length;
    const run = await open({ digest: OLD });
    expect(run).toMatchObject({
      code: 0,
      outputs: { changed: "false" },
      summary: "Every pinned image is up to date.\n",
    });
    expect(writes()).toHaveLength(before);
    expect(api.state.pulls).toMatchObject([{ state: "open" }]);
  });

  it("keeps commit and pull request when it is run again", async () => {
    const first = await open();
    const second = await open();
    expect(second.outputs).toEqual(first.outputs);
    expect(writes().filter(({ method, path }) => method === "PATCH" || path.endsWith("/git/commits"))).toHaveLength(1);
    expect(api.state.pulls).toHaveLength(1);
  });

  it("moves the branch on top of a base that has moved, and updates the pull request", async () => {
    await open();
    const moved = repository.commit({ "other.txt": "y" });
    const newer = `sha256:${"2".repeat(64)}`;
    expect(await open({ digest: newer, tag: "21" })).toMatchObject({ code: 0, outputs: { number: "1" } });
    expect(repository.git("log", "--format=%s %P", `main..${BRANCH}`)).toBe(`${TITLE} ${moved}`);
    expect(shown("Dockerfile")).toContain(`FROM node:21@${newer}`);
    expect(api.state.pulls).toMatchObject([{ title: TITLE, body: `- \`Dockerfile\`: \`node:21@${newer}\`` }]);
  });

  it("opens a new pull request when the last one was closed", async () => {
    await open();
    for (const pull of api.state.pulls) pull.state = "closed";
    expect((await open()).outputs["number"]).toBe("2");
  });

  it("says that checks do not start by themselves with the workflow's own token, here and in the pull request", async () => {
    const run = await open({ ownToken: true });
    expect(run.log).toContain("::warning::Checks do not start by themselves");
    expect(run.summary).toContain("Checks do not start by themselves");
    expect(api.state.pulls[0]?.body).toContain("Checks do not start by themselves");
  });

  it("changes no workflow with that token, which GitHub would not take", async () => {
    const pins = [".github/workflows/ci.yml"];
    const run = await open({ ownToken: true, pins });
    expect(run.code).toBe(1);
    expect(run.log).toContain("may not change .github/workflows/ci.yml");
    repository.commit({ ".github/workflows/ci.yml": `    container: node:20@${OLD}\n` });
    expect((await open({ pins })).code).toBe(0);
  });

  it("keeps every other byte, and the file's mode", async () => {
    const text = `FROM node:20@${OLD}\r\n# ü 日本語 🚀\r\nRUN printf '\u0000\u0007'\r\n`;
    repository.write("Dockerfile", text);
    repository.git("update-index", "--chmod=+x", "--add", "Dockerfile");
    repository.git("commit", "--quiet", "--message=x");
    expect((await open()).code).toBe(0);
    expect(`${shown("Dockerfile")}\r\n`).toBe(text.replace(OLD, NEW));
    expect(repository.git("ls-tree", BRANCH, "Dockerfile")).toMatch(/^100755 /);
  });

  it("keeps bytes that are no UTF-8", async () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe, 0xe9, 0x0a]), Buffer.from(`FROM node:20@${OLD}\n`)]);
    writeFileSync(join(repository.folder, "Dockerfile"), bytes);
    repository.commit({});
    expect((await open()).code).toBe(0);
    repository.git("checkout", "--quiet", "--force", BRANCH);
    expect(readFileSync(join(repository.folder, "Dockerfile")).subarray(0, 4)).toEqual(bytes.subarray(0, 4));
  });

  it("takes a file of several megabytes", async () => {
    repository.commit({ Dockerfile: `FROM node:20@${OLD}\n${"RUN echo 0123456789 # long\n".repeat(150_000)}` });
    expect((await open()).code).toBe(0);
    expect(repository.git("diff", "--shortstat", "main", BRANCH)).toContain("1 insertion(+), 1 deletion(-)");
  });

  it.each(["a b/ü.Dockerfile", "$(touch executed)", "::error::x", "-rf", '"quoted"', "##[error]x"])(
    "takes a file named %j",
    async (file) => {
      repository.commit({ [file]: `FROM node:20@${OLD}\n` });
      const run = await open({ pins: [file] });
      expect(run.code).toBe(0);
      expect(shown(file)).toBe(`FROM node:20@${NEW}`);
      checkCommands("open-pull-request.mjs", run.log);
    },
  );

  it("warns about a pin that pins nothing, and does the others", async () => {
    const run = await open({ pins: ["other.txt", "Dockerfile"] });
    expect(run).toMatchObject({ code: 0, outputs: { changed: "true" } });
    expect(run.log).toContain("::warning::other.txt holds no reference to node");
  });

  it.each<[string, Proposal, string]>([
    ["a file that is not there", { pins: ["gone/Dockerfile"] }, "There is no file gone/Dockerfile on main"],
    ["a folder", { pins: ["deploy"] }, "There is no file deploy on main"],
    ["a base that is not there", { main: "gone" }, "There is no branch gone"],
    ["the base as the branch", { branch: "main" }, "cannot hold the proposal"],
    ["a branch that Git would not take", { branch: "a..b" }, "cannot hold the proposal"],
    ["a path out of the repository", { pins: ["../x"] }, "names no file of the repository"],
    ["what is no digest", { digest: "latest" }, "holds no digest"],
    ["what is no tag", { tag: "a b" }, "holds no tag"],
  ])("refuses %s", async (_, proposal, message) => {
    const run = await open(proposal);
    expect(run.code).toBe(1);
    expect(run.log).toContain(message);
    expect(writes()).toEqual([]);
  });

  it("refuses a link", async () => {
    symlinkSync("/etc/passwd", join(repository.folder, "link"));
    repository.commit({});
    expect((await open({ pins: ["link"] })).log).toContain("There is no file link on main");
  });

  it("tries again when GitHub stumbles; a lost answer makes no second pull request", async () => {
    for (const path of [/\/git\/blobs$/, /\/git\/trees$/, /\/git\/commits$/])
      api.fault({ status: 502, method: "POST", path, times: 1 });
    for (const path of [/\/git\/refs$/, /\/pulls$/]) api.fault({ status: "lose", method: "POST", path, times: 1 });
    const run = await open();
    expect(run.log).not.toContain("::error");
    expect(run).toMatchObject({ code: 0, outputs: { number: "1" } });
    expect(api.state.pulls).toHaveLength(1);
  });

  it("does the rest when it is run again after a failure", async () => {
    api.fault({ status: 500, method: "POST", path: /\/pulls$/ });
    expect((await open()).code).toBe(1);
    api.clearFaults();
    expect(await open()).toMatchObject({ code: 0, outputs: { number: "1" } });
  });

  it("says where to allow it when workflows may not open pull requests", async () => {
    api.fault({
      status: 403,
      method: "POST",
      path: /\/pulls$/,
      message: "GitHub Actions is not permitted to create or approve pull requests.",
    });
    const run = await open();
    expect(run.code).toBe(1);
    expect(run.log).toContain("Settings > Actions > General > Workflow permissions");
  });

  it.each(HOSTILE)("takes %j for no branch, no digest and no tag", async (text) => {
    for (const proposal of [{ branch: text }, { digest: text }, { tag: text }]) {
      const run = await open(proposal);
      expect(run.code).toBe(1);
      checkCommands("open-pull-request.mjs", run.log);
    }
    expect(writes()).toEqual([]);
  });
});
