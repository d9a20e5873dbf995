/**
 * Runs a program of templates/ that Node runs, where no docker is needed: beside its pieces and a plan.json, in a process
 * of its own, with inputs as the runner hands them on and outputs by files.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProgramName } from "../../src/programs/programs.ts";
import { environmentOf, runnerVariables, writeProgram } from "./program-folder.ts";
import type { ProgramResult, ProgramSetting } from "./run-program.ts";

export type { ProgramResult } from "./run-program.ts";

/**
 * `runNodeProgram("cleanup", {DRY_RUN: "true"}, {plan: …})`. Nothing of this process' own environment but PATH reaches it;
 * it stands in this process' own folder, or in `cwd`.
 */
export async function runNodeProgram(
  name: ProgramName,
  environment: Readonly<Record<string, string>>,
  { plan = {}, event = {}, cwd, env = {} }: ProgramSetting = {},
): Promise<ProgramResult> {
  const folder = mkdtempSync(join(tmpdir(), "pipewright-program-"));
  const outputFile = join(folder, "output");
  const summaryFile = join(folder, "summary");
  const eventFile = join(folder, "event.json");
  writeFileSync(outputFile, "");
  writeFileSync(summaryFile, "");
  writeFileSync(eventFile, JSON.stringify(event));
  const own = Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]));
  try {
    const child = spawn(process.execPath, [writeProgram(folder, name, plan, environment["PIPELINE"])], {
      cwd,
      env: {
        PATH: process.env["PATH"],
        RETRY_SECONDS: "0.01",
        ...runnerVariables,
        GITHUB_EVENT_PATH: eventFile,
        GITHUB_OUTPUT: outputFile,
        GITHUB_STEP_SUMMARY: summaryFile,
        ...Object.fromEntries(own),
        ...environmentOf(name, environment),
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
