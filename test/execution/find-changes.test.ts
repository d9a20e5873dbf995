/** Which builds changed since they were published last, asked of GitHub and of real Git repositories. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createRepository, type GitRepository } from "../support/git-repository.ts";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import type { Job, Run } from "../support/github-api/state.ts";
import type { PlannedPart } from "../support/program-folder.ts";
import { HOSTILE, type Machine, startMachine, TOKEN } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const REPOSITORY = "owner/webauthn";
const BUILDS = { server: ["server/**", "pom.xml", "!server/**/*.md"], client: ["client/**"] };

const WORKFLOW_REF = `${REPOSITORY}/.github/workflows/ci.yml@refs/heads/main`;
const sha = (digit: number): string => String(digit).repeat(40);
const GATE = "Published";

const job = (name: string, conclusion: string): Job => ({
  id: 1,
  name,
  status: "completed",
  conclusion,
  started_at: null,
  completed_at: null,
  steps: [],
});
const run = (id: number, change: Partial<Run> = {}): Run => ({
  id,
  name: "CI",
  path: ".github/workflows/ci.yml",
  event: "push",
  status: "completed",
  conclusion: "success",
  head_branch: "main",
  head_sha: sha(id),
  created_at: `2026-02-0${id}T10:00:00Z`,
  updated_at: `2026-02-0${id}T10:10:00Z`,
  head_repository: { full_name: REPOSITORY },
  jobs: [job("Build", "success"), job(GATE, "success")],
  ...change,
});
const publication = (commit: string): Run => run(1, { head_sha: commit });

type Builds = Readonly<Record<string, readonly string[]>>;

/** Builds of files, each published by a target, and one that is not. */
const planned = (builds: Builds): PlannedPart => ({
  builds: {
    ...Object.fromEntries(
      Object.entries(builds).map(([key, inputs]) => [
        key,
        { kind: "files" as const, artifact: key, inputs: [...inputs] },
      ]),
    ),
    unpublished: { kind: "files", artifact: "unpublished", inputs: ["**"] },
    undeclared: { kind: "files", artifact: "undeclared", inputs: null },
  },
  publish: Object.fromEntries(
    [...Object.keys(builds), "undeclared"].map((from) => [
      `to-central-${from}`,
      { kind: "maven" as const, on: ["main" as const], secrets: [], from, timeoutSeconds: 60 },
    ]),
  ),
});

