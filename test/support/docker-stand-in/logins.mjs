// Logins, kept where Docker keeps them.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { DockerError } from "./docker-error.mjs";
import { parseOptions } from "./options.mjs";
import { addressOf, isPlain } from "./references.mjs";

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

/** Under which name Docker keeps a registry's login. */
const keyOf = (host) => (host === "docker.io" ? "https://index.docker.io/v1/" : host);

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

/** Asks the registry, as Docker's daemon does; one that stands nowhere is taken at its word. */
async function checkLogin(host, auth) {
  const address = addressOf(host);
  if (!isPlain(address)) return;
  const refuse = (why) => {
    throw new DockerError(`Error response from daemon: Get "https://${host}/v2/": ${why}`, 1);
  };
  const headers = { authorization: `Basic ${auth}` };
  const ask = async (url) => {
    try {
      return await fetch(url, { headers });
    } catch (error) {
      return refuse(error.cause?.code ?? error.message);
    }
  };
  const first = await ask(`http://${address}/v2/`);
  const [, realm] = /^Bearer realm="([^"]+)"/.exec(first.headers.get("www-authenticate") ?? "") ?? [];
  const answer = first.status === 401 && realm ? await ask(realm) : first;
  if (!answer.ok) refuse(answer.status === 401 ? "unauthorized: incorrect username or password" : answer.status);
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
  const host = operands[0] ?? "docker.io";
  await checkLogin(host, Buffer.from(`${user}:${password}`).toString("base64"));
  const config = readConfig();
  writeConfig({
    ...config,
    auths: { ...config.auths, [keyOf(host)]: { auth: Buffer.from(`${user}:${password}`).toString("base64") } },
  });
  console.log("Login Succeeded");
}

/** Named, Docker Hub is not found under the name that its login is kept by: Docker leaves it there (real engines 20.10 and 29). */
export function logout([host]) {
  const config = readConfig();
  const key = host ?? keyOf("docker.io");
  const { [key]: login, ...auths } = config.auths ?? {};
  writeConfig({ ...config, auths });
  console.log(login === undefined ? `Not logged in to ${key}` : `Removing login credentials for ${key}`);
}
