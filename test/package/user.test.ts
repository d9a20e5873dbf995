/** `lint()` as somebody uses it who has installed the package: by its name, with its types. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { folder } from "../cli/folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

const PROGRAM = `import { type Finding, type Level, lint, type LintInput, type LintSettings } from "pipewright";

const settings: Partial<LintSettings> = { rules: { "job-timeout": { level: "error" } } };
const input: LintInput = { files: { ".github/workflows/ci.yml": "on: push\\njobs:\\n  test:\\n    runs-on: ubuntu-latest\\n    steps: [{ run: make }]\\n" }, settings };
const findings: Finding[] = await lint(input);
const levels: Level[] = findings.map(({ level }) => level);
for (const { file, start, rule, fix } of findings.filter(({ rule }) => rule === "job-timeout")) console.log(file, start.line, start.column, rule, levels.length > 0, fix?.edits[0]?.text.trim());
`;

async function user(): Promise<string> {
  const root = await folder({
    "package.json": '{ "type": "module" }',
    "use.mts": PROGRAM,
    "use.mjs": PROGRAM.replace(/type \w+,? ?/g, "")
      .replace(/, \}/, " }")
      .replace(/(const \w+): [^=]+=/g, "$1 ="),
  });
  await mkdir(join(root, "node_modules"));
  await symlink(ROOT, join(root, "node_modules/pipewright"));
  return root;
}

test("it runs", async () => {
  const { stdout } = await run(process.execPath, ["use.mjs"], { cwd: await user() });
  expect(stdout).toMatch(/^\.github\/workflows\/ci\.yml 3 3 job-timeout true timeout-minutes: \d+\n$/);
});

test.skipIf(!existsSync(join(ROOT, "dist/types/index.d.ts")))("its types hold", { timeout: 60_000 }, async () => {
  const root = await user();
  const types = ["--types", "node", "--typeRoots", join(ROOT, "node_modules/@types")];
  const { stdout } = await run(
    process.execPath,
    [
      join(ROOT, "node_modules/typescript/bin/tsc"),
      "--noEmit",
      "--strict",
      "--target",
      "es2022",
      "--module",
      "nodenext",
      ...types,
      "use.mts",
    ],
    { cwd: root },
  ).catch((error: { stdout: string }) => error);
  expect(stdout).toBe("");
});
