/** Lints what is compiled, as the command line would in a repository that holds it. */
import { stamp } from "../../src/cli/files/stamp.ts";
import type { GeneratedFile } from "../../src/compiler/compile.ts";
import { lint } from "../../src/index.ts";
import { isActionPath } from "../../src/lint/paths.ts";

const isLinted = (path: string): boolean => path.startsWith(".github/workflows/") || isActionPath(path);

/** The findings under the preset that holds every rule, a line each. Programs, plan and settings are files beside them. */
export async function findingsInEmitted(emitted: readonly GeneratedFile[]): Promise<string[]> {
  const linted = emitted.filter(({ path }) => isLinted(path));
  const others = emitted.filter(({ path }) => !isLinted(path));
  const findings = await lint({
    files: Object.fromEntries(linted.map(({ path, body }) => [path, stamp(body, { source: "ci.config.ts" })])),
    others: Object.fromEntries(others.map(({ path, body }) => [path, body])),
    settings: { preset: "strict" },
  });
  return findings.map(({ file, start, rule, message }) => `${file}:${start.line} ${rule}: ${message}`);
}
