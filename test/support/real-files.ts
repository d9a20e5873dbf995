/**
 * Workflows of real repositories, and faulty ones of another linter's documentation. They are other people's, so they lie
 * beside the project, not in it. Tests on them skip where they are missing, and say so; with CI=true that is an error.
 */
import { existsSync } from "node:fs";

/** The folder, with a `/` at its end: `corpus/workflows`, `corpus/repos` or `conformance/actionlint-examples`. */
export const realFiles = (folder: string): URL => new URL(`../../../shared/${folder}/`, import.meta.url);

/** Whether the tests on these files must be skipped. Throws when CI=true. */
export function missingFiles(folder: string): boolean {
  if (existsSync(realFiles(folder))) return false;
  const message = `These tests need ../shared/${folder} beside the project.`;
  if (process.env["CI"] === "true") throw new Error(message);
  console.warn(`Skipped. ${message}`);
  return true;
}
