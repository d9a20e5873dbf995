/**
 * Runs a program of templates/ as a GitHub runner does: beside its pieces and a plan.json, with what its action.yml hands
 * on and fresh files for outputs and summary. Whatever the program does, it may neither print a token, nor a workflow
 * command that came from its input, nor create a file where it stands: every run is checked for that.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ProgramName } from "../../src/programs/programs.ts";
import { environmentOf, type PlannedPart, runnerVariables, writeProgram } from "./program-folder.ts";

export { rules } from "./program-folder.ts";

export interface ProgramResult {
  readonly code: number | null;
  /** Standard output and error together. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

export interface ProgramSetting {
  /** What plan.json says of this pipeline, where it is not the small config's own: see `partOf`. */
  readonly plan?: PlannedPart;
  /** The payload of the event that started the run; an empty one where it is left out. */
  readonly event?: unknown;
  /** Where the program stands; an empty folder where it is left out. */
  readonly cwd?: string;
  /** What the step's or the job's own `env` gives, beside the inputs of the action. */
  readonly env?: ProgramEnvironment;
}

export type ProgramEnvironment = Readonly<Record<string, string | number | undefined>>;

/** A runner: what its programs leave behind lasts from one to the next, and ends with it. */
export interface Machine {
  /** RUNNER_TEMP. */
  readonly temp: string;
  /** @param environment the action's inputs (`gh-token` as GH_TOKEN), and what the runner itself would say */
  run(program: ProgramName, environment: ProgramEnvironment, setting?: ProgramSetting): Promise<ProgramResult>;
  /** The stand-in's docker command, for preparing and looking; gives its standard output. */
  docker(...words: string[]): Promise<string>;
  stop(): Promise<void>;
}

export const TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a";
export const TEMPLATES = fileURLToPath(new URL("../../templates/", import.meta.url));
const DOCKER = fileURLToPath(new URL("docker-stand-in/", import.meta.url));
const SECRETS = ["GH_TOKEN", "PASSWORD", "WEBHOOK_URL"];
const OWN_COMMANDS = /^::(group::.*|endgroup::|(error|warning|notice)::.*)$/;

export function startMachine(hosts: Readonly<Record<string, string>> = {}): Machine {
  const folder = mkdtempSync(join(tmpdir(), "pipewright-machine-"));
  const temp = join(folder, "temp");
  mkdirSync(temp);
  const base = {
    PATH: `${DOCKER}:${process.env["PATH"] ?? ""}`,
    HOME: folder,
    LANG: "C.UTF-8",
    RUNNER_TEMP: temp,
    TMPDIR: temp,
    DOCKER_STAND_IN_HOME: join(folder, "docker"),
    DOCKER_STAND_IN_HOSTS: JSON.stringify(hosts),
    DOCKER_CONFIG: join(folder, ".docker"),
  };
  const docker = async (...words: string[]): Promise<string> => {
    const { code, log } = await execute("docker", words, base, folder);
    if (code !== 0) throw new Error(`docker ${words.join(" ")} ended with ${code}: ${log}`);
    return log.trim();
  };
  let count = 0;
  return {
    temp,
    docker,
    async run(program, environment, { plan = {}, event = {}, cwd, env: own = {} } = {}) {
      const files = join(folder, `step-${(count += 1)}`);
      const emptyFolder = join(files, "workspace");
      mkdirSync(emptyFolder, { recursive: true });
      for (const name of ["output", "summary"]) writeFileSync(join(files, name), "");
      writeFileSync(join(files, "event.json"), JSON.stringify(event));
      const given = texts(environment);
      const file = writeProgram(join(files, "pipewright"), program, plan, given["PIPELINE"]);
      const env = {
        DELAY: "0",
        API_DELAY: "0",
        RETRY_SECONDS: "0.01",
        ...base,
        ...runnerVariables,
        GITHUB_EVENT_PATH: join(files, "event.json"),
        GITHUB_OUTPUT: join(files, "output"),
        GITHUB_STEP_SUMMARY: join(files, "summary"),
        ...texts(own),
        ...environmentOf(program, given),
      };
      const [command, ...words] = commandOf(file);
      const { code, log } = await execute(command, words, env, cwd ?? emptyFolder);
      const summary = readFileSync(join(files, "summary"), "utf8");
      const outputs = parseOutputs(readFileSync(join(files, "output"), "utf8"));
      if (readdirSync(emptyFolder).length > 0)
        throw new Error(`${program} created ${readdirSync(emptyFolder).join(", ")}.`);
      checkNothingLeaks(program, { ...texts(own), ...given }, [log, summary, ...Object.values(outputs)]);
      checkCommands(program, log);
      return { code, log, outputs, summary };
    },
    async stop() {
      for (const name of (await docker("ps")).split("\n").filter(Boolean))
        await docker("rm", "--force", name.split(" ")[0] ?? "");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A shell program as a composite action's step does; the others by the runner's own Node. */
export const commandOf = (file: string): [string, ...string[]] =>
  file.endsWith(".sh") ? ["bash", "--noprofile", "--norc", "-eo", "pipefail", file] : [process.execPath, file];

const texts = (environment: ProgramEnvironment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );

function checkNothingLeaks(
  program: string,
  environment: Readonly<Record<string, string>>,
  texts: readonly string[],
): void {
  for (const name of SECRETS) {
    const secret = environment[name];
    if (secret && texts.some((text) => text.includes(secret))) throw new Error(`${program} printed ${name}.`);
  }
}

/** Throws at a line that the runner would obey. It trims a line before it looks for "::"; the older form "##[" it finds anywhere. */
export function checkCommands(program: string, log: string): void {
  for (const line of log.split(/\r?\n|\r/)) {
    if ((line.trim().startsWith("::") && !OWN_COMMANDS.test(line)) || line.includes("##["))
      throw new Error(`${program} printed a line that the runner obeys: ${line}`);
  }
}

function parseOutputs(text: string): Record<string, string> {
  const lines = text.split("\n").filter((line) => line !== "");
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

function execute(
  command: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<{ code: number | null; log: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const parts: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => parts.push(part));
    child.stderr.on("data", (part: Buffer) => parts.push(part));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, log: Buffer.concat(parts).toString("utf8") }));
  });
}

/** What nobody should be able to make a program execute, obey or print. */
export const HOSTILE = [
  "$(touch executed)",
  "`touch executed`",
  "'; touch executed; '",
  '"; touch executed; "',
  "a\n::set-output name=tag::latest",
  "::add-mask::x",
  " ::stop-commands::x",
  "##[error]x",
  "a##[group]::warning::b",
  "\r::error::b",
  "${IFS}$GH_TOKEN",
  "x\u001b[2J",
  "-rf *",
  "İ🚀|`<b>`|",
];
