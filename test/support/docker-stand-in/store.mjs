// What the stand-in remembers between two calls.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DockerError } from "./docker-error.mjs";

export function home() {
  const folder = process.env.DOCKER_STAND_IN_HOME;
  if (!folder) throw new DockerError("DOCKER_STAND_IN_HOME is not set.", 125);
  mkdirSync(folder, { recursive: true });
  return folder;
}

export function read(name) {
  try {
    return JSON.parse(readFileSync(join(home(), `${name}.json`), "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return {};
    throw error;
  }
}

export function write(name, value) {
  const file = join(home(), `${name}.json`);
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(value, null, 2));
  renameSync(`${file}.${process.pid}`, file);
}
