import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { folder, put } from "./folder.ts";
import { hello, pipewright } from "./pipewright.ts";

const CI = ".github/workflows/ci.yml";
/** One error, of a rule that every preset has. */
const BROKEN = "on: push\njobs:\n  test:\n    runs-on: [ubuntu-latest\n    steps:\n      - run: make test\n";
/** Nothing to say under these rules alone. */
const FINE = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n";

const lint = (root: string, ...args: string[]) => pipewright(root, ["lint", ...args]);
/** Only the rules that these tests are about. */
const SYNTAX = ["--only", "yaml-syntax,suppression-reason,unknown-suppression,unused-suppression"];
const findingsOf = (stdout: string): { rule: string; file: string; line: number; level: string }[] =>
  JSON.parse(stdout).findings;

describe("the job's summary", () => {
  test("says what was found, where a run on GitHub has one", async () => {
    const root = await folder({ [CI]: BROKEN });
    const summary = join(root, "summary.md");
    const run = () => pipewright(root, ["lint", ...SYNTAX], { GITHUB_STEP_SUMMARY: summary });
    expect(await run()).toMatchObject({ code: 1 });
    expect(await readFile(summary, "utf8")).toBe(
      "❌ The linter finds 1 error and 0 warnings, of `yaml-syntax`. The log and the annotations show where, and `npx pipewright explain <rule>` says more.\n\n",
    );
    await put(root, CI, FINE);
    expect(await run()).toMatchObject({ code: 0 });
    expect(await readFile(summary, "utf8")).toContain(
      "The linter finds nothing that stops a merge: 0 errors and 0 warnings in 1 file.\n\n",
    );
  });
});

describe("what is linted", () => {
  test("is every workflow and action of the repository, from any folder in it", async () => {
    const root = await folder({
      [CI]: BROKEN,
      ".github/actions/build/action.yml": "name: x\nruns: [\n",
      "action.yaml": "name: [\n",
      "node_modules/a/action.yml": "name: [\n",
      "dist/action.yml": "name: [\n",
      "docs/ci.yml": "a: [\n",
      ".github/workflows/deep/ci.yml": "a: [\n",
    });
    const { code, stdout } = await lint(root, "--json", ...SYNTAX);
    expect(code).toBe(1);
    expect([...new Set(findingsOf(stdout).map(({ file }) => file))]).toEqual([
      ".github/actions/build/action.yml",
      CI,
      "action.yaml",
    ]);
    await put(root, "src/x.txt", "");
    expect((await lint(join(root, "src"), "--json", ...SYNTAX)).stdout).toBe(stdout);
  });

  test("are the files, folders and globs that are named", async () => {
    const root = await folder({
      [CI]: BROKEN,
      ".github/workflows/b.yml": BROKEN,
      ".github/workflows/c.yaml": BROKEN,
      "templates/t.yml": BROKEN,
    });
    const files = async (...args: string[]): Promise<string[]> => [
      ...new Set(findingsOf((await lint(root, ...args, "--json", ...SYNTAX)).stdout).map(({ file }) => file)),
    ];
    expect(await files(CI)).toEqual([CI]);
    expect(await files(join(root, CI))).toEqual([CI]);
    expect(await files(".github")).toHaveLength(3);
    expect(await files(".github/workflows/*.yml")).toEqual([".github/workflows/b.yml", CI]);
    expect(await files("templates")).toEqual(["templates/t.yml"]);
    expect(await files("templates/*.yml", CI)).toEqual([CI, "templates/t.yml"]);
  });

  test("may come from standard input, under any name", async () => {
    const root = await folder({ [CI]: FINE });
    const args = ["lint", "-", "--stdin-filename", CI, "--json", ...SYNTAX];
    const { code, stdout } = await pipewright(root, args, {}, BROKEN);
    expect(code).toBe(1);
    expect(findingsOf(stdout)[0]).toMatchObject({ rule: "yaml-syntax", file: CI });
  });
});

