// A stand-in for the docker command, for tests on machines without a Docker engine. It only translates: images are pulled
// and unpacked by skopeo, tags in registries are read and written over the OCI distribution API, and containers are
// processes that listen on the published ports. It has no faults of its own: those are injected in the registry.
//
// DOCKER_STAND_IN_HOME   where it keeps its images and containers
// DOCKER_STAND_IN_HOSTS  JSON, optional: {"ghcr.io": "127.0.0.1:5001"}, which host really stands behind a name
// DOCKER_CONFIG          the folder with config.json, where logins are, as in Docker
import { DockerError } from "./docker-error.mjs";

/** Each command's file and function. Only that file is loaded: tests run the command many hundred times. */
const COMMANDS = {
  "buildx bake": ["bake", "bake"],
  "buildx imagetools inspect": ["imagetools", "inspect"],
  "buildx imagetools create": ["imagetools", "create"],
  "image inspect": ["images", "imageInspect"],
  "image ls": ["images", "listImages"],
  "image rm": ["images", "removeImages"],
  images: ["images", "listImages"],
  rmi: ["images", "removeImages"],
  pull: ["images", "pull"],
  tag: ["images", "tag"],
  load: ["images", "load"],
  login: ["logins", "login"],
  logout: ["logins", "logout"],
  run: ["containers", "run"],
  create: ["containers", "createContainer"],
  cp: ["containers", "copy"],
  logs: ["containers", "logs"],
  ps: ["containers", "listContainers"],
  inspect: ["containers", "inspectContainer"],
  rm: ["containers", "remove"],
};

const words = process.argv.slice(2);
const name = Object.keys(COMMANDS).find((command) => command.split(" ").every((word, index) => words[index] === word));
try {
  if (name === undefined) throw new DockerError(`docker: the stand-in does not know "docker ${words.join(" ")}"`, 125);
  const [file, command] = COMMANDS[name];
  const commands = await import(`./${file}.mjs`);
  await commands[command](words.slice(name.split(" ").length));
} catch (error) {
  if (!(error instanceof DockerError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.code;
}
