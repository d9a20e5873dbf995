// Containers: recorded, and as alive as a process that answers on the published ports. An image's labels say what else
// its containers do: "stand-in.exit" (ends at once, with that code), "stand-in.logs" (what it prints), "stand-in.ready"
// (milliseconds until it answers), "stand-in.status" (what it answers, 200 without it).
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { DockerError } from "./docker-error.mjs";
import { copyOut, findImage, imageInspect, labelFormat } from "./images.mjs";
import { parseOptions } from "./options.mjs";
import { home, read, write } from "./store.mjs";

const RUN_OPTIONS = {
  "--detach": false,
  "-d": false,
  "--rm": false,
  "--pull": true,
  "--name": true,
  "--publish": true,
  "-p": true,
  "--env": true,
  "-e": true,
};

export async function run(words) {
  const { options, operands } = parseOptions(words, RUN_OPTIONS, { interspersed: false });
  const [imageName, ...args] = operands;
  const image = findImage(imageName);
  if (!image) throw new DockerError(`docker: Error response from daemon: No such image: ${imageName}`, 125);
  const containers = read("containers");
  const id = randomBytes(32).toString("hex");
  const name = options.name?.[0] ?? `container_${id.slice(0, 8)}`;
  if (containers[name])
    throw new DockerError(
      `docker: Error response from daemon: Conflict. The container name "/${name}" is already in use by container "${containers[name].id}".`,
      125,
    );
  const ports = [...(options.publish ?? []), ...(options.p ?? [])].map((port) =>
    Number(port.split(":").at(-2) ?? port),
  );
  const env = [...(image.config.config?.Env ?? []), ...(options.env ?? []), ...(options.e ?? [])];
  const labels = image.config.config?.Labels ?? {};
  const log = join(home(), `${id}.log`);
  const settings = {
    ports,
    ready: Number(labels["stand-in.ready"] ?? 0),
    status: Number(labels["stand-in.status"] ?? 200),
    logs: labels["stand-in.logs"] ?? `Started ${imageName}`,
    exit: labels["stand-in.exit"],
  };
  const output = openSync(log, "a");
  const child = spawn(process.execPath, [fileURLToPath(new URL("container-process.mjs", import.meta.url))], {
    detached: true,
    stdio: ["ignore", output, output],
    env: { STAND_IN_CONTAINER: JSON.stringify(settings) },
  });
  child.unref();
  const exitCode = labels["stand-in.exit"] === undefined ? undefined : Number(labels["stand-in.exit"]);
  write("containers", {
    ...read("containers"),
    [name]: { id, image: imageName, args, env, ports, log, pid: child.pid, exitCode },
  });
  for (let waited = 0; waited < 2000 && readFileSync(log, "utf8") === ""; waited += 20) await sleep(20);
  console.log(id);
}

/** A container that is made but not started: for `docker cp`. */
export function createContainer(words) {
  const { options, operands } = parseOptions(words, RUN_OPTIONS, { interspersed: false });
  const [imageName, ...args] = operands;
  const image = findImage(imageName);
  if (!image) throw new DockerError(`Error response from daemon: No such image: ${imageName}`);
  const id = randomBytes(32).toString("hex");
  const name = options.name?.[0] ?? `container_${id.slice(0, 8)}`;
  write("containers", {
    ...read("containers"),
    [name]: { id, image: imageName, args, env: [], ports: [], log: "/dev/null", exitCode: 0 },
  });
  console.log(id);
}

export function copy([source, target]) {
  const [name, path] = [source.slice(0, source.indexOf(":")), source.slice(source.indexOf(":") + 1)];
  const image = findImage(find(name).image);
  if (!image || !copyOut(image, path, target))
    throw new DockerError(`Error response from daemon: Could not find the file ${path} in container ${name}`);
}

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

function nameOf(text) {
  const containers = read("containers");
  return containers[text] ? text : Object.keys(containers).find((key) => containers[key].id.startsWith(text));
}

const exists = (text) => nameOf(text) !== undefined;

function find(text) {
  const containers = read("containers");
  const name = nameOf(text);
  if (name === undefined) throw new DockerError(`Error response from daemon: No such container: ${text}`);
  return { name, ...containers[name] };
}

function stateOf({ exitCode, pid }) {
  const running = exitCode === undefined && isAlive(pid);
  return { Status: running ? "running" : "exited", Running: running, ExitCode: exitCode ?? 0 };
}

export function inspectContainer(words) {
  const { options, operands } = parseOptions(words, { "--format": true, "-f": true });
  if (!exists(operands[0]) && findImage(operands[0])) return imageInspect(words);
  const found = find(operands[0]);
  const state = stateOf(found);
  const format = (options.format ?? options.f)?.[0];
  if (format === "{{.State.Status}} {{.State.ExitCode}}") console.log(`${state.Status} ${state.ExitCode}`);
  else if (labelFormat(format) !== undefined)
    console.log(labelFormat(format, findImage(found.image)?.config.config?.Labels));
  else if (format === undefined)
    console.log(
      JSON.stringify(
        [
          {
            Id: found.id,
            Name: `/${found.name}`,
            State: state,
            Config: { Image: found.image, Env: found.env, Cmd: found.args },
          },
        ],
        null,
        2,
      ),
    );
  else throw new DockerError(`template parsing error: the stand-in does not know the format ${format}`, 64);
}

export function listContainers() {
  for (const [name, { image, pid, exitCode }] of Object.entries(read("containers")))
    if (stateOf({ pid, exitCode }).Running) console.log(`${name} ${image}`);
}

export function logs(words) {
  const { options, operands } = parseOptions(words, { "--timestamps": false, "--tail": true, "--follow": false });
  const lines = readFileSync(find(operands[0]).log, "utf8").split("\n");
  const shown = lines.slice(-Number(options.tail?.[0] ?? lines.length) - 1).join("\n");
  process.stdout.write(options.timestamps ? shown.replace(/^(?=.)/gm, "2026-01-01T00:00:00.000000000Z ") : shown);
}

export function remove(words) {
  const { options, operands } = parseOptions(words, { "--force": false, "-f": false, "--volumes": false, "-v": false });
  for (const text of operands) {
    const { name, pid, exitCode } = find(text);
    if (stateOf({ pid, exitCode }).Running) {
      if (!options.force && !options.f)
        throw new DockerError(`Error response from daemon: cannot remove container "${name}": container is running`);
      process.kill(pid);
    }
    const { [name]: _, ...others } = read("containers");
    write("containers", others);
    console.log(text);
  }
}
