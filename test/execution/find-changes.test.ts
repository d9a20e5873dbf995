/** Which builds changed since a commit, asked of real Git repositories. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createRepository, type GitRepository } from "../support/git-repository.ts";
import { HOSTILE, type Machine, startMachine } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const BUILDS = { server: ["server/**", "pom.xml", "!server/**/*.md"], client: ["client/**"] };

describe.skipIf(missing("bash", "jq", "git"))("find-changes.sh", () => {
  let machine: Machine;
  let repository: GitRepository;
  let base: string;
  beforeAll(() => {
    machine = startMachine();
  });
  afterAll(() => machine.stop());
  beforeEach(() => {
    repository = createRepository();
    base = repository.commit({
      "server/src/main.java": "class A {}",
      "server/README.md": "x",
      "client/index.ts": "x",
      "pom.xml": "<x/>",
      "docs/a.md": "x",
    });
  });
  afterEach(() => repository.remove());

  const find = (environment: Record<string, string> = {}, folder = repository.folder) =>
    machine.run("find-changes", { BUILDS: JSON.stringify(BUILDS), BASE: base, ...environment }, { cwd: folder });
  const outputs = async (environment: Record<string, string> = {}, folder = repository.folder) => {
    const run = await find(environment, folder);
    expect(run.log).not.toContain("::error");
    expect(run.code).toBe(0);
    return run.outputs;
  };
  const NOTHING = { "server-changed": "false", "client-changed": "false", "any-changed": "false" };
  const SERVER = { ...NOTHING, "server-changed": "true", "any-changed": "true" };
  const ALL = { "server-changed": "true", "client-changed": "true", "any-changed": "true" };

  it("finds nothing where nothing changed, and where only other files did", async () => {
    expect(await outputs()).toEqual(NOTHING);
    repository.commit({ "docs/a.md": "y", "server/README.md": "y" });
    expect(await outputs()).toEqual(NOTHING);
  });

  it("finds the build whose inputs changed, and says which files", async () => {
    repository.commit({ "server/src/main.java": "class B {}" });
    repository.commit({ "docs/a.md": "y" });
    const run = await find();
    expect(run.outputs).toEqual(SERVER);
    expect(run.log).toContain("  server/src/main.java\n");
    expect(run.summary).toBe(
      "| Build | Changed |\n| --- | --- |\n| `server` | true (files: 1) |\n| `client` | false (nothing) |\n",
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
    expect(await outputs()).toEqual({ ...NOTHING, "client-changed": "true", "any-changed": "true" });
  });

  it("compares with a commit that is no ancestor any more", async () => {
    repository.git("checkout", "--quiet", "-b", "other");
    base = repository.commit({ "client/index.ts": "pushed over" });
    repository.git("checkout", "--quiet", "main");
    expect(await outputs()).toEqual({ ...NOTHING, "client-changed": "true", "any-changed": "true" });
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
        BUILDS: JSON.stringify({
          server: [glob],
          client: ["client/**", "vendor/other/**"],
          docs: ["**/*.md", "!vendor/lib"],
        }),
      });
      expect(result).toEqual({
        "server-changed": "true",
        "client-changed": "false",
        "docs-changed": "false",
        "any-changed": "true",
      });
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
    ["there is none", { BASE: "" }],
    ["it is not in the clone", { BASE: "f".repeat(40) }],
    ["it is a branch", { BASE: "main" }],
    ["it is a tree", { BASE: "HEAD^{tree}" }],
    ["it is an option", { BASE: "--output=executed" }],
    ["everything was asked for", { FORCE: "true" }],
  ])("counts everything as changed where %s", async (_, environment) => {
    expect(await outputs(environment)).toEqual(ALL);
  });

  it("counts everything as changed in a shallow clone that lacks the commit, with a warning that says what to do", async () => {
    repository.commit({ "docs/a.md": "y" });
    const shallow = createRepository("--depth=1", `file://${repository.folder}`);
    const run = await find({}, shallow.folder);
    expect(run.outputs).toEqual(ALL);
    expect(run.log).toContain("::warning::");
    expect(run.log).toContain("fetch-depth: 0");
    shallow.remove();
    const deeper = createRepository("--depth=2", `file://${repository.folder}`);
    expect(await outputs({}, deeper.folder)).toEqual(NOTHING);
    deeper.remove();
  });

  it.each(["bundle\nx", "a b", "../x", "", "$(touch executed)"])("refuses the build %j", async (key) => {
    const run = await find({ BUILDS: JSON.stringify({ [key]: ["**"] }) });
    expect(run).toMatchObject({ code: 1, outputs: {} });
  });

  it.each(HOSTILE)("takes the glob %j for what it is", async (glob) => {
    repository.commit({ "server/src/main.java": "class B {}" });
    expect(await outputs({ BUILDS: JSON.stringify({ server: ["server/**"], client: [glob] }) })).toMatchObject({
      "server-changed": "true",
    });
    expect(repository.git("status", "--porcelain")).toBe("");
  });
});