describe("a mistake of the user's ends with 2 and a sentence", () => {
  test.each([
    [["nowhere.yml"], "There is no file nowhere.yml."],
    [["*.nowhere"], "No file fits *.nowhere."],
    [
      ["--only", "yaml-sintax"],
      "--only yaml-sintax: there is no rule or family of this name.\n    Did you mean `yaml-syntax`?",
    ],
    [["--fix=yaml-sintax"], "--fix=yaml-sintax: there is no rule of this name.\n    Did you mean `yaml-syntax`?"],
    [["--reporter", "xml"], "Allowed choices are pretty, json, sarif, github."],
    [["--max-warnings", "many"], "Expected a whole number, 0 or more."],
    [["--baseline", "none.json"], "There is no baseline none.json."],
    [["--dry-run"], "--dry-run belongs to --fix."],
    [["--stdin-filename", "x.yml"], "--stdin-filename belongs to `-`."],
    [["--config", "none.yaml"], "none.yaml cannot be read: there is no such file."],
  ])("%j", async (args, message) => {
    const root = await folder({ [CI]: FINE });
    const { code, stdout, stderr } = await lint(root, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test("a repository without workflows", async () => {
    const { code, stderr } = await lint(await folder({ "README.md": "" }));
    expect(code).toBe(2);
    expect(stderr).toContain("There is no workflow in ");
  });

  test("as JSON where JSON was asked for", async () => {
    const { code, stdout } = await lint(await folder({ [CI]: FINE }), "nowhere.yml", "--reporter", "json");
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      command: "lint",
      errors: [{ message: "There is no file nowhere.yml." }],
    });
  });
});

describe("the verdict", () => {
  const UNKNOWN = `# pipewright-ignore-file: no-such-rule -- x\n${FINE}`;

  test("is 0 without findings, 1 with an error", async () => {
    const root = await folder({ [CI]: FINE });
    expect(await lint(root, ...SYNTAX)).toEqual({ code: 0, stdout: "Nothing to report in 1 file.\n", stderr: "" });
    await put(root, CI, BROKEN);
    expect((await lint(root, ...SYNTAX)).code).toBe(1);
  });

  test("is 1 with more warnings than allowed: any number under recommended, none under strict", async () => {
    const root = await folder({ [CI]: UNKNOWN, "pipewright.lint.json": '{"rules":{"unknown-suppression":"warning"}}' });
    expect((await lint(root, ...SYNTAX)).code).toBe(0);
    expect((await lint(root, ...SYNTAX, "--max-warnings", "0")).code).toBe(1);
    expect((await lint(root, ...SYNTAX, "--max-warnings", "1")).code).toBe(0);
    expect((await lint(root, ...SYNTAX, "--preset", "strict")).code).toBe(1);
    expect((await lint(root, ...SYNTAX, "--preset", "strict", "--max-warnings", "1")).code).toBe(0);
    expect((await lint(root, ...SYNTAX, "--preset", "strict", "--min-level", "error")).code).toBe(0);
  });
});

describe("reporters", () => {
  test("json follows the published schema", async () => {
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
      JSON.parse((await pipewright(await folder(), ["schema", "lint-report"])).stdout),
    );
    const { stdout } = await lint(await folder({ [CI]: BROKEN }), "--reporter", "json");
    expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
  });

  test("sarif and github print theirs", async () => {
    const root = await folder({ [CI]: BROKEN });
    expect(JSON.parse((await lint(root, "--reporter", "sarif")).stdout)).toMatchObject({ version: "2.1.0" });
    expect((await lint(root, "--reporter", "github", ...SYNTAX)).stdout).toMatch(
      /^::error file=\.github\/workflows\/ci\.yml,line=\d+,col=\d+,endLine=\d+,endColumn=\d+,title=yaml-syntax::/,
    );
  });

  test("colours come when they are welcome, and NO_COLOR takes them away", async () => {
    const root = await folder({ [CI]: BROKEN });
    expect((await pipewright(root, ["lint"], { FORCE_COLOR: "1" })).stdout).toContain("\u001b[");
    expect((await pipewright(root, ["lint"], { NO_COLOR: "1" })).stdout).not.toContain("\u001b[");
  });

  test("quiet shows errors only", async () => {
    const root = await folder({ [CI]: `# pipewright-ignore-file: no-such-rule -- x\n${FINE}` });
    expect((await lint(root, "-q", ...SYNTAX)).stdout).toBe("");
    // A run that fails is never silent.
    expect(await lint(root, "-q", ...SYNTAX, "--max-warnings", "0")).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("No more than 0 warnings are allowed."),
    });
  });
});

