// Logins, kept where Docker keeps them.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { DockerError } from "./docker-error.mjs";
import { parseOptions } from "./options.mjs";

const folder = () => process.env.DOCKER_CONFIG ?? join(homedir(), ".docker");
const file = () => join(folder(), "config.json");

function readConfig() {
  try {
    return JSON.parse(readFileSync(file(), "utf8"));
  } catch {
    return {};
  }
}

function writeConfig(config) {
  mkdirSync(folder(), { recursive: true });
  writeFileSync(file(), JSON.stringify(config, null, 2));
}

/** `user:password` for a host, or undefined. */
export function credentialsOf(host) {
  const auths = readConfig().auths ?? {};
  const auth = (
    auths[host] ??
    auths[`https://${host}`] ??
    (host === "docker.io" ? auths["https://index.docker.io/v1/"] : undefined)
  )?.auth;
  return auth ? Buffer.from(auth, "base64").toString() : undefined;
}

export async function login(words) {
  const { options, operands } = parseOptions(words, {
    "--username": true,
    "-u": true,
    "--password-stdin": false,
    "--password": true,
    "-p": true,
  });
  const user = (options.username ?? options.u)?.[0];
  let password = (options.password ?? options.p)?.[0];
  if (options["password-stdin"]) {
    const parts = [];
    for await (const part of process.stdin) parts.push(part);
    password = Buffer.concat(parts).toString().trim();
  }
  if (!user || !password) throw new DockerError("Error: cannot perform an interactive login", 1);
  const config = readConfig();
  const host = operands[0] ?? "docker.io";
  writeConfig({
    ...config,
    auths: { ...config.auths, [host]: { auth: Buffer.from(`${user}:${password}`).toString("base64") } },
  });
  console.log("Login Succeeded");
}

export function logout([host = "docker.io"]) {
  const config = readConfig();
  const { [host]: _, ...auths } = config.auths ?? {};
  writeConfig({ ...config, auths });
  console.log(`Removing login credentials for ${host}`);
}
