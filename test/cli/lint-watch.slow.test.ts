import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { folder, put } from "./folder.ts";
import { CLI } from "./pipewright.ts";

const CI = ".github/workflows/ci.yml";
const FINE = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make test\n";
const BROKEN = FINE.replace("ubuntu-latest", "[ubuntu-latest");

/** A watching process, and what it has printed since it was last asked. */
function watching(root: string) {
  const child = spawn(process.execPath, [CLI, "lint", "--watch", "--only", "yaml-syntax"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return {
    child,
    ended,
    async says(part: string): Promise<void> {
      for (
        const until = Date.now() + 20_000;
        !printed.includes(part);
        await new Promise((resolve) => setTimeout(resolve, 20))
      ) {
        if (child.exitCode !== null || Date.now() > until)
          throw new Error(`It does not say ${JSON.stringify(part)} but ${JSON.stringify(printed)}.`);
      }
      printed = "";
    },
  };
}

test(
  "lints again when a file changes, comes, goes or is half written, and ends on Ctrl-C",
  { timeout: 120_000 },
  async () => {
    const root = await folder({ [CI]: FINE });
    const { child, ended, says } = watching(root);
    await says("Nothing to report in 1 file.");
    await put(root, CI, BROKEN);
    await says("1 error in 1 file.");
    await put(root, CI, FINE);
    await says("Nothing to report in 1 file.");
    await put(root, ".github/workflows/b.yml", BROKEN);
    await says("1 error in 2 files.");
    await rm(join(root, ".github/workflows/b.yml"));
    await says("Nothing to report in 1 file.");
    // A folder that was not there when the watching began.
    await put(root, ".github/actions/build/action.yml", "name: [\n");
    await says("1 error in 2 files.");
    await put(root, "pipewright.lint.json", '{ "rules": ');
    await says("pipewright.lint.json:1:");
    await put(root, "pipewright.lint.json", '{ "rules": { "yaml-syntax": "warning" } }');
    await says("1 warning in 2 files.");
    await rm(join(root, ".github"), { recursive: true });
    await says("There is no workflow");
    await put(root, CI, BROKEN);
    await says("1 warning in 1 file.");
    child.kill("SIGINT");
    expect(await ended).toBe(0);
  },
);