describe("configuration", () => {
  test.each([
    [
      "pipewright.lint.yaml",
      "rules:\n  yaml-sintax: off\n",
      "pipewright.lint.yaml:2:3  error  There is no rule `yaml-sintax`.\n    Did you mean `yaml-syntax`?",
    ],
    [
      "pipewright.lint.json",
      '{\n  "presett": "strict"\n}\n',
      "pipewright.lint.json:2:3  error  `presett` is no setting of the config.\n    Did you mean `preset`?",
    ],
    [
      "pipewright.lint.yml",
      "rules:\n  yaml-syntax: fatal\n",
      'pipewright.lint.yml:2:16  error  `rules.yaml-syntax` is "fatal"',
    ],
    ["pipewright.lint.yml", "rules:\n  yaml-syntax: { options: { x: 1 } }\n", "`yaml-syntax` has no options."],
    [
      "pipewright.lint.yml",
      "overrides:\n  - paths: [a]\n    rules: { nope: off }\n",
      "pipewright.lint.yml:3:14  error  There is no rule `nope`.",
    ],
  ])("%s with %j is refused at its place", async (file, text, message) => {
    const { code, stderr } = await lint(await folder({ [CI]: FINE, [file]: text }));
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  test("in ci.config.ts is `lint`, and its mistakes are found there", async () => {
    const files = hello("smoke");
    const config = (lintPart: string): string =>
      (files["ci.config.ts"] ?? "").replace("  builds:", `  lint: ${lintPart},\n  builds:`);
    const root = await folder({
      ...files,
      [CI]: BROKEN,
      "ci.config.ts": config('{ rules: { "yaml-syntax": "warning" } }'),
    });
    expect((await lint(root, "--json", ...SYNTAX)).code).toBe(0);
    await put(root, "ci.config.ts", config('{ rules: { "yaml-sintax": "warning" } }'));
    const { code, stderr } = await lint(root);
    expect(code).toBe(2);
    expect(stderr).toContain("ci.config.ts:6:20  error  There is no rule `yaml-sintax`.");
  });

  test("levels, overrides and ignored files hold", async () => {
    const root = await folder({
      [CI]: BROKEN,
      ".github/workflows/old.yml": BROKEN,
      ".github/workflows/gone.yml": BROKEN,
    });
    await put(
      root,
      "pipewright.lint.yaml",
      "rules: { yaml-syntax: warning }\noverrides:\n  - { paths: [old.yml], rules: { yaml-syntax: info } }\nignore: [.github/workflows/gone.yml]\n",
    );
    const { code, stdout } = await lint(root, "--json", ...SYNTAX);
    expect(code).toBe(0);
    expect(findingsOf(stdout).map(({ file, level }) => `${file} ${level}`)).toEqual([
      `${CI} warning`,
      ".github/workflows/old.yml info",
    ]);
    expect(JSON.parse(stdout).summary).toMatchObject({ files: 2 });
  });

  test("two lint configs are one too many", async () => {
    const root = await folder({ [CI]: FINE, "pipewright.lint.yaml": "", "pipewright.lint.json": "{}" });
    expect((await lint(root)).stderr).toContain("There are several lint configs");
  });

  test("the published schema of the file is fresh", async () => {
    expect((await pipewright(await folder(), ["schema", "lint"])).stdout).toBe(
      await readFile(new URL("../../schemas/lint.schema.json", import.meta.url), "utf8"),
    );
  });
});

describe("the baseline", () => {
  test("sets findings aside until they are mended", async () => {
    const root = await folder({ [CI]: BROKEN });
    expect(await lint(root, "--update-baseline", ...SYNTAX)).toMatchObject({
      code: 0,
      stdout: "pipewright.baseline.json sets 1 finding aside.\n",
    });
    expect(await lint(root, ...SYNTAX)).toMatchObject({
      code: 0,
      stdout: "Nothing to report in 1 file (1 in the baseline).\n",
    });
    await put(root, CI, `# moved\n\n${BROKEN}`);
    expect((await lint(root, ...SYNTAX)).code).toBe(0);
    await put(root, CI, FINE);
    const { code, stdout } = await lint(root, "--json", "--only", "yaml-syntax,stale-baseline");
    expect(code).toBe(0);
    expect(findingsOf(stdout)).toMatchObject([
      { rule: "stale-baseline", level: "info", file: "pipewright.baseline.json", line: 7 },
    ]);
    expect((await lint(root, "--update-baseline", ...SYNTAX)).stdout).toContain("sets 0 findings aside");
  });

  test("keeps what was set aside of rules that did not run", async () => {
    const root = await folder({ [CI]: BROKEN, ".github/workflows/b.yml": FINE });
    await lint(root, "--update-baseline");
    const whole = await readFile(join(root, "pipewright.baseline.json"), "utf8");
    await lint(root, "--update-baseline", ...SYNTAX);
    expect(await readFile(join(root, "pipewright.baseline.json"), "utf8")).toBe(whole);
    await lint(root, "--update-baseline", "--skip", "yaml-syntax");
    expect(await readFile(join(root, "pipewright.baseline.json"), "utf8")).toBe(whole);
    expect((await lint(root)).code).toBe(0);
  });

  test("that is damaged is refused", async () => {
    const root = await folder({ [CI]: FINE, "pipewright.baseline.json": "{" });
    expect(await lint(root)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        "pipewright.baseline.json:1:1  error  The baseline cannot be read. It is not JSON",
      ),
    });
  });
});

