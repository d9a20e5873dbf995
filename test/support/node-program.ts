/**
 * Runs a program of templates/ as a runner does: the one text that is emitted, in a process of its own, with inputs by
 * environment and outputs by files.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ProgramName, programText } from "../../src/compiler/programs.ts";

export interface ProgramResult {
  readonly code: number | null;
  /** Standard output and error together. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/**
 * `runNodeProgram("cleanup.mjs", {CLEANUP: …})`. Nothing of this process' own environment but PATH reaches it; it stands
 * in this process' own folder, or in `cwd`.
 */
export async function runNodeProgram(
  name: ProgramName,
  environment: Readonly<Record<string, string>>,
  cwd?: string,
): Promise<ProgramResult> {
  const folder = mkdtempSync(join(tmpdir(), "pipewright-program-"));
  const outputFile = join(folder, "output");
  const summaryFile = join(folder, "summary");
  const programFile = join(folder, name);
  writeFileSync(programFile, programText(name));
  writeFileSync(outputFile, "");
  writeFileSync(summaryFile, "");
  try {
    const child = spawn(process.execPath, [programFile], {
      cwd,
      env: {
        PATH: process.env["PATH"],
        RETRY_SECONDS: "0.01",
        GITHUB_OUTPUT: outputFile,
        GITHUB_STEP_SUMMARY: summaryFile,
        ...environment,
      },
    });
    let log = "";
    child.stdout.on("data", (part: Buffer) => (log += part.toString("utf8")));
    child.stderr.on("data", (part: Buffer) => (log += part.toString("utf8")));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    const lines = readFileSync(outputFile, "utf8")
      .split("\n")
      .filter((line) => line !== "");
    const outputs = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
    return { code, log, outputs, summary: readFileSync(summaryFile, "utf8") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
