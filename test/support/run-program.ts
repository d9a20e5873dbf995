/**
 * Runs a bash program of templates/ as a GitHub runner does: `bash --noprofile --norc -eo pipefail`, inputs by
 * environment, fresh files for outputs and summary. Whatever the program does, it may neither print a token, nor a
 * workflow command that came from its input, nor create a file where it stands: every run is checked for that.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { configSchema } from "../../src/config/schema.ts";
import { tagEnvironment, tagRules } from "../../src/pipeline/tags.ts";

export interface BashResult {
  readonly code: number | null;
  /** Standard output and error together. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** A runner: what its programs leave behind lasts from one to the next, and ends with it. */
export interface Machine {
  /** RUNNER_TEMP. */
  readonly temp: string;
  run(
    program: string,
    environment: Readonly<Record<string, string | number | undefined>>,
    cwd?: string,
  ): Promise<BashResult>;
  /** The stand-in's docker command, for preparing and looking; gives its standard output. */
  docker(...words: string[]): Promise<string>;
  stop(): Promise<void>;
}

export const TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a";
export const TEMPLATES = fileURLToPath(new URL("../../templates/", import.meta.url));
const DOCKER = fileURLToPath(new URL("docker-stand-in/", import.meta.url));
const SECRETS = ["GH_TOKEN", "WEBHOOK_URL"];
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
    async run(program, environment, cwd) {
      const files = join(folder, `step-${(count += 1)}`);
      const emptyFolder = join(files, "workspace");
      mkdirSync(emptyFolder, { recursive: true });
      for (const name of ["output", "summary"]) writeFileSync(join(files, name), "");
      const given = Object.fromEntries(
        Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
      );
      const env = {
        DELAY: "0",
        API_DELAY: "0",
        ...base,
        GITHUB_OUTPUT: join(files, "output"),
        GITHUB_STEP_SUMMARY: join(files, "summary"),
        ...given,
      };
      const { code, log } = await execute(
        "bash",
        ["--noprofile", "--norc", "-eo", "pipefail", join(TEMPLATES, program)],
        env,
        cwd ?? emptyFolder,
      );
      const summary = readFileSync(join(files, "summary"), "utf8");
      const outputs = parseOutputs(readFileSync(join(files, "output"), "utf8"));
      if (readdirSync(emptyFolder).length > 0)
        throw new Error(`${program} created ${readdirSync(emptyFolder).join(", ")}.`);
      checkNothingLeaks(program, given, [log, summary, ...Object.values(outputs)]);
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

const config = configSchema.parse({ project: "charon", builds: {}, branches: { integration: ["development"] } });

/** The tag rules of Charon: main, development and feature branches, all patterns as they are by default. */
export const rules = tagRules(config.tags, config.branches, { main: "latest", development: "dev", nightly: "nightly" });
export const tagEnv = tagEnvironment(rules);

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