describe("what is no rule of ours", () => {
  test("a family and a code of shellcheck are told apart from a wrong name", async () => {
    const root = await folder();
    expect((await pipewright(root, ["explain", "script"])).stderr).toContain(
      "`script` is a family of rules.\n    `pipewright rules script` lists them.",
    );
    expect((await pipewright(root, ["explain", "shellcheck/SC2086"])).stderr).toContain(
      "https://www.shellcheck.net/wiki/SC2086",
    );
    expect((await pipewright(root, ["rules", "scripts"])).stderr).toContain("Did you mean `script`?");
    const { rules } = JSON.parse((await pipewright(root, ["rules", "script", "--json"])).stdout) as {
      rules: { family: string }[];
    };
    expect([...new Set(rules.map(({ family }) => family))]).toEqual(["script"]);
  });

  test("shellcheck may be configured and named", async () => {
    const root = await folder({
      [CI]: FINE,
      "pipewright.lint.yaml": "rules: { shellcheck: warning, shellcheck/SC2086: off }\n",
    });
    expect((await lint(root, ...SYNTAX)).code).toBe(0);
    await put(root, "pipewright.lint.yaml", "rules: { shellcheck/2086: off }\n");
    expect((await lint(root, ...SYNTAX)).stderr).toContain("There is no rule `shellcheck/2086`.");
  });

  test("nothing at all is no selection", async () => {
    expect((await lint(await folder({ [CI]: FINE }), "--only", "")).stderr).toContain(
      "Expected rules or families, separated by commas.",
    );
  });
});

describe("what lies among the workflows and is none", () => {
  test("is passed over, but for a link that leads nowhere", async () => {
    const root = await folder({
      [CI]: FINE,
      ".github/workflows/folder.yml/x": "",
      ".github/workflows/README.md": "a: [",
    });
    await symlink("..", join(root, ".github/workflows/link.yml"));
    await symlink(".", join(root, ".github/workflows/loop"));
    expect(await lint(root, ...SYNTAX)).toEqual({ code: 0, stdout: "Nothing to report in 1 file.\n", stderr: "" });
    await symlink("nowhere", join(root, ".github/workflows/broken.yml"));
    expect(await lint(root, ...SYNTAX)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(".github/workflows/broken.yml cannot be read (ENOENT)."),
    });
  });
});

describe("explain and rules", () => {
  test("explain says what there is to say", async () => {
    const { code, stdout } = await pipewright(await folder(), ["explain", "yaml-syntax"]);
    expect(code).toBe(0);
    for (const part of [
      "The file is YAML that GitHub can read.",
      "Why",
      "error under recommended",
      "Found in",
      "Not in",
      "# pipewright-ignore: yaml-syntax -- <reason>",
    ])
      expect(stdout).toContain(part);
  });

  test("explain knows the nearest name", async () => {
    expect(await pipewright(await folder(), ["explain", "yaml-sintax"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Did you mean `yaml-syntax`?"),
    });
  });

  test("every rule can be explained", async () => {
    const root = await folder();
    const { rules } = JSON.parse((await pipewright(root, ["rules", "--json"])).stdout) as { rules: { id: string }[] };
    const { RULES } = await import("../../src/lint/rules/index.ts");
    expect(rules.map(({ id }) => id)).toEqual(RULES.map(({ id }) => id));
    for (const id of rules.map((rule) => rule.id).filter((_, index) => index % 10 === 0))
      expect((await pipewright(root, ["explain", id])).stdout).toContain(id);
  });

  test("rules lists them by family", async () => {
    expect((await pipewright(await folder(), ["rules"])).stdout).toMatch(/^language\n[^]*yaml-syntax +error +error/);
  });
});
