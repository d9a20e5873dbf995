// What the jobs that build have handed on of their images.
import { fail } from "./log.mjs";

/**
 * Digest and commit of each image by its key.
 *
 * @param text a line of JSON for each job that has published some; one that has published none has an empty line
 */
export const handedOn = (text = "") =>
  Object.assign(
    {},
    ...text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map(readLine),
  );

function readLine(line) {
  try {
    return JSON.parse(line);
  } catch {
    return fail("What was handed on of the images is no JSON. Re-run the build.", [`Handed on: ${line}`]);
  }
}
