/** What users take over to run Pipewright before a commit, and on GitHub. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const guide = await readFile(join(ROOT, "docs/hooks.md"), "utf8");
export const hooks: unknown = parse(await readFile(join(ROOT, ".pre-commit-hooks.yaml"), "utf8"));
export const action: unknown = parse(await readFile(join(ROOT, "action.yml"), "utf8"));

/** The guide's code blocks under a heading. */
export const blocks = (heading: string): string[] =>
  [
    ...(new RegExp(`^## ${heading}\n([^]*?)(?=^## |(?![^]))`, "m").exec(guide)?.[1] ?? "").matchAll(
      /^```\w+\n([^]*?)^```$/gm,
    ),
  ].map((match) => match[1] ?? "");
