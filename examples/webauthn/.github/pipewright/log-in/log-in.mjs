// Logs Docker in to a registry, again where the registry fails for a moment. When the job ends it runs once more, and
// forgets the login: a runner that somebody else uses next must not have it.
import { appendFileSync } from "node:fs";
import { environment } from "../lib/environment.mjs";
import { fail, plain, warnOf } from "../lib/log.mjs";
import { logIn, logOut } from "../lib/logins.mjs";

const {
  REGISTRY: registry = "",
  USERNAME: username = environment.GITHUB_ACTOR ?? "",
  PASSWORD: password = "",
  OPTIONAL,
} = environment;
/** What the first run kept for the second. */
const { STATE_registry: loggedIn, GITHUB_STATE: stateFile } = process.env;

async function enter() {
  const hint = "Is the secret set, and may it reach this registry?";
  const stop = (message) => (OPTIONAL === "true" ? warnOf(message, [hint]) : fail(message, [hint]));
  if (username === "" || password === "") return stop(`There is no user name or password for ${plain(registry)}.`);
  if (stateFile) appendFileSync(stateFile, `registry=${registry}\n`);
  if (!(await logIn(registry, { username, password })))
    stop(`The login to ${registry} failed. The registry's answer stands above.`);
}

if (loggedIn === undefined) await enter();
else logOut(loggedIn);
