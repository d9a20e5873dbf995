// `docker buildx bake`: what a builder does is played by the world that the machine stands in, where there is one.
import { DockerError } from "./docker-error.mjs";

export async function bake(args) {
  const address = process.env.WORLD_COMMANDS;
  if (!address) throw new DockerError("ERROR: failed to connect to a builder: this stand-in has none", 1);
  const answer = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ tool: "docker-bake", args, folder: process.cwd(), env: process.env }),
  });
  const { code, stdout, stderr, message } = await answer.json();
  if (!answer.ok) throw new DockerError(String(message), 70);
  if (stdout) process.stdout.write(`${stdout}\n`);
  if (stderr) process.stderr.write(`${stderr}\n`);
  process.exitCode = code;
}
