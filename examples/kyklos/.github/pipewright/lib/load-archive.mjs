// An image archive that may come from a fork: no name in it is trusted, and it may replace no image that is here already.
import { docker, sayLines } from "./docker.mjs";

/** Of names and what they mean on this runner, a line each. */
function named() {
  const { output } = docker(["image", "ls", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}"]);
  return String(output)
    .split("\n")
    .filter((line) => line !== "" && !line.includes("<none>"));
}

/** Docker's id of an image on this runner. */
export const idOf = (name) => String(docker(["image", "inspect", "--format", "{{.Id}}", name]).output).trim();

/**
 * Loads the one image of an archive and takes the archive's name for it away, unless that is `kept`: gives
 * `{ id }`, or `{ problem, facts }`.
 */
export function loadArchive(file, kept) {
  const before = named();
  const { ok, output, error } = docker(["load", "--quiet", "--input", file]);
  const said = `${output}${error}`.trim();
  if (!ok) return { problem: "The artifact is no image archive. Re-run the build.", facts: [`Docker says: ${said}`] };
  sayLines(said);
  const after = new Set(named());
  const replaced = before.filter((line) => !after.has(line));
  if (replaced.length > 0)
    return {
      problem: "The archive replaced images of this runner, so it is not used.",
      facts: replaced.map((line) => `Replaced: ${line}`),
    };
  const [, name] = /^Loaded image(?: ID)?: ([A-Za-z0-9./:_@-]+)$/.exec(said) ?? [];
  if (name === undefined)
    return { problem: "The archive does not hold just one image. Re-run the build.", facts: [`Docker says: ${said}`] };
  const id = idOf(name);
  return { id, forget: () => name !== id && name !== kept && docker(["image", "rm", "--no-prune", name]) };
}
