// Docker's command line.
import { spawnSync } from "node:child_process";
import { say } from "./log.mjs";

/**
 * What docker sees of the environment: nothing that this program alone was given. A bake file may name any variable, and
 * hand it on to the commands of a Dockerfile.
 */
const environment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(INPUT|STATE)_/.test(name)));

/**
 * Runs docker: whether that went well, what it printed, as bytes, and what it complained of.
 *
 * @param input goes to its standard input, where no list of processes shows it
 */
export function docker(words, { input } = {}) {
  const { status, stdout, stderr, error } = spawnSync("docker", words, {
    input,
    env: environment(),
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
  });
  return {
    ok: status === 0,
    output: stdout ?? Buffer.alloc(0),
    error: String(stderr ?? "") + (error?.message ?? ""),
  };
}

/** Shows what a command has said, a harmless line each. */
export function sayLines(text) {
  for (const line of String(text).split("\n")) if (line.trim() !== "") say(line);
}

/** Runs docker in sight: what it says stands in the log as it comes. Tells whether it went well. */
export const run = (words) =>
  spawnSync("docker", words, { env: environment(), stdio: ["ignore", "inherit", "inherit"] }).status === 0;