describe.skipIf(missing("bash", "jq", "git", "curl"))("find-changes.sh", () => {
  let machine: Machine;
  let api: GithubApi;
  let repository: GitRepository;
  let base: string;
  beforeAll(() => {
    machine = startMachine();
  });
  afterAll(() => machine.stop());
  beforeEach(async () => {
    api = await startGithubApi({ repository: REPOSITORY });
    repository = createRepository();
    base = repository.commit({
      "server/src/main.java": "class A {}",
      "server/README.md": "x",
      "client/index.ts": "x",
      "pom.xml": "<x/>",
      "docs/a.md": "x",
    });
  });
  afterEach(async () => {
    repository.remove();
    await api.stop();
  });

  interface Given {
    builds?: Builds;
    /** What was published last; nothing where it is empty. */
    published?: string;
    event?: unknown;
    folder?: string;
  }
  const find = ({ builds = BUILDS, published = base, event = {}, folder = repository.folder }: Given = {}) => {
    api.state.runs = published === "" ? [] : [publication(published)];
    return machine.run(
      "find-changes",
      { GITHUB_API_URL: api.url, GH_TOKEN: TOKEN, GITHUB_REPOSITORY: REPOSITORY, GITHUB_WORKFLOW_REF: WORKFLOW_REF },
      { cwd: folder, plan: planned(builds), event },
    );
  };
  const outputs = async (given: Given = {}): Promise<unknown> => {
    const run = await find(given);
    expect(run.log).not.toContain("::error");
    expect(run.code).toBe(0);
    return JSON.parse(run.outputs["changed"] ?? "nothing");
  };
  const NOTHING = { server: false, client: false };
  const SERVER = { client: false, server: true };
  const ALL = { server: true, client: true };

  it("finds nothing where nothing changed, and where only other files did", async () => {
    expect(await outputs()).toEqual(NOTHING);
    repository.commit({ "docs/a.md": "y", "server/README.md": "y" });
    expect(await outputs()).toEqual(NOTHING);
  });

  it("finds the build whose inputs changed, and says which files", async () => {
    repository.commit({ "server/src/main.java": "class B {}" });
    repository.commit({ "docs/a.md": "y" });
    const run = await find();
    expect(run.outputs).toEqual({ changed: JSON.stringify(SERVER), published: base });
    expect(run.log).toContain("  server/src/main.java\n");
    expect(run.summary).toBe(
      "| Build | Changed |\n| --- | --- |\n| `client` | false (nothing) |\n| `server` | true (files: 1) |\n",
    );
  });

  it("finds nothing where a change was taken back", async () => {
    repository.commit({ "server/src/main.java": "class B {}" });
    repository.commit({ "server/src/main.java": "class A {}" });
    expect(await outputs()).toEqual(NOTHING);
  });

  it("finds new files, deleted files, files that moved in or out, and new modes", async () => {
    repository.git("rm", "--quiet", "server/src/main.java");
    repository.commit({});
    expect(await outputs()).toEqual(SERVER);
    base = repository.commit({ "server/a.txt": "the same text in both places\n".repeat(50) });
    repository.git("mv", "server/a.txt", "client/a.txt");
    repository.commit({});
    expect(await outputs()).toEqual(ALL);
    base = repository.git("rev-parse", "HEAD");
    repository.git("update-index", "--chmod=+x", "pom.xml");
    repository.git("commit", "--quiet", "--message=x");
    expect(await outputs()).toEqual(SERVER);
  });

  it("finds what a merge brought in from a branch that began before", async () => {
    repository.git("checkout", "--quiet", "-b", "feature");
    repository.commit({ "client/index.ts": "y" });
    repository.git("checkout", "--quiet", "main");
    base = repository.commit({ "docs/a.md": "y" });
    repository.git("merge", "--quiet", "--no-ff", "--message=x", "feature");
    expect(await outputs()).toEqual({ ...NOTHING, client: true });
  });

  it("compares with a commit that is no ancestor any more", async () => {
    repository.git("checkout", "--quiet", "-b", "other");
    base = repository.commit({ "client/index.ts": "pushed over" });
    repository.git("checkout", "--quiet", "main");
    expect(await outputs()).toEqual({ ...NOTHING, client: true });
  });

  it.each(["vendor/lib/**", "vendor/lib", "vendor/**", "vendor/*/src/*.c", "**/*.c"])(
    "finds a submodule that %s may reach into, though .gitmodules hides it",
    async (glob) => {
      const at = (commit: string) =>
        repository.git("update-index", "--add", "--cacheinfo", `160000,${commit},vendor/lib`);
      repository.write(
        ".gitmodules",
        '[submodule "lib"]\n\tpath = vendor/lib\n\turl = https://example.com/lib\n\tignore = all\n',
      );
      repository.git("add", ".gitmodules");
      at("1".repeat(40));
      repository.git("commit", "--quiet", "--message=x");
      base = repository.git("rev-parse", "HEAD");
      at("2".repeat(40));
      repository.git("commit", "--quiet", "--message=x");
      const result = await outputs({
        builds: { server: [glob], client: ["client/**", "vendor/other/**"], docs: ["**/*.md", "!vendor/lib"] },
      });
      expect(result).toEqual({ server: true, client: false, docs: false });
    },
  );

  it("takes the newest commit's tree as it is, whatever stands in the working tree", async () => {
    repository.write("server/src/main.java", "not committed");
    expect(await outputs()).toEqual(NOTHING);
  });

  it("is not misled by what .gitattributes says of a file's differences", async () => {
    base = repository.commit({ ".gitattributes": "*.java -diff diff=none\n*.ts binary linguist-generated" });
    repository.commit({ "server/src/main.java": "class B {}" });
    expect(await outputs()).toEqual(SERVER);
  });

  it.each([
    "ü/ä ö.txt",
    "a\nb",
    "-rf",
    '"quoted"',
    "$(touch executed)",
    "`touch executed`",
    ":(exclude)x",
    "[a]",
    "::error::x",
    "##[error]x",
    "\u001b[2J",
  ])("finds a file named %j", async (name) => {
    repository.commit({ [`server/${name}`]: "x" });
    expect(await outputs()).toEqual(SERVER);
    expect(repository.git("status", "--porcelain")).toBe("");
  });

  it.each([
    ["there is none", { published: "" }],
    ["it is not in the clone", { published: "f".repeat(40) }],
    ["it is a branch", { published: "main" }],
    ["it is a tree", { published: "HEAD^{tree}" }],
    ["it is an option", { published: "--output=executed" }],
    ["everything was asked for", { event: { inputs: { force_publish: "true" } } }],
    ["everything was asked for in the newer way", { event: { inputs: { force_publish: true } } }],
  ])("counts everything as changed where %s", async (_, given) => {
    expect(await outputs(given)).toEqual(ALL);
  });

  it("counts everything as changed in a shallow clone that lacks the commit, with a warning that says what to do", async () => {
    repository.commit({ "docs/a.md": "y" });
    const shallow = createRepository("--depth=1", `file://${repository.folder}`);
    const run = await find({ folder: shallow.folder });
    expect(JSON.parse(run.outputs["changed"] ?? "")).toEqual(ALL);
    expect(run.log).toContain("::warning::");
    expect(run.log).toContain("fetch-depth: 0");
    shallow.remove();
    const deeper = createRepository("--depth=2", `file://${repository.folder}`);
    expect(await outputs({ folder: deeper.folder })).toEqual(NOTHING);
    deeper.remove();
  });

  it("leaves out what nobody publishes, and what does not say what it is made from", async () => {
    expect(await outputs({ builds: {} })).toEqual({});
  });

  it.each(HOSTILE)("takes the glob %j for what it is", async (glob) => {
    repository.commit({ "server/src/main.java": "class B {}" });
    expect(await outputs({ builds: { server: ["server/**"], client: [glob] } })).toMatchObject({ server: true });
    expect(repository.git("status", "--porcelain")).toBe("");
  });

  describe("what was published last", () => {
    const find = (environment: Record<string, string> = {}, plan: PlannedPart = {}) =>
      machine.run(
        "find-changes",
        {
          GITHUB_API_URL: api.url,
          GH_TOKEN: TOKEN,
          GITHUB_REPOSITORY: REPOSITORY,
          GITHUB_WORKFLOW_REF: WORKFLOW_REF,
          ...environment,
        },
        { cwd: repository.folder, plan: { ...planned(BUILDS), ...plan } },
      );

    it("finds none where nothing ran yet", async () => {
      expect(await find()).toMatchObject({ code: 0, outputs: { published: "" } });
    });

    it("finds the newest run whose gate succeeded", async () => {
      api.state.runs.push(run(1), run(2), run(3, { jobs: [job(GATE, "skipped")] }), run(4, { jobs: [] }));
      const found = await find();
      expect(found).toMatchObject({ code: 0, outputs: { published: sha(2) } });
      expect(found.log).toContain(`Run 3 of ${sha(3)} published nothing.`);
    });

    it.each([
      ["failed", { conclusion: "failure" }],
      ["still goes on", { status: "in_progress", conclusion: null }],
      ["is of another branch", { head_branch: "development" }],
      ["is of another workflow", { path: ".github/workflows/other.yml" }],
      [
        "comes from a pull request of a fork's branch main",
        { event: "pull_request", head_repository: { full_name: "someone/webauthn" } },
      ],
      ["comes from a fork", { head_repository: { full_name: "someone/webauthn" } }],
      ["comes from a pull request", { event: "pull_request" }],
      ["was started by another workflow, so that its commit is not what it built", { event: "workflow_run" }],
    ])("passes over a run that %s", async (_, change) => {
      api.state.runs.push(run(1), run(2, change));
      expect((await find()).outputs["published"]).toBe(sha(1));
    });

    it("takes runs that were started by hand or by schedule, and a repository in other letters", async () => {
      api.state.runs.push(
        run(1),
        run(2, { event: "workflow_dispatch", head_repository: { full_name: "Owner/WebAuthn" } }),
      );
      expect((await find()).outputs["published"]).toBe(sha(2));
    });

    it("finds a gate on the second page of jobs", async () => {
      api.state.runs.push(
        run(1, {
          jobs: [...Array.from({ length: 120 }, (_, index) => job(`Test ${index}`, "success")), job(GATE, "success")],
        }),
      );
      expect((await find()).outputs["published"]).toBe(sha(1));
    });

    it("tries again when GitHub stumbles; where it does not answer at all, it warns and knows of nothing", async () => {
      api.state.runs.push(run(1));
      api.fault({ status: 502, times: 1 });
      expect((await find()).outputs["published"]).toBe(sha(1));
      for (const path of [/\/workflows\//, /\/jobs/]) {
        api.fault({ status: 500, path });
        const unknown = await find();
        expect(unknown).toMatchObject({ code: 0, outputs: { published: "" } });
        expect(unknown.log).toContain("::warning::GitHub cannot be asked");
        api.clearFaults();
      }
    });

    it("warns where the answer is none", async () => {
      const unknown = await find({ GITHUB_REPOSITORY: "owner/gone" });
      expect(unknown).toMatchObject({ code: 0, outputs: { published: "" } });
      expect(unknown.log).toContain("::warning::");
    });

    it.each(HOSTILE)("looks for the branch, the job and the file %j and finds nothing", async (text) => {
      api.state.runs.push(run(1));
      expect((await find({ GITHUB_REF_NAME: text })).outputs["published"]).toBe("");
      expect((await find({}, { publishedCheck: text })).outputs["published"]).toBe("");
      expect(
        (await find({ GITHUB_WORKFLOW_REF: `${REPOSITORY}/.github/workflows/${text}@refs/heads/main` })).outputs[
          "published"
        ],
      ).toBe("");
    });

    it.each(HOSTILE)("takes no commit %j from an answer", async (text) => {
      api.state.runs.push(run(1), run(2, { head_sha: text }));
      expect((await find()).outputs["published"]).toBe(sha(1));
    });

    it("is that of the branch where it was pushed to, and of main whoever asks by hand", async () => {
      api.state.runs.push(run(1), run(2, { head_branch: "development" }));
      expect((await find({ GITHUB_REF_NAME: "development" })).outputs["published"]).toBe(sha(2));
      const byHand = { GITHUB_REF_NAME: "development", GITHUB_EVENT_NAME: "workflow_dispatch" };
      expect((await find(byHand)).outputs["published"]).toBe(sha(1));
    });
  });
});
