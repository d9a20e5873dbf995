import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { contents, folder } from "./folder.ts";
import { hello, pipewright } from "./pipewright.ts";

const CI = ".github/workflows/ci.yml";
/** A suppression that covers nothing: its fix takes it away, whatever other rules there are. */
const IDLE =
  "on: push\njobs:\n  test:\n    # pipewright-ignore: yaml-syntax -- closed below\n    runs-on: [ubuntu-latest]\n    steps:\n      - run: make test\n";
const MENDED = IDLE.replace("    # pipewright-ignore: yaml-syntax -- closed below\n", "");
const FIX = ["lint", "--only", "yaml-syntax,unused-suppression"];

describe("--fix", () => {
  test("mends the files, and says what it did", async () => {
    const root = await folder({ [CI]: IDLE });
    const { code, stdout } = await pipewright(root, [...FIX, "--fix"]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "Mended 1 finding in 1 file.\nNothing to report in 1 file.\n",
    });
    expect(await readFile(join(root, CI), "utf8")).toBe(MENDED);
    expect((await pipewright(root, [...FIX, "--fix"])).stdout).toContain("There was nothing to mend.");
  });

  test("may stand before a path, and may name rules", async () => {
    const root = await folder({ [CI]: IDLE });
    expect((await pipewright(root, [...FIX, "--fix=yaml-syntax"])).stdout).toContain("There was nothing to mend.");
    expect((await pipewright(root, [...FIX, "--fix=unused-suppression"])).stdout).toContain("Mended 1 finding");
    const other = await folder({ [CI]: IDLE });
    expect((await pipewright(other, [...FIX, "--fix", CI])).stdout).toContain("Mended 1 finding");
  });

  test("--dry-run prints a patch and writes nothing", async () => {
    const root = await folder({ [CI]: IDLE });
    const { code, stdout, stderr } = await pipewright(root, [...FIX, "--fix", "--dry-run"]);
    expect(code).toBe(1);
    expect(stderr).toBe("Dry run, nothing was written: 1 fix in 1 file.\n");
    expect(stdout).toBe(
      `--- a/${CI}\n+++ b/${CI}\n@@ -1,7 +1,6 @@\n on: push\n jobs:\n   test:\n-    # pipewright-ignore: yaml-syntax -- closed below\n     runs-on: [ubuntu-latest]\n     steps:\n       - run: make test\n`,
    );
    expect(await contents(root)).toEqual({ [CI]: IDLE });
  });

  test("keeps carriage returns and a byte order mark", async () => {
    const root = await folder({ [CI]: `\uFEFF${IDLE.replaceAll("\n", "\r\n")}` });
    await pipewright(root, [...FIX, "--fix"]);
    expect(await readFile(join(root, CI), "utf8")).toBe(`\uFEFF${MENDED.replaceAll("\n", "\r\n")}`);
  });

  test("leaves alone what does not parse, what is not UTF-8, and what is generated", async () => {
    const root = await folder({ ...hello("smoke"), [CI]: `${IDLE}  x: [\n` });
    await pipewright(root, ["generate", "--quiet"]);
    const smoke = join(root, ".github/workflows/smoke.yml");
    const { writeFile } = await import("node:fs/promises");
    await writeFile(smoke, (await readFile(smoke, "utf8")).replace(/^ +timeout-minutes: .*\n/gm, ""));
    await writeFile(join(root, ".github/workflows/latin.yml"), Buffer.from(`# \xe9\n${IDLE}`, "latin1"));
    const before = await contents(root);
    const { stdout } = await pipewright(root, [
      "lint",
      "--only",
      "yaml-syntax,unused-suppression,job-timeout",
      "--fix",
    ]);
    expect(await contents(root)).toEqual(before);
    expect(stdout).toContain(
      "There was nothing to mend.\n.github/workflows/smoke.yml is generated: make the change in ci.config.ts and run `npx pipewright generate`.\n",
    );
  });

  test("prints the report alone where a program reads it", async () => {
    const root = await folder({ [CI]: IDLE });
    const { stdout, stderr } = await pipewright(root, [...FIX, "--fix", "--reporter", "json"]);
    expect(JSON.parse(stdout)).toMatchObject({ findings: [], summary: { ok: true } });
    expect(stderr).toContain("Mended 1 finding");
  });

  test("mends what a whole run finds, and a second run finds nothing more to mend", async () => {
    const { RULES } = await import("../../src/lint/rules/index.ts");
    const examples = RULES.filter(({ fixable }) => fixable)
      .flatMap(({ bad }) => (Array.isArray(bad) ? bad : [bad]))
      .filter((example): example is string => typeof example === "string");
    const root = await folder(
      Object.fromEntries(examples.map((text, index) => [`.github/workflows/${index}.yml`, text])),
    );
    expect((await pipewright(root, ["lint", "--preset", "strict", "--fix", "--opt-in-fixes", "-q"])).code).not.toBe(2);
    const once = await contents(root);
    await pipewright(root, ["lint", "--preset", "strict", "--fix", "--opt-in-fixes", "-q"]);
    expect(await contents(root)).toEqual(once);
  });
});
