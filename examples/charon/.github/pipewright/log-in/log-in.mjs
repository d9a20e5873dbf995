// Logs Docker in to a registry, again where the registry fails for a moment. When the job ends it runs once more, and
// forgets the login: a runner that somebody else uses next must not have it.
import { spawnSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { environment } from "../lib/environment.mjs";
import { complain, fail, plain, say, warnOf } from "../lib/log.mjs";
import { retry } from "../lib/retry.mjs";

const ATTEMPTS = 3;
const DELAY_SECONDS = 5;

const {
  REGISTRY: registry = "",
  USERNAME: username = environment.GITHUB_ACTOR ?? "",
  PASSWORD: password = "",
  OPTIONAL,
} = environment;
/** What the first run kept for the second. */
const { STATE_registry: loggedIn, GITHUB_STATE: stateFile } = process.env;

/** The password goes through the standard input, where no list of processes shows it. */
function attempt() {
  const words = ["login", "--username", username, "--password-stdin", registry];
  const run = spawnSync("docker", words, { input: password, encoding: "utf8" });
  const said = `${run.stdout ?? ""}${run.stderr ?? ""}${run.error?.message ?? ""}`;
  for (const line of said.replaceAll(password, "***").split("\n")) if (line.trim() !== "") say(line);
  return { done: run.status === 0, value: run.status === 0 };
}

async function logIn() {
  const hint = "Is the secret set, and may it reach this registry?";
  const stop = (message) => (OPTIONAL === "true" ? warnOf(message, [hint]) : fail(message, [hint]));
  if (username === "" || password === "") return stop(`There is no user name or password for ${plain(registry)}.`);
  if (stateFile) appendFileSync(stateFile, `registry=${registry}\n`);
  const isIn = await retry(ATTEMPTS, DELAY_SECONDS, async () => attempt());
  if (!isIn) stop(`The login to ${registry} failed. The registry's answer stands above.`);
}

function logOut() {
  const { status, stderr } = spawnSync("docker", ["logout", loggedIn], { encoding: "utf8" });
  if (status !== 0) complain(`The login to ${loggedIn} could not be forgotten: ${stderr}`);
}

if (loggedIn === undefined) await logIn();
else logOut();
