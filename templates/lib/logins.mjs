// Docker's logins to registries: tried again where a registry fails for a moment, forgotten once they have served.
import { docker, sayLines } from "./docker.mjs";
import { environment } from "./environment.mjs";
import { complain } from "./log.mjs";
import { retry } from "./retry.mjs";

const ATTEMPTS = 3;
const DELAY_SECONDS = 5;

/** Whether the registry took it. @param username the workflow's actor without one */
export const logIn = (registry, { username = environment.GITHUB_ACTOR ?? "", password }) =>
  retry(ATTEMPTS, DELAY_SECONDS, async () => {
    const { ok, output, error } = docker(["login", "--username", username, "--password-stdin", registry], {
      input: password,
    });
    sayLines(`${output}${error}`.replaceAll(password, "***"));
    return { done: ok, value: ok };
  });

/** The registries whose logins end with the program, however it ends. */
const toForget = new Set();
process.on("exit", () => {
  for (const registry of toForget) logOut(registry);
});

/** @param images of the registries that nothing after this program may find a password of */
export function forgetAtExit(images) {
  for (const image of images) toForget.add(registryOf(image));
}

/**
 * Logs in for as long as the program runs, where it is given a password. Tells whether it may go on as if it were.
 *
 * @param image one of the registry's
 */
export async function logInForNow(image) {
  const { USERNAME: username, PASSWORD: password } = environment;
  if (!password || image === undefined) return true;
  forgetAtExit([image]);
  return logIn(registryOf(image), { username, password });
}

/** A runner that somebody else uses next must not have it; neither must what else runs in this job. */
export function logOut(registry) {
  // Docker keeps the login to its own Hub under another name, which `docker logout docker.io` does not find.
  const { ok, error } = docker(registry === "docker.io" ? ["logout"] : ["logout", registry]);
  if (!ok) complain(`The login to ${registry} could not be forgotten: ${error}`);
}

/** The host of an image's registry. */
export const registryOf = (image) => image.split("/")[0];
