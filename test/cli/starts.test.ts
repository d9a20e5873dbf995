/** One start of each command as a process of its own, as users have it; everything else about them is asked in this one. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { COMMANDS } from "../../src/cli/commands.ts";
import { contents, folder } from "./folder.ts";
import { hello, startPipewright } from "./pipewright.ts";

const WORKFLOW = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n";

test("--version", async () => {
  const { code, stdout, stderr } = await startPipewright(await folder(), ["--version"]);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
});

test("generate writes, check agrees, and explain-config tells of it", async () => {
  const root = await folder(hello("smoke"));
  expect(await startPipewright(root, ["generate"])).toMatchObject({ code: 0, stderr: "" });
  expect(Object.keys(await contents(root))).toContain(".github/workflows/smoke.yml");
  expect(await startPipewright(root, ["check"])).toMatchObject({ code: 0, stderr: "" });
  const { code, stdout, stderr } = await startPipewright(root, ["explain-config"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("hello, as ci.config.ts declares it");
});

test("lint reads standard input and files", async () => {
  const root = await folder({ ".github/workflows/ci.yml": WORKFLOW });
  expect(await startPipewright(root, ["lint", "--only", "yaml-syntax"])).toEqual({
    code: 0,
    stdout: "Nothing to report in 1 file.\n",
    stderr: "",
  });
  const broken = await startPipewright(root, ["lint", "-", "--only", "yaml-syntax"], { stdin: "on: [\n" });
  expect(broken).toMatchObject({ code: 1, stderr: "" });
});

test("explain and rules tell of the rules", async () => {
  const root = await folder();
  expect(await startPipewright(root, ["explain", "job-timeout"])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("job-timeout"),
    stderr: "",
  });
  expect(await startPipewright(root, ["rules"])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("job-timeout"),
    stderr: "",
  });
});

test("schema prints a schema", async () => {
  const { code, stdout, stderr } = await startPipewright(await folder(), ["schema"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(() => new Ajv2020({ strict: false }).compile(JSON.parse(stdout))).not.toThrow();
});

test("init writes a config", async () => {
  const root = await folder({ Dockerfile: "FROM scratch\n" });
  expect(await startPipewright(root, ["init"])).toMatchObject({ code: 0, stderr: "" });
  expect(Object.keys(await contents(root))).toContain("ci.config.ts");
});

test("update moves nothing where nothing is pinned", async () => {
  const root = await folder({ ...hello("smoke"), "facts.json": "{}" });
  expect(await startPipewright(root, ["update", "--facts", "facts.json"])).toMatchObject({ code: 0, stderr: "" });
});

test("these are all of them", () => {
  expect(COMMANDS.map(({ name }) => name).sort()).toEqual(
    ["check", "explain", "explain-config", "generate", "init", "lint", "rules", "schema", "update"].sort(),
  );
});
