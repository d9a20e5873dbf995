/**
 * Tests that run real programs (a registry, skopeo, shellcheck) skip where the program is missing, and say so. With
 * CI=true a missing program is an error instead: there nothing may be skipped silently.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

function isInstalled(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Whether the tests that need these programs must be skipped: `describe.skipIf(missing("docker-registry"))(…)`.
 * Throws when CI=true.
 */
export function missing(...programs: string[]): boolean {
  const absent = programs.filter((program) => !isInstalled(program));
  if (absent.length === 0) return false;
  const message = `These tests need ${absent.join(" and ")} in PATH. On Debian: apt-get install ${absent.join(" ")}.`;
  if (process.env["CI"] === "true") throw new Error(message);
  console.warn(`Skipped. ${message}`);
  return true;
}
