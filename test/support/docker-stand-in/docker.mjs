// A stand-in for the docker command, for tests on machines without a Docker engine. It only translates: images are pulled
// and unpacked by skopeo, tags in registries are read and written over the OCI distribution API, and containers are
// processes that listen on the published ports. It has no faults of its own: those are injected in the registry.
//
// DOCKER_STAND_IN_HOME   where it keeps its images and containers
// DOCKER_STAND_IN_HOSTS  JSON, optional: {"ghcr.io": "127.0.0.1:5001"}, which host really stands behind a name
// DOCKER_CONFIG          the folder with config.json, where logins are, as in Docker
import { container, copy, createContainer, logs, remove, run } from "./containers.mjs";
import { DockerError } from "./docker-error.mjs";
import { imageInspect, listImages, load, pull, removeImages, tag } from "./images.mjs";
import { create, inspect } from "./imagetools.mjs";
import { login, logout } from "./logins.mjs";

const COMMANDS = {
  "buildx imagetools inspect": inspect,
  "buildx imagetools create": create,
  "image inspect": imageInspect,
  "image ls": listImages,
  "image rm": removeImages,
  images: listImages,
  rmi: removeImages,
  pull,
  tag,
  load,
  login,
  logout,
  run,
  create: createContainer,
  cp: copy,
  logs,
  ps: (args) => container.list(args),
  inspect: (args) => container.inspect(args),
  rm: remove,
};

const words = process.argv.slice(2);
const name = Object.keys(COMMANDS).find((command) => command.split(" ").every((word, index) => words[index] === word));
try {
  if (name === undefined) throw new DockerError(`docker: the stand-in does not know "docker ${words.join(" ")}"`, 125);
  await COMMANDS[name](words.slice(name.split(" ").length));
} catch (error) {
  if (!(error instanceof DockerError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.code;
}
